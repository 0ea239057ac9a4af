"""A send window: between which hours, in one time zone, on which days, messages may be sent.

Pure, and exact about clocks that are set forward and back: at every moment of a span, the wall clock of the
zone shows an hour of the window, and the span began on a working day that is no holiday.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MOST_DAYS = 370  # within which there must be a working day


class ReaderGroup(NamedTuple):
    """Readers who have one send window: their language, and their time zone, empty where it is unknown."""

    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class Span:
    """From `opens`, inclusive, to `closes`; both in UTC."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class SendWindow:
    """`opens` and `closes` are minutes after midnight, `closes` up to 24:00; one that closes no later than
    it opens closes on the day after. `days` are 0 for Monday to 6 for Sunday. `holidays` are days
    (2026-12-25), or days of every year (12-25), on which no span begins."""

    zone: ZoneInfo
    opens: int
    closes: int
    days: frozenset[int]
    holidays: frozenset[str] = field(default_factory=frozenset)

    def span(self, now: datetime) -> Span | None:
        """The span that is open now, else the next one; None where there is none within `MOST_DAYS`."""
        return next(self.spans(now), None)

    def spans(self, now: datetime) -> Iterator[Span]:
        """The spans that close after `now`, in order, for `MOST_DAYS`."""
        first = now.astimezone(self.zone).date() - DAY
        for number in range(MOST_DAYS):
            day = first + number * DAY
            if self._works(day):
                span = self._on(day)
                if span.opens < span.closes and now < span.closes:
                    yield span

    def _works(self, day: date) -> bool:
        iso = day.isoformat()
        return day.weekday() in self.days and not {iso, iso[5:]} & self.holidays

    def _on(self, day: date) -> Span:
        """The span that begins on that day. Where the clock shows an hour twice or never, it opens at the
        later of its two readings and closes at the earlier: so never outside of the window."""
        last = day + DAY if self.closes <= self.opens else day
        return Span(max(self._readings(day, self.opens)), min(self._readings(last, self.closes)))

    def _readings(self, day: date, minutes: int) -> tuple[datetime, datetime]:
        """The two moments that a wall clock may mean; mostly the same."""
        days, rest = divmod(minutes, 24 * 60)
        local = datetime.combine(day + days * DAY, time(rest // 60, rest % 60), self.zone)
        return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
