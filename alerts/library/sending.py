"""The limits of one send, and the orders that the outbox gets of them."""

import os
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from alerts.config.settings import Settings
from alerts.config.windows import SendWindows
from alerts.domain.month import Month
from alerts.library.steps import Progress, unwatched
from alerts.outbox.options import Destination, Orders


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


def orders_of(
    settings: Settings, months: Sequence[Month], how: Sending, windows: SendWindows
) -> Orders:
    """The orders for the send, from the settings and the caller's overrides."""
    delivery = settings.delivery
    return Orders(
        months=months,
        connections=how.connections or delivery.connections,
        retry=delivery.retry,
        host=socket.gethostname(),
        holder=f"process {os.getpid()}",
        limit=how.limit,
        rate=delivery.rate if how.rate is None else how.rate,
        resend_in_doubt=delivery.in_doubt == "resend",
        window=(delivery.window_limit, delivery.window) if delivery.window_limit else None,
        warm_up=delivery.warm_up,
        zone=settings.zone,
        durable=settings.database.synchronous == "full",
        windows=windows,
        destinations=[
            Destination(one.domains, one.connections, one.rate, one.retry(delivery.retry))
            for one in settings.destinations
        ],
        relay=delivery.relay,
    )
