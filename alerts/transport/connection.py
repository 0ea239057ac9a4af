"""The interface of a connection to a relay.

Sending a message is a conversation: a generator that yields whenever it must wait for the relay, and
returns the outcome. So one thread can run many conversations at once, and a transport is written
sequentially, without code for waiting.
"""

from collections.abc import Callable, Generator
from typing import NamedTuple, Protocol

from alerts.domain.delivery import Envelope, Outcome


class Wait(NamedTuple):
    """A wait of a conversation: the `selectors` events of the connection, and a timeout in seconds.

    After the timeout, the caller throws `TimeoutError` into the conversation.
    """

    events: int
    patience: float


class Ended(EOFError):
    """The relay does not go on as SMTP wants; how, in words for a person."""


class SessionOver(Exception):
    """The relay ended the session between two messages; nothing of the next one was accepted."""


Conversation = Generator[Wait, None, Outcome]
Goodbye = Generator[Wait, None, None]


class Connection(Protocol):
    """A connection for one conversation at a time; `usable` until its session is over."""

    usable: bool

    def fileno(self) -> int:
        """The file descriptor to wait on; only called for connections whose conversations yield."""

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Conversation:
        """Send one message.

        `following` is the envelope of the message that will be sent next, if it is known: a connection
        may announce it together with this message's body (RFC 2920). The next conversation must then be
        for that envelope, or `cut`. Raises `RelayUnavailable` if the relay refuses us and not a
        recipient, and `SessionOver` if a session that has sent messages accepts no more (many relays
        limit their number): then the relay has not accepted this message.
        """

    def close(self) -> Goodbye:
        """End the session and release everything; raises only exceptions that mean lost mail."""

    def cut(self) -> None:
        """Close at once. An envelope announced with `following` is withdrawn."""


Transport = Callable[[], Connection]
"""Opens a connection, which may block for seconds; raises `RelayUnavailable`."""
