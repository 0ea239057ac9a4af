"""What a connection to a relay is for whoever drives it.

To send a message is a conversation: a generator that yields whenever it must wait for the relay, and
returns the outcome. So one thread can hold many conversations at once, and a transport says in plain
order what is spoken, with no word on who waits how.
"""

from collections.abc import Callable, Generator
from typing import NamedTuple, Protocol

from alerts.model import Envelope, Outcome


class Wait(NamedTuple):
    """For what a conversation waits: `selectors` events of the connection, and how long, in seconds.

    When the time is over, `TimeoutError` is to be thrown into the conversation.
    """

    events: int
    patience: float


class SessionOver(Exception):
    """The relay ended the session between two messages; of the one at hand nothing was taken."""


Conversation = Generator[Wait, None, Outcome]
Goodbye = Generator[Wait, None, None]


class Connection(Protocol):
    """One way to the relay, for one conversation at a time; `usable` until its session is over."""

    usable: bool

    def fileno(self) -> int:
        """What to wait on; asked only of connections whose conversations yield."""

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Conversation:
        """Send one message.

        `following` is the envelope of the message that will be sent next, if it is known: a
        connection may announce it together with this message's body (RFC 2920). The next
        conversation must then be for that envelope, or `cut`. Raises `RelayUnavailable` where
        the relay refuses us and not a recipient, and `SessionOver` where a session that has carried
        messages takes no more (many relays allow so many each): nothing of this message was taken
        then.
        """

    def close(self) -> Goodbye:
        """Say goodbye, and let go of everything; raises only what loses mail."""

    def cut(self) -> None:
        """Let go at once. What was announced with `following` is taken back."""


Transport = Callable[[], Connection]
"""Opens a connection, and may take its time; raises `RelayUnavailable`."""
