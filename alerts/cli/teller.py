"""What `run` and `send` say of how things stand: to a person each time, to cron only when it changes.

Cron mails whatever a command prints. So without a terminal (and without -v, and where no month is named)
how things stand is said once, and again only when it has changed; the exit code says it each time.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from alerts.cli.channel import posted
from alerts.cli.context import Session
from alerts.cli.hook import hooked
from alerts.cli.watch import watched
from alerts.domain.errors import AlertsError, LockHeld, RelayUnavailable, StoreError
from alerts.store.said import Statement


class OnceTeller:
    """Says each thing once: `always` to whoever asked by hand."""

    def __init__(self, session: Session, command: str, *, by_hand: bool) -> None:
        self._session, self._command, self._by_hand = session, command, by_hand
        self.always = by_hand or session.verbose or sys.stderr.isatty()
        self._said: list[tuple[Statement, bool]] = []

    def note(
        self, topic: str, line: str, *, key: str = "", code: int = 0, warns: bool = True
    ) -> None:
        """How one thing stands. It is news when `key`, or else the line, is another than the last time."""
        if self.always:
            self._print(topic, line, warns=warns)
        one = Statement(f"{self._command}: {topic}", key or line, line, code)
        self._said.append((one, warns))

    def flush(self) -> None:
        """Say what is news, and remember what was said; a call by hand says it and changes no memory."""
        if self._by_hand:
            return
        session = self._session
        notes = {one.topic: one for one, _ in self._said}
        news = session.project.say(f"{self._command}: ", tuple(notes.values()))
        if not self.always:
            for one, warns in self._said:
                if one.topic in news:
                    self._print(one.topic.partition(": ")[2], one.words, warns=warns)
        self._said.clear()

    def _print(self, topic: str, line: str, *, warns: bool) -> None:
        """A topic such as `2026-10: held back` names the month and the event of a line in a log."""
        month, _, what = topic.rpartition(": ")
        event = re.sub(r"[^a-z]+", "_", (what.split() or [""])[0].lower()).strip("_")
        ids = {"month": month} if re.fullmatch(r"[0-9]{4}-[0-9]{2}.*", month) else {}
        if warns:
            self._session.warn(line, event, **ids)
        else:
            self._session.say(line, event, **ids)


@contextmanager
def telling(session: Session, command: str, *, by_hand: bool) -> Iterator[OnceTeller]:
    """A teller for one call; what ends the call with an error is said as everything else is.

    Raises `click.exceptions.Exit` with the error's exit code, or the error where nobody could remember it.
    """
    teller = OnceTeller(session, command, by_hand=by_hand)
    try:
        yield teller
    except AlertsError as fault:
        if not isinstance(fault, StoreError):
            told_and_posted(session)
        if by_hand or isinstance(fault, StoreError):
            raise
        teller.note("stopped", str(fault), key=_gist(fault), code=fault.exit_code)
        teller.flush()
        watched(session, good=False)
        raise click.exceptions.Exit(fault.exit_code) from fault
    teller.flush()
    watched(session, good=True)
    told_and_posted(session)


def told_and_posted(session: Session) -> None:
    """Tell hooks and post to channels what is due, when all mail is out."""
    hooked(session)
    posted(session)


def _gist(fault: AlertsError) -> str:
    """An error without what differs each time: a time, a process, the words of a relay."""
    kind = type(fault).__name__
    if isinstance(fault, LockHeld | RelayUnavailable):
        return kind
    return f"{kind} {re.sub(r'[0-9]+:[0-9]+|-[0-9]{2} ', '', str(fault))}"
