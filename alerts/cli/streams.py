"""stdout and stderr of a process: any encoding takes our text, and a reader may go at any time.

A character that the terminal's encoding does not have becomes one that it has, of the same width. When the
reader of a pipe has gone, the rest is dropped and the command goes on to its end: its exit code is then
about its work, and a send is not cut short because `head` had enough.
"""

import codecs
import io
import os
import sys
from typing import IO, TextIO

_HANDLER = "alerts.plain"
_JOINER = "\u200d"  # between the parts of one emoji
_PLAIN = str.maketrans("✓✗·★…→×–—−“”‘’", "+xo*.>x---\"\"''")


def prepare() -> None:
    """Make the streams of this process so; a stream that is missing is left alone."""
    codecs.register_error(_HANDLER, _plain)
    for name in ("stdout", "stderr"):
        if (stream := getattr(sys, name)) is not None:
            setattr(sys, name, _tolerant(stream))


class _Pipe(io.RawIOBase):
    """The octets of a stream, dropped once nobody reads them."""

    def __init__(self, under: IO[bytes]) -> None:
        self._under, self._gone = under, False

    def write(self, octets: object) -> int:
        held = memoryview(octets)  # type: ignore[arg-type]
        if not self._gone:
            try:
                self._under.write(held)
                self._under.flush()
            except BrokenPipeError:
                self._gone = True
                os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
        return held.nbytes

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._under.fileno()

    def isatty(self) -> bool:
        return self._under.isatty()


def _tolerant(stream: TextIO) -> TextIO:
    under = getattr(stream, "buffer", None)
    if under is None:
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Pipe(under)),
        encoding=stream.encoding,
        errors=_HANDLER,
        newline=None,
        line_buffering=under.isatty() or stream is sys.stderr,
    )


def _plain(fault: UnicodeError) -> tuple[str, int]:
    """What stands for the characters that an encoding does not have."""
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    missing = fault.object[fault.start : fault.end].translate(_PLAIN)
    pairs = zip(" " + missing, missing, strict=False)  # each character after the one before it
    return "".join(
        c if c.isascii() else "?" * _columns(c, before) for before, c in pairs
    ), fault.end


def _columns(character: str, before: str) -> int:
    """The columns of a character; none for what is joined to the one before it."""
    import unicodedata  # costs 2 ms, which most calls can do without

    if before == _JOINER or unicodedata.category(character) in ("Mn", "Me", "Cf", "Sk"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
