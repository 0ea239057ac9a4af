"""A command at a pseudo terminal of a given width: what a person sees."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
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
