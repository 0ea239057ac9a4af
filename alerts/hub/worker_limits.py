"""The one destination of a worker, with the brake for a relay that asks to slow down."""

from collections.abc import Sequence

from alerts.domain.delivery import DeliveryState, Outcome, RetryPolicy
from alerts.outbox.limits import BUSY
from alerts.outbox.options import Destination
from alerts.outbox.throttle import Throttle


class WorkerLimits:
    """Rate limits of one worker."""

    def __init__(self, connections: int) -> None:
        self.destinations: Sequence[Destination] = (
            Destination((), connections, 0.0, RetryPolicy()),
        )
        self._throttle = Throttle()

    def to_pass(self, place: int) -> list[Throttle]:
        """The throttles that a message must pass."""
        return [] if self._throttle.free else [self._throttle]

    def heard(self, outcome: Outcome, now: float) -> None:
        """Slow down after a reply that asks for it (S17); speed up after an accepted message."""
        if outcome.state is DeliveryState.SENT:
            self._throttle.brake.ease(now)
        elif outcome.reply.code == 421 or BUSY.match(str(outcome.reply)):
            self._throttle.brake.slow(now)
