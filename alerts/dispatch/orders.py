"""What dispatch is told, and what it tells: its orders, what it needs of the world, its report."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from alerts.keyring import Keyring
from alerts.model import DeliveryState, Month, RetryPolicy
from alerts.transport.connection import Transport


@dataclass(frozen=True, slots=True)
class Destination:
    """Domains with connections, a rate and retries of their own; a slow one holds up no other."""

    domains: tuple[str, ...]
    connections: int
    rate: float
    retry: RetryPolicy


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be sent, and how; `host` and `holder` name this process in its leases.

    `rate` is messages a second, `window` at most how many in how long, `warm_up` at most how many on
    the first, second, … day of sending in `zone`. `connections`, `rate` and `retry` are those of all domains
    that no destination names; rate, window and warm-up are kept over all. Where an outcome need not be
    `durable`, power loss may have what was sent in the last second sent again.
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
    destinations: Sequence[Destination] = ()


@dataclass(frozen=True, slots=True)
class World:
    """What dispatch takes from outside: the relay, wall and steady clocks, chance, stopping, keys.

    `steady` counts seconds, `chance` is in [0, 1).
    """

    connect: Transport
    now: Callable[[], datetime]
    steady: Callable[[], float]
    chance: Callable[[], float]
    stop: threading.Event = field(default_factory=threading.Event)
    keyring: Keyring = field(default_factory=Keyring)


@dataclass(slots=True)
class Report:
    """What a dispatch did: outcomes by state, and why it ended early, if it did."""

    outcomes: Counter[DeliveryState] = field(default_factory=Counter)
    relay_fault: str = ""
    stopped: bool = False
