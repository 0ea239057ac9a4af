"""The arguments and the result of a send: orders, access to relay and clocks, report."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from alerts.config.windows import NO_WINDOWS, SendWindows
from alerts.domain.delivery import DeliveryState, RetryPolicy
from alerts.domain.month import Month
from alerts.mail.dkim_keys import Keyring
from alerts.transport.connection import Transport


@dataclass(frozen=True, slots=True)
class Destination:
    """Domains with their own connections, rate and retries, so that a slow one delays no other.

    `most` connections, if that is more, where all wait for a slow disk.
    """

    domains: tuple[str, ...]
    connections: int
    rate: float
    retry: RetryPolicy
    most: int = 0


@dataclass(frozen=True, slots=True)
class Orders:
    """What to send, and how; `host` and `holder` name this process in its leases.

    `rate` is in messages per second. `window` is the most messages in a period. `warm_up` are the most
    messages on the first, second, … day of sending in `zone`. `connections`, of which there are up to
    `most_connections` where the disk is slow, `rate` and `retry` apply to domains that no destination
    names; rate, window and warm-up also limit all destinations together.
    Without `durable`, a power loss may cause the messages of the last second to be sent again.
    """

    months: Sequence[Month]
    connections: int
    retry: RetryPolicy
    host: str
    holder: str
    limit: int | None = None
    rate: float = 0.0
    resend_in_doubt: bool = True
    window: tuple[int, timedelta] | None = None
    warm_up: Sequence[int] = ()
    zone: tzinfo = UTC
    durable: bool = True
    most_connections: int = 0
    destinations: Sequence[Destination] = ()
    windows: SendWindows = NO_WINDOWS
    relay: str = ""  # the name of what is learned about its limits; empty: nothing is


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a send needs from outside: relay, wall clock, monotonic clock, randomness, stop
    request, keys, and the environment, where passwords of sources are looked up.

    `steady` gives seconds, `chance` a random number in [0, 1).
    """

    connect: Transport
    now: Callable[[], datetime]
    steady: Callable[[], float]
    chance: Callable[[], float]
    stop: threading.Event = field(default_factory=threading.Event)
    keyring: Keyring = field(default_factory=Keyring)
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class SendReport:
    """The result of a send: outcomes by state, and why it ended early, if it did."""

    outcomes: Counter[DeliveryState] = field(default_factory=Counter)
    relay_fault: str = ""
    needs_person: bool = False  # the relay's refusal needs a person to act
    stopped: bool = False
    not_made: str = ""  # why a notice could not be made, and was postponed
    limit_reply: str = ""  # the relay's words, where it says that a limit of our account is reached
