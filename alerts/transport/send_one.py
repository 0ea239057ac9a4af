"""Sends single messages at once, for mail to one person that does not go through the outbox.

Blocks until the relay has answered; the caller stores the outcome. The outbox is sent by
`outbox/send.py`.
"""

from selectors import DefaultSelector
from types import TracebackType
from typing import Self

from alerts.domain.delivery import Envelope, Outcome
from alerts.transport.connection import Connection, Conversation, Goodbye, SessionOver, Transport


class SingleSender:
    """A connection for a few messages, opened when needed; a context manager that closes it."""

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
        """Make sure that there is a connection; raises `RelayUnavailable`."""
        if self._connection is None or not self._connection.usable:
            self._connection = self._connect()
        return self._connection

    def send(self, envelope: Envelope, message: bytes) -> Outcome:
        """Send one message; raises `RelayUnavailable` if the relay refuses us."""
        connection = self.open()
        try:
            outcome = _spoken(connection, connection.send(envelope, message))
        except (
            SessionOver
        ):  # some relays limit the messages per session; a new session is never over
            connection = self.open()
            outcome = _spoken(connection, connection.send(envelope, message))
        assert outcome is not None  # noqa: S101 - the conversation of a message returns an outcome
        return outcome


def _spoken(connection: Connection, talk: Conversation | Goodbye) -> Outcome | None:
    """Run a conversation to its end, blocking whenever it waits."""
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
