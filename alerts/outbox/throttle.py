"""Limits on the rate of sending: each limit says when it admits the next message.

    Pace     a number of messages per second, evenly spaced
    Window   a number of messages in any period of a given length (a host's hourly quota)
    WarmUp   a number of messages per day, rising with each day of sending (a new address's reputation)
    Brake    a pause after 421 or 4.7.x, which grows while the relay repeats it and ends when it accepts

Pure: the time, in seconds of a monotonic clock, is an argument, and so are the messages that earlier
processes sent. Limits do not wait; the caller does.
"""

import math
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol


class RateLimit(Protocol):
    """One limit."""

    def opens(self, now: float) -> float:
        """The first moment, not before `now`, at which one more message may be sent."""

    def book(self, at: float, now: float) -> None:
        """Reserve that moment for one message."""


@dataclass(slots=True)
class Pace:
    """`rate` messages a second, above 0."""

    rate: float
    _next: float = -math.inf

    def opens(self, now: float) -> float:
        """See `RateLimit`."""
        return max(now, self._next)

    def book(self, at: float, now: float) -> None:
        """See `RateLimit`."""
        self._next = at + 1 / self.rate


class Window:
    """At most `limit` messages in any `seconds`; `sent` are the moments and numbers of earlier
    messages.

    Reservations count by whole seconds, rounded up, so never too early. A reservation for later counts
    from now on, so no period that contains it exceeds the limit.
    """

    def __init__(self, limit: int, seconds: float, sent: Iterable[tuple[float, int]] = ()) -> None:
        self._limit, self._seconds = limit, seconds
        self._booked: deque[tuple[float, int]] = deque(sorted(sent))
        self._count = sum(number for _, number in self._booked)

    def opens(self, now: float) -> float:
        """See `RateLimit`."""
        at, count = now, self._count
        for second, number in self._booked:
            ends = second + self._seconds
            if ends > at:
                if count < self._limit:
                    break
                at = ends
            count -= number
        return at

    def book(self, at: float, now: float) -> None:
        """See `RateLimit`."""
        while self._booked and self._booked[0][0] + self._seconds <= now:
            self._count -= self._booked.popleft()[1]
        second = math.ceil(at)
        if self._booked and self._booked[-1][0] == second:
            self._booked[-1] = (second, self._booked[-1][1] + 1)
        else:
            insort(self._booked, (second, 1))
        self._count += 1


class WarmUp:
    """`limits[n]` messages on the (n+1)th day of sending; after the last of them no limit.

    `earlier` is the number of days of sending before today, `sent` how many went today already, and
    `midnight(n)` the moment at which the nth day from today ends: 0 is today, and not all are equally
    long.
    """

    def __init__(
        self, limits: Sequence[int], earlier: int, sent: int, midnight: Callable[[int], float]
    ) -> None:
        self._limits, self._earlier, self._midnight = limits, earlier, midnight
        self._booked: dict[int, int] = {0: sent} if sent else {}  # by day, 0 is today

    def opens(self, now: float) -> float:
        """See `RateLimit`. A day without reservations is not a day of sending."""
        today = day = self._day(now)
        while self._booked.get(day, 0) >= self._limit(day):
            day += 1
        return now if day == today else self._midnight(day - 1)

    def book(self, at: float, now: float) -> None:
        """See `RateLimit`."""
        day = self._day(at)
        self._booked[day] = self._booked.get(day, 0) + 1

    def _day(self, at: float) -> int:
        return next(day for day in count() if at < self._midnight(day))

    def _limit(self, day: int) -> float:
        number = self._earlier + sum(booked < day for booked in self._booked)
        return self._limits[number] if number < len(self._limits) else math.inf


@dataclass(slots=True)
class Brake:
    """Pauses for 1 s, 2 s, … up to `longest` while the relay asks for it."""

    longest: float = 60.0
    _pause: float = field(default=0.0, init=False)
    _until: float = field(default=-math.inf, init=False)

    def opens(self, now: float) -> float:
        """See `RateLimit`."""
        return max(now, self._until)

    def book(self, at: float, now: float) -> None:
        """Nothing is counted."""

    @property
    def on(self) -> bool:
        """True until the relay has accepted enough messages again."""
        return self._pause > 0

    def slow(self, now: float) -> None:
        """The relay asked to slow down. Several replies to messages in transit count once."""
        if now >= self._until:
            self._pause = min(self.longest, self._pause * 2 or 1.0)
            self._until = now + self._pause

    def ease(self, now: float) -> None:
        """The relay accepted a message."""
        if self._pause and now >= self._until:
            self._pause = self._pause / 2 if self._pause > 1 else 0.0


@dataclass(slots=True)
class Throttle:
    """Several rate limits in sequence, and the brake of the destination."""

    rate_limits: Sequence[RateLimit] = ()
    brake: Brake = field(default_factory=Brake)

    @property
    def free(self) -> bool:
        """True if no reservation is needed."""
        return not self.rate_limits and not self.brake.on

    def place(self, now: float) -> float:
        """Reserve the first moment at which every limit is open."""
        place, rate_limits = now, (*self.rate_limits, self.brake)
        while (later := max(limit.opens(place) for limit in rate_limits)) > place:
            place = later
        for limit in rate_limits:
            limit.book(place, now)
        return place
