"""Limits on the rate of sending: gates, each of which says when it lets one more through.

    Pace     so many messages a second, evenly spaced
    Window   so many messages in any stretch of so many seconds (a host's hourly quota)
    WarmUp   so many messages a day, rising with each day of sending (a new address's reputation)
    Brake    a pause after a relay asked for one (421, 4.7.x), longer each time, gone when it is content

Pure: they are told the time, in seconds of a steady clock, and remember what was booked. What was sent
before this process began is told to them when they are made. They do not wait; who drives them does.
"""

import math
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol


class Gate(Protocol):
    """One limit."""

    def opens(self, now: float) -> float:
        """The first moment, not before `now`, at which one more may go."""

    def book(self, at: float, now: float) -> None:
        """One more goes at that moment, as is known now."""


@dataclass(slots=True)
class Pace:
    """`rate` messages a second, above 0."""

    rate: float
    _next: float = -math.inf

    def opens(self, now: float) -> float:
        """See `Gate`."""
        return max(now, self._next)

    def book(self, at: float, now: float) -> None:
        """See `Gate`."""
        self._next = at + 1 / self.rate


class Window:
    """At most `limit` messages in any `seconds`; `sent` are moments and numbers from before.

    What is booked counts by whole seconds, rounded up: never too early. What is booked for later
    counts from now on, so no stretch that holds it is overfilled.
    """

    def __init__(self, limit: int, seconds: float, sent: Iterable[tuple[float, int]] = ()) -> None:
        self._limit, self._seconds = limit, seconds
        self._booked: deque[tuple[float, int]] = deque(sorted(sent))
        self._count = sum(number for _, number in self._booked)

    def opens(self, now: float) -> float:
        """See `Gate`."""
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
        """See `Gate`."""
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
        """See `Gate`. A day on which nothing is booked is no day of sending."""
        today = day = self._day(now)
        while self._booked.get(day, 0) >= self._limit(day):
            day += 1
        return now if day == today else self._midnight(day - 1)

    def book(self, at: float, now: float) -> None:
        """See `Gate`."""
        day = self._day(at)
        self._booked[day] = self._booked.get(day, 0) + 1

    def _day(self, at: float) -> int:
        return next(day for day in count() if at < self._midnight(day))

    def _limit(self, day: int) -> float:
        number = self._earlier + sum(booked < day for booked in self._booked)
        return self._limits[number] if number < len(self._limits) else math.inf


@dataclass(slots=True)
class Brake:
    """Pauses for a second, then two, … up to `longest` while the relay asks for it."""

    longest: float = 60.0
    _pause: float = field(default=0.0, init=False)
    _until: float = field(default=-math.inf, init=False)

    def opens(self, now: float) -> float:
        """See `Gate`."""
        return max(now, self._until)

    def book(self, at: float, now: float) -> None:
        """Nothing is counted."""

    @property
    def on(self) -> bool:
        """True while the relay is not content again."""
        return self._pause > 0

    def slow(self, now: float) -> None:
        """The relay asked for less. What was on its way together counts as one."""
        if now >= self._until:
            self._pause = min(self.longest, self._pause * 2 or 1.0)
            self._until = now + self._pause

    def ease(self, now: float) -> None:
        """The relay took a message."""
        if self._pause and now >= self._until:
            self._pause = self._pause / 2 if self._pause > 1 else 0.0


@dataclass(slots=True)
class Throttle:
    """Several gates, one behind the other, and the brake of whoever is sent to."""

    gates: Sequence[Gate] = ()
    brake: Brake = field(default_factory=Brake)

    @property
    def free(self) -> bool:
        """True while nothing need be booked."""
        return not self.gates and not self.brake.on

    def place(self, now: float) -> float:
        """Book the next place: the first moment at which every gate is open."""
        place, gates = now, (*self.gates, self.brake)
        while (later := max(gate.opens(place) for gate in gates)) > place:
            place = later
        for gate in gates:
            gate.book(place, now)
        return place
