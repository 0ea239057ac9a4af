"""A command at a pseudo terminal: what a person sees, and what they type at which question."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Seen:
    """What a command wrote to its terminal, both outputs, and its exit code."""

    raw: str
    code: int

    @property
    def text(self) -> str:
        """The same without colours."""
        return ESCAPE.sub("", self.raw)

    @property
    def lines(self) -> list[str]:
        """The lines without colours."""
        return self.text.splitlines()


# The terminal is the command's own, so that Ctrl-C reaches it as a signal.
_OWNED = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.argv[:1] = []
from alerts.cli import run
from alerts.cli.streams import prepare
prepare()
sys.exit(run(sys.argv))
"""


class Person:
    """Somebody at the terminal of a running command, who reads before they type."""

    def __init__(self, terminal: int, process: "subprocess.Popen[bytes]") -> None:
        self._terminal, self.process = terminal, process
        self.seen, self._read = "", 0

    def reads(self, words: str) -> None:
        """Wait for these words, behind those that were read before."""
        while (at := self.seen.find(words, self._read)) < 0:
            assert self._more(), f"“{words}” is not in: {self.seen[self._read :]}"
        self._read = at + len(words)

    def types(self, text: str) -> None:
        """Type it, with Enter."""
        os.write(self._terminal, f"{text}\n".encode())

    def answers(self, *turns: tuple[str, str]) -> None:
        """Wait for each of these words and type what belongs to them."""
        for words, text in turns:
            self.reads(words)
            self.types(text)

    def presses(self, key: str) -> None:
        """Press a key, such as Ctrl-C, which is \\x03."""
        os.write(self._terminal, key.encode())

    def ends(self) -> int:
        """Read to the end; the exit code."""
        while self._more():
            pass
        return self.process.wait()

    def _more(self) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], 60)
        assert ready, f"nothing comes after: {self.seen}"
        try:
            octets = os.read(self._terminal, 65536)
        except OSError:  # the terminal's other end is closed
            return False
        self.seen += octets.decode(errors="replace").replace("\r\n", "\n")
        return bool(octets)


@contextlib.contextmanager
def at_own_terminal(root: Path, *arguments: str, **variables: str) -> Iterator[Person]:
    """Start the command at a terminal of its own, and have a person sit there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
    inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-c", _OWNED, *arguments],
        cwd=root, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={**inherited, "TERM": "dumb", "PYTHONPATH": os.pathsep.join(sys.path), **variables},
    ) as process:  # fmt: skip
        os.close(theirs)
        try:
            yield Person(ours, process)
        finally:
            os.close(ours)
            process.kill()


_CALLS = """
import sys
from alerts.cli import run
from alerts.cli.streams import prepare
prepare()
for words in eval(sys.argv[1]):
    code = run(list(words))
    print(f"<exit {code}>", flush=True)
sys.exit(code)
"""


def at_terminal(
    root: Path, *arguments: str, width: int = 80, typed: str = "", **variables: str
) -> Seen:
    """Run the command at a terminal that is `width` columns wide; COLUMNS is not set. `typed` is what the
    person types."""
    return _seen(root, ("-m", "alerts", *arguments), width, variables, typed)


def each_at_terminal(
    root: Path, commands: Sequence[Sequence[str]], width: int = 80, **variables: str
) -> list[Seen]:
    """The same for several commands, one after the other in one process, which takes a second less each."""
    seen = _seen(root, ("-c", _CALLS, repr([*map(tuple, commands)])), width, variables)
    texts = re.split(r"<exit (\d+)>\n", seen.raw)
    return [Seen(raw, int(code)) for raw, code in zip(texts[::2], texts[1::2], strict=False)]


def _seen(
    root: Path, arguments: Sequence[str], width: int, variables: Mapping[str, str], typed: str = ""
) -> Seen:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=root, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**inherited, "TERM": "xterm-256color", **variables},
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, typed.encode())
    seen = b""
    while True:
        try:
            octets = os.read(ours, 65536)
        except OSError:  # the terminal's other end is closed
            break
        if not octets:
            break
        seen += octets
    os.close(ours)
    return Seen(seen.decode(errors="replace").replace("\r\n", "\n"), process.wait())
