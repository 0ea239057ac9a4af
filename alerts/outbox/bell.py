"""A bell: wakes the thread that waits for its connections, from any other thread."""

from contextlib import suppress
from socket import socketpair
from types import TracebackType
from typing import Self


class Bell:
    """A context manager that closes it; ringing it afterwards does nothing."""

    def __enter__(self) -> Self:
        self._here, self._there = socketpair()
        self._here.setblocking(False)
        self._there.setblocking(False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._there.close()
        self._here.close()

    def fileno(self) -> int:
        """For a selector: readable once it was rung."""
        return self._here.fileno()

    def ring(self) -> None:
        """Wake whoever waits."""
        with suppress(OSError):  # closed by now; or full, so that it is readable anyway
            self._there.send(b"\0")

    def heard(self) -> None:
        """Be silent until it is rung again."""
        with suppress(OSError):
            self._here.recv(4096)
