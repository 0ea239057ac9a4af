"""A progress bar for a send, on one line of the terminal."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from alerts.library.steps import SendProgress

_PAUSE = 0.1  # seconds between two drawings


class Bar:
    """Draws on stderr. One send may have several rounds, each with its own total."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._drawn = 0.0
        self._before, self._round = 0, -1  # settled before this round; due in it
        self._done = 0

    def draw(self, step: SendProgress) -> None:
        """Show the progress, unless it was drawn a moment ago."""
        now, done, due = time.monotonic(), step.done, step.due
        if due != self._round or done > self._before + due:
            self._before, self._round = self._done, due
        self._done = done
        if now - self._drawn >= _PAUSE:
            self._drawn = now
            line = drawn(done, self._before + due, now - self._began, _width())
            click.echo(f"\r{line}\x1b[K", err=True, nl=False)

    def clear(self) -> None:
        """Remove the line before the result is printed."""
        if self._drawn:
            click.echo("\r\x1b[K", err=True, nl=False)


@contextmanager
def bar(quiet: bool) -> Iterator["Bar | None"]:
    """A bar during the block; None if stderr is not a terminal, or under --quiet."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    shown = Bar()
    try:
        yield shown
    finally:
        shown.clear()


def drawn(done: int, total: int, seconds: float, width: int) -> str:
    """The line: `1,200 of 5,000  ━━━━━━──────────────  24%  312 a second, 12 s left`."""
    share = min(done / total, 1.0) if total else 1.0
    rate = done / seconds if seconds > 0 else 0.0
    left = f", {duration((total - done) / rate)} left" if rate and done < total else ""
    start, end = f"{done:,} of {total:,}  ", f"  {share:4.0%}  {rate:,.0f} a second{left}"
    room = min(40, width - len(start) - len(end) - 1)
    full = int(room * share)
    middle = "━" * full + "─" * (room - full) if room >= 5 else ""
    return f"{start}{middle}{end}"[: max(width - 1, 0)]


def duration(seconds: float) -> str:
    """A duration in words: `40 s`, `12 min`, `3 h 20 min`."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _width() -> int:
    return shutil.get_terminal_size().columns
