"""One connection of a send."""

from collections import deque
from selectors import BaseSelector

from alerts.domain.delivery import Envelope, Owed
from alerts.outbox.throttle import Throttle
from alerts.transport.connection import Connection, Conversation, Goodbye

NEVER = float("inf")


class SendConnection:
    """One connection, its lease, and its state.

    `to` is the number of its destination.
    """

    __slots__ = (
        "announced",
        "announced_for",
        "current",
        "deadline",
        "events",
        "lease",
        "owed",
        "place",
        "session",
        "talk",
        "to",
        "to_pass",
    )

    def __init__(self, to: int, lease: int, owed: deque[Owed]) -> None:
        self.to, self.lease, self.owed = to, lease, owed
        # The conversation, up to its next wait.
        self.talk: Conversation | Goodbye | None = None
        self.session: Connection | None = None
        self.current: Owed | None = None  # the delivery being sent; None while closing
        # The envelope of the next message, if the relay has it already.
        self.announced: Envelope | None = None
        self.announced_for = 0  # the delivery of that envelope
        # The throttles that the next message still has to pass, and the moment that the first reserved.
        self.to_pass: list[Throttle] | None = None
        self.place: float | None = None
        self.deadline = NEVER  # when the present wait times out
        self.events = 0  # those for which the selector watches the connection

    @property
    def connected(self) -> bool:
        """True while there is a session for the next message."""
        return self.session is not None and self.session.usable

    @property
    def announced_is_next(self) -> bool:
        """Whether the next message is the one whose envelope was announced."""
        return bool(self.owed) and self.owed[0].id == self.announced_for

    def watch(self, selector: BaseSelector, events: int) -> None:
        """Register those events of the session with the selector; 0 for none."""
        if events == self.events or self.session is None:
            return
        if not events:
            selector.unregister(self.session)
        elif self.events:
            selector.modify(self.session, events, self)
        else:
            selector.register(self.session, events, self)
        self.events = events
