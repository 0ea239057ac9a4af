"""How fast each destination may be sent to, over all rounds of one dispatch.

A message passes its destination's throttle, then the one that all share. What earlier runs have sent in
the window, and today, is asked of the outbox once, at the beginning.
"""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlite_utils import Database

from alerts.dispatch.orders import Destination, Orders, World
from alerts.model import DeliveryState, Outcome
from alerts.store import outbox
from alerts.throttle import Gate, Pace, Throttle, WarmUp, Window

# 4.7.1 is how most relays greylist: that one recipient comes again later, and nobody else is asked to wait.
_BUSY = re.compile(r"4\d\d 4\.7\.(?!1\b)")


class Limits:
    """The throttles: one for each destination, the last for everyone else, and a shared one."""

    def __init__(self, db: Database, orders: Orders, world: World) -> None:
        now, steady = world.now(), world.steady()
        rest = Destination((), orders.connections, 0.0, orders.retry)
        self.destinations: Sequence[Destination] = (*orders.destinations, rest)
        self._throttles = [
            Throttle([Pace(one.rate)] if one.rate else []) for one in self.destinations
        ]
        self._shared = Throttle(_shared(db, orders, now, steady))
        self._place_of = {
            domain: place for place, one in enumerate(orders.destinations) for domain in one.domains
        }

    def to_pass(self, place: int) -> list[Throttle]:
        """What a message to that destination must pass, in turn; nothing where nothing is limited."""
        return [one for one in (self._throttles[place], self._shared) if not one.free]

    def destination(self, email: str) -> Destination:
        """Where that address belongs."""
        return self.destinations[self._place(email)]

    def heard(self, email: str, outcome: Outcome, now: float) -> None:
        """Brake where a relay asks for less (rule S17), and ease off where it takes a message."""
        brake = self._throttles[self._place(email)].brake
        if outcome.state is DeliveryState.SENT:
            brake.ease(now)
        elif outcome.reply.code == 421 or _BUSY.match(str(outcome.reply)):
            brake.slow(now)

    def _place(self, email: str) -> int:
        """The last where no destination names the domain."""
        if not self._place_of:
            return 0
        domain = email.rpartition("@")[2].lower()
        return self._place_of.get(domain, len(self.destinations) - 1)


def _shared(db: Database, orders: Orders, now: datetime, steady: float) -> list[Gate]:
    gates: list[Gate] = []
    if orders.rate:
        gates.append(Pace(orders.rate))
    if orders.window:
        limit, length = orders.window
        sent = outbox.sent_since(db, now - length)
        seen = [(steady - (now - at).total_seconds(), number) for at, number in sent]
        gates.append(Window(limit, length.total_seconds(), seen))
    if orders.warm_up:
        gates.append(_warm_up(db, orders, now, steady))
    return gates


def _warm_up(db: Database, orders: Orders, now: datetime, steady: float) -> WarmUp:
    """The warm-up as it stands; its days begin and end in the alert's time zone."""
    today = now.astimezone(orders.zone).date()

    def midnight(day: int) -> datetime:
        return datetime.combine(today + timedelta(days=day + 1), time(), orders.zone)

    begin = midnight(-1)
    earlier = outbox.days_of_sending(db, before=begin)
    sent = sum(number for _, number in outbox.sent_since(db, begin))
    return WarmUp(
        orders.warm_up, earlier, sent, lambda day: steady + (midnight(day) - now).total_seconds()
    )
