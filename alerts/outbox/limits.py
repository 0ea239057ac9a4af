"""The rate limits of each destination, over all rounds of one send.

A message passes its destination's throttle, then the shared one. The numbers that earlier runs have
sent in the window, and today, are read from the outbox once, at the beginning.
"""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState, Outcome
from alerts.outbox.options import Destination, Orders, World
from alerts.outbox.throttle import Pace, RateLimit, Throttle, WarmUp, Window
from alerts.store import outbox_figures

# Most relays greylist with 4.7.1, which concerns one recipient and is no reason to slow down.
BUSY = re.compile(r"4\d\d 4\.7\.(?!1\b)")


class SendLimits:
    """The throttles: one per destination, the last for all other domains, and a shared one."""

    def __init__(self, db: Database, orders: Orders, world: World) -> None:
        now, steady = world.now(), world.steady()
        rest = Destination((), orders.connections, 0.0, orders.retry, orders.most_connections)
        self.destinations: Sequence[Destination] = (*orders.destinations, rest)
        self._throttles = [
            Throttle([Pace(one.rate)] if one.rate else []) for one in self.destinations
        ]
        self._shared = Throttle(_shared(db, orders, now, steady))
        self._place_of = {
            domain: place for place, one in enumerate(orders.destinations) for domain in one.domains
        }

    def to_pass(self, place: int) -> list[Throttle]:
        """The throttles that a message to that destination must pass, in order; empty without limits."""
        return [one for one in (self._throttles[place], self._shared) if not one.free]

    def destination(self, email: str) -> Destination:
        """The destination of that address."""
        return self.destinations[self._place(email)]

    def heard(self, email: str, outcome: Outcome, now: float) -> None:
        """Slow down after a reply that asks for it (S17); speed up after an accepted message."""
        brake = self._throttles[self._place(email)].brake
        if outcome.state is DeliveryState.SENT:
            brake.ease(now)
        elif outcome.reply.code == 421 or BUSY.match(str(outcome.reply)):
            brake.slow(now)

    def _place(self, email: str) -> int:
        """The number of the destination that names the domain, else the last."""
        if not self._place_of:
            return 0
        domain = email.rpartition("@")[2].lower()
        return self._place_of.get(domain, len(self.destinations) - 1)


def _shared(db: Database, orders: Orders, now: datetime, steady: float) -> list[RateLimit]:
    rate_limits: list[RateLimit] = []
    if orders.rate:
        rate_limits.append(Pace(orders.rate))
    if orders.window:
        limit, length = orders.window
        sent = outbox_figures.sent_since(db, now - length)
        seen = [(steady - (now - at).total_seconds(), number) for at, number in sent]
        rate_limits.append(Window(limit, length.total_seconds(), seen))
    if orders.warm_up:
        rate_limits.append(_warm_up(db, orders, now, steady))
    return rate_limits


def _warm_up(db: Database, orders: Orders, now: datetime, steady: float) -> WarmUp:
    """The warm-up as it stands; its days begin and end in the alert's time zone."""
    today = now.astimezone(orders.zone).date()

    def midnight(day: int) -> datetime:
        return datetime.combine(today + timedelta(days=day + 1), time(), orders.zone)

    begin = midnight(-1)
    earlier = outbox_figures.days_of_sending(db, before=begin)
    sent = sum(number for _, number in outbox_figures.sent_since(db, begin))
    return WarmUp(
        orders.warm_up, earlier, sent, lambda day: steady + (midnight(day) - now).total_seconds()
    )
