"""One message handed over at once: for mail that goes to one person and not through the outbox.

Blocks until the relay has answered; the outcome is the caller's to keep. The outbox has its own way,
see `dispatch`.
"""

from selectors import DefaultSelector

from alerts.model import Envelope, Outcome
from alerts.transport.connection import Connection, Conversation, Goodbye


def post(connection: Connection, envelope: Envelope, message: bytes) -> Outcome:
    """Send one message; raises `RelayUnavailable` where the relay refuses us."""
    outcome = _spoken(connection, connection.send(envelope, message))
    assert outcome is not None  # noqa: S101 - a conversation ends with one
    return outcome


def leave(connection: Connection) -> None:
    """Say goodbye and let go."""
    _spoken(connection, connection.close())


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
