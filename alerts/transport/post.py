"""Single messages handed over at once: for mail that goes to one person and not through the outbox.

Blocks until the relay has answered; the outcome is the caller's to keep. The outbox has its own way,
see `dispatch`.
"""

from selectors import DefaultSelector
from types import TracebackType
from typing import Self

from alerts.model import Envelope, Outcome
from alerts.transport.connection import Connection, Conversation, Goodbye, SessionOver, Transport


class Post:
    """A way to the relay for a few messages, opened when it is needed. A context: then it is left."""

    def __init__(self, connect: Transport) -> None:
        self._connect = connect
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._connection is None:
            return
        try:
            if fault is None and self._connection.usable:
                _spoken(self._connection, self._connection.close())
        finally:
            self._connection.cut()

    def open(self) -> Connection:
        """See to it that there is a connection; raises `RelayUnavailable`."""
        if self._connection is None or not self._connection.usable:
            self._connection = self._connect()
        return self._connection

    def send(self, envelope: Envelope, message: bytes) -> Outcome:
        """Hand one message over; raises `RelayUnavailable` where the relay refuses us."""
        connection = self.open()
        try:
            outcome = _spoken(connection, connection.send(envelope, message))
        except SessionOver:  # some relays take so many each; a fresh session is never over
            connection = self.open()
            outcome = _spoken(connection, connection.send(envelope, message))
        assert outcome is not None  # noqa: S101 - a message's conversation ends with one
        return outcome


def _spoken(connection: Connection, talk: Conversation | Goodbye) -> Outcome | None:
    """Let a conversation run to its end, waiting whenever it waits."""
    late = False
    while True:
        try:
            wait = talk.throw(TimeoutError()) if late else next(talk)
        except StopIteration as end:
            outcome: Outcome | None = end.value
            return outcome
        with DefaultSelector() as selector:
            selector.register(connection, wait.events)
            late = not selector.select(wait.patience)
