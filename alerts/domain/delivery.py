"""A delivery: its states, its envelope, and the outcomes of an attempt."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class DeliveryState(StrEnum):
    """The states of a delivery; docs/architecture.md shows the transitions."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why a delivery is not `sent`; stored with it."""

    NONE = ""
    TEMPORARY = "temporary"  # the relay answered 4xx for this recipient
    DISCONNECTED = "disconnected"  # the connection broke before the final dot
    UNANSWERED = "unanswered"  # … or after it, with no reply: in doubt
    HELD = "held"  # open in a copied or restored database: another copy may have sent it
    REJECTED = "rejected"  # 5xx for this recipient or message
    EXPIRED = "expired"  # deferred for longer than delivery.give_up_after
    UNADDRESSABLE = "unaddressable"  # needs SMTPUTF8 and the relay has none
    TOO_LARGE = "too_large"  # over the relay's SIZE
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    ERASED = "erased"
    CANCELLED = "cancelled"  # by an admin
    DROPPED = "dropped"  # with its issue, after a recall
    NOTHING_WANTED = "nothing_wanted"  # the issue has none of the sections that the reader chose
    NO_SPECIALS = "no_specials"  # the reader has said since that they want no special alerts
    PAUSED = "paused"  # the reader's pause was not over when the issue was queued


@dataclass(frozen=True, slots=True)
class Envelope:
    """RFC 5321 MAIL FROM and RCPT TO."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A claimed delivery, with the data of its recipient for the message.

    `mark` makes the recipient's number unique (store/link_numbers.py). `uncounted`: they said no to being
    counted.
    """

    id: int
    edition_id: int
    subscriber_id: int
    email: str
    name: str
    attempts: int
    mark: int = 0
    uncounted: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the relay: code and text; code 0 if there was none."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip() if self.code else self.text


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one attempt: the new state of the delivery, the reason, and the relay's reply.

    `state` is SENT, DEFERRED, FAILED, IN_DOUBT or SKIPPED. `relay_fault` marks an attempt that failed
    because of the connection and not because of this recipient; `tried` is False where the relay did
    not let us name the recipient. `about_us` marks a refusal that says nothing about this recipient,
    `halts` one that every recipient would meet (a limit of our account, a login).
    """

    state: DeliveryState
    reply: Reply
    reason: Reason = Reason.NONE
    relay_fault: bool = False
    tried: bool = True
    about_us: bool = False
    halts: bool = False


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a deferred delivery is tried again (RFC 5321 §4.5.4.1); see `transport/replies.py`."""

    first: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=6)
    give_up_after: timedelta = timedelta(days=4)
