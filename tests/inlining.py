"""How often premailer runs, counted by the interpreter's own profiler (trap C: once an edition)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from premailer import Premailer


@contextmanager
def inlinings() -> Iterator[list[int]]:
    """A list that gets an entry each time that premailer begins to transform a document."""
    entered: list[int] = []

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is Premailer.transform.__code__:
            entered.append(frame.f_lineno)

    sys.setprofile(watch)
    try:
        yield entered
    finally:
        sys.setprofile(None)
