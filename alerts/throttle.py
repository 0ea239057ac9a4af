"""A limit on the rate of sending: at most so many messages in any second, over all connections.

Pure: it is told the time (seconds of a steady clock) and answers how long to wait.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Throttle:
    """Spaces the messages evenly; `rate` is messages a second, 0 for no limit."""

    rate: float
    _next: float = 0.0

    def wait(self, now: float) -> float:
        """Book the next place; returns the seconds from `now` until it."""
        if not self.rate:
            return 0.0
        place = max(now, self._next)
        self._next = place + 1 / self.rate
        return place - now
