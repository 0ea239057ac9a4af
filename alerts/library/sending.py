"""What a send is told, and what it returns."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from alerts.domain.delivery import DeliveryState
from alerts.domain.month import Month
from alerts.library.steps import Progress, unwatched

if TYPE_CHECKING:
    from alerts.outbox.windows import Opening
    from alerts.store.corrections import Correction

NOTICES_LOCK = "notices.lock"  # notices have a lock of their own, so none waits for an issue


@dataclass(frozen=True, slots=True)
class Sending:
    """Limits of one send, and how the caller observes and stops it.

    `limit` is the most messages of this call; `connections` and `rate` (messages a second, 0 for no
    limit) override the settings. `anyway` names the obstacles that the gate lets through
    (`gate.Fatal`). `forget_limit` drops what was learned of the relay's limit. `stop` ends the send
    between two messages. `around` is a context that is entered while messages are sent: the command line
    handles signals there.
    """

    limit: int | None = None
    connections: int | None = None
    rate: float | None = None
    progress: Progress = unwatched
    anyway: frozenset[str] = frozenset()
    stop: threading.Event = field(default_factory=threading.Event)
    around: Callable[[], AbstractContextManager[object]] = nullcontext
    forget_limit: bool = False


class Ending(Enum):
    """Why a send ended."""

    DONE = auto()  # nothing of these months is open, or the limit was reached
    RELAY_UNAVAILABLE = auto()  # the relay is unreachable or refuses us: try again later
    PERSON_NEEDED = auto()  # the login failed, or the certificate is invalid: waiting does not help
    STOPPED = auto()  # stopped by the caller or a signal: calling again continues
    HELD = auto()  # deliveries are in doubt, and an admin must decide
    DEFERRED = auto()  # deliveries wait for another try
    ELSEWHERE = auto()  # another machine holds some deliveries
    LATER = auto()  # deliveries are queued for a later moment: is the clock right?
    WINDOWS = auto()  # all that is open waits for a send window to open, as planned


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of one send, and the state of the months after it.

    `outcomes` counts the deliveries of this call by state; `counts` are all deliveries of each month;
    `held` those in doubt; `waiting` are those that wait for a send window; `corrections` are those of each
    month. `relay_fault` is the relay's
    reply if it ended the send; `next_due` is the time of the next attempt (UTC, ISO 8601), or empty.
    """

    outcomes: Mapping[DeliveryState, int]
    counts: Mapping[Month, Mapping[str, int]]
    held: Mapping[Month, int]
    relay_fault: str
    next_due: str
    ending: Ending
    waiting: "Sequence[Opening]" = ()
    corrections: "Mapping[Month, Sequence[Correction]]" = field(default_factory=dict)
