"""The destinations of a worker, and their rates: those that all workers share, in the hub, and the brake for
a relay that asks this worker to slow down."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alerts.domain.delivery import DeliveryState, Outcome, RetryPolicy
from alerts.hub import rates
from alerts.hub.database import HubDatabase, HubUnavailable
from alerts.outbox.limits import BUSY
from alerts.outbox.options import Destination
from alerts.outbox.throttle import Throttle

_AT_ONCE = 0.1  # seconds of sending whose moments are taken at once
_KEPT = 1.0  # seconds after which a moment that was not used is lost: late ones must not add up
_LATER = 60.0  # seconds for which nothing is begun after a fault of the hub; the round ends by then


class SharedPace:
    """A rate limit in the hub, as in `outbox.throttle`."""

    def __init__(
        self,
        hub: HubDatabase,
        place: int,
        steady: Callable[[], float],
        failed: Callable[[Exception], None],
    ) -> None:
        self._hub, self._place, self._steady, self._failed = hub, place, steady, failed
        self._moments: deque[float] = deque()
        self._broken_until = 0.0

    def opens(self, now: float) -> float:
        """The first moment that was taken, or can be; a fault of the hub ends the round."""
        if self._broken_until:
            return max(now, self._broken_until)
        while self._moments and self._moments[0] < now - _KEPT:
            self._moments.popleft()
        if not self._moments:
            try:
                taken = rates.take(self._hub, self._place, _AT_ONCE)
            except HubUnavailable as fault:
                self._failed(fault)
                self._broken_until = now + _LATER
                return self._broken_until
            answered = self._steady()
            if taken is None:  # a send without rates has begun: the next round sees that
                return now
            self._moments.extend(
                answered + taken.first + n * taken.apart for n in range(taken.number)
            )
        return max(now, self._moments[0])

    def book(self, at: float, now: float) -> None:
        """Use that moment."""
        if self._moments:
            self._moments.popleft()


class WorkerLimits:
    """The rate limits of one worker, by the orders of the send; `failed` is told faults of the hub."""

    def __init__(
        self,
        hub: HubDatabase,
        orders: Mapping[str, Any],
        connections: int,
        steady: Callable[[], float],
        failed: Callable[[Exception], None],
    ) -> None:
        named = [int(one) for one in orders["destinations"]]
        rated = frozenset(orders["rated"])
        self.destinations: Sequence[Destination] = [
            Destination((), number, 0.0, RetryPolicy()) for number in (*named, connections)
        ]

        def throttle(place: int) -> Throttle:
            return Throttle([SharedPace(hub, place, steady, failed)] if place in rated else [])

        self._throttles = [throttle(place) for place in range(len(self.destinations))]
        self._shared = throttle(rates.ALL)

    def to_pass(self, place: int) -> list[Throttle]:
        """The throttles that a message to that destination must pass."""
        return [one for one in (self._throttles[place], self._shared) if not one.free]

    def heard(self, place: int, outcome: Outcome, now: float) -> None:
        """Slow down after a reply that asks for it (S17); speed up after an accepted message."""
        brake = self._throttles[place].brake
        if outcome.state is DeliveryState.SENT:
            brake.ease(now)
        elif outcome.reply.code == 421 or BUSY.match(str(outcome.reply)):
            brake.slow(now)
