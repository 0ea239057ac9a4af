"""The days of the all-day events of a calendar (RFC 5545), as of one with holidays. Runs in a cell."""

from datetime import date, datetime, timedelta
from typing import Any

from alerts.domain.errors import InputError
from alerts.sources.dropped import Dropped
from alerts.sources.recurrence import calendars, occurrences

YEARS = timedelta(days=3 * 366)  # ahead: a window is looked for within one
_BEFORE = timedelta(days=31)
_LONGEST = 60  # days of one event; a longer one is no holiday


def days(body: bytes, place: str, now: datetime) -> list[str]:
    """The days, as ISO 8601, from a month ago for three years; events with an hour are none.

    Raises `InputError` where a part cannot be read, so that nobody is mailed on a holiday that was in it, and
    where there is no day at all.
    """
    dropped, faults = Dropped(place), list[str]()
    found: set[date] = set()
    for calendar in calendars(body, place, dropped):
        for event in occurrences(calendar, now - _BEFORE, now + YEARS, place, faults):
            found.update(_of(event))
    if wrong := (*dropped.faults(), *faults):
        raise InputError(wrong[0])
    if not found:
        raise InputError(f"{place}: no event of a whole day within three years")
    return [day.isoformat() for day in sorted(found)]


def _of(event: Any) -> list[date]:
    """The days of one event; DTEND is the day after its last (RFC 5545, 3.6.1)."""
    start = event["DTSTART"].dt
    if isinstance(start, datetime):
        return []
    end = event["DTEND"].dt if "DTEND" in event else start
    number = (end - start).days if type(end) is date else 1
    return [start + timedelta(days=n) for n in range(max(1, number)) if number <= _LONGEST]
