"""The events of a calendar file, with each date of recurring events in a period.

Guarantees: a broken event affects no other event, and no recurrence rule takes long (rule X4).
Cancelled events are left out. The text of events is read in `calendar.py`.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import recurring_ical_events

from alerts.domain.printable import printable
from alerts.sources.calendar_events import cleaned, title_of
from alerts.sources.calendar_lines import Component, components
from alerts.sources.dropped import Dropped
from alerts.sources.repetition import limit
from alerts.text.plural import counted

_MOST_OF_A_SERIES = 10
_UNREADABLE = (
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    OverflowError,
    AssertionError,
)


def calendars(body: bytes, place: str, dropped: Dropped) -> Iterator[Any]:
    """The calendars of a file with all of their events that can be read; what cannot is `dropped`."""
    for component in components(body, place, dropped):
        if component.name in ("VCALENDAR", "VEVENT"):
            yield from _parsed(component, dropped)


def _parsed(component: Component, dropped: Dropped) -> Iterator[Any]:
    """A calendar as icalendar reads it; should that fail, each event on its own."""
    try:
        yield from icalendar.Calendar.from_ical(cleaned(component, dropped), multiple=True)
    except _UNREADABLE:
        again = Dropped("")  # all of it was told before
        zones = [part for part in component.parts if part.name == "VTIMEZONE"]
        for event in component.walk("VEVENT"):
            alone = Component("VCALENDAR", component.line, component.properties, [*zones, event])
            try:
                yield from icalendar.Calendar.from_ical(cleaned(alone, again), multiple=True)
            except _UNREADABLE:
                dropped.line(event.line, f"the event “{title_of(event)}” cannot be read")


def _without_start(calendar: Any) -> int:
    """Remove the events without a readable start; returns how many."""
    kept = [part for part in calendar.subcomponents if part.name != "VEVENT" or _starts(part)]
    lost = len(calendar.subcomponents) - len(kept)
    calendar.subcomponents = kept
    return lost


def _starts(event: Any) -> bool:
    try:
        return isinstance(event["DTSTART"].dt, date)
    except (ValueError, KeyError, AttributeError):  # a broken property raises when it is looked at
        return False


def alone_in(events: list[Any]) -> frozenset[str]:
    """The URLs that only one of these events has, on only one date."""
    named = Counter(text_of(event, "URL") for event in events)
    repeated = {text_of(event, "URL") for event in events if _is_repeated(event)}
    return frozenset(url for url, times in named.items() if times == 1 and url not in repeated)


def series_in(events: list[Any]) -> frozenset[str]:
    """The UIDs of the events that take place on several dates, or may."""
    return frozenset(text_of(event, "UID") for event in events if _is_repeated(event))


def _is_repeated(event: Any) -> bool:
    return any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID"))


def occurrences(
    calendar: Any, since: datetime, until: datetime, place: str, faults: list[str]
) -> Iterator[Any]:
    """Yield the events between the two moments, each repetition separately, cancelled ones left out.

    Recurrence rules that cannot be evaluated are added to `faults` and removed from the calendar.
    """
    if lost := _without_start(calendar):
        faults.append(f"{place}: {counted(lost, 'event')} without a start that can be read")
    if lost := limit(calendar, until):
        faults.append(
            f"{place}: {counted(lost, 'recurrence rule')} cannot be evaluated;"
            " only their first dates are used"
        )
    found = _between(calendar, since, until)
    if found is None:
        found = [
            event
            for part in _apart(calendar)
            for event in _of_series(part, since, until, place, faults)
        ]
    series: Counter[str] = Counter()
    for event in sorted(found, key=_order):
        series[text_of(event, "UID")] += 1
        if text_of(event, "STATUS").upper() == "CANCELLED":
            continue
        if series[text_of(event, "UID")] <= _MOST_OF_A_SERIES:
            yield event


def _order(event: Any) -> str:
    start = event["DTSTART"].dt
    in_utc = isinstance(start, datetime) and start.tzinfo is not None
    return str(start.astimezone(UTC) if in_utc else start)


def _between(calendar: Any, since: datetime, until: datetime) -> list[Any] | None:
    """The dates in the period; None where those of a series cannot be found."""
    try:
        return list(recurring_ical_events.of(calendar).between(since, until))
    except _UNREADABLE:
        return None


def _of_series(
    part: Any, since: datetime, until: datetime, place: str, faults: list[str]
) -> list[Any]:
    """The dates of one series; of one that makes no sense the first of each event."""
    found = _between(part, since, until)
    if found is not None:
        return found
    events = list(part.walk("VEVENT"))
    for event in events:
        for name in ("RRULE", "RDATE", "EXDATE", "DTEND", "DURATION"):
            event.pop(name, None)
    titles = [text_of(event, "SUMMARY") for event in events]
    named = printable(next(filter(None, titles), "without a title"), 50)
    found = _between(part, since, until)
    what = "only the first one is read" if found is not None else "it is left out"
    faults.append(f"{place}: the dates of the event “{named}” contradict each other; {what}")
    return found or []


def _apart(calendar: Any) -> Iterator[Any]:
    """Yield one calendar for each series of events, with all time zones of the file."""
    series: dict[str, list[Any]] = {}
    for event in calendar.walk("VEVENT"):
        series.setdefault(text_of(event, "UID"), []).append(event)
    others = [part for part in calendar.subcomponents if part.name != "VEVENT"]
    for events in series.values():
        one = icalendar.Calendar(calendar)
        one.subcomponents = [*others, *events]
        yield one


def text_of(event: Any, name: str) -> str:
    """The text of a property, or of the first of several; "" where there is none."""
    value = event.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return str(value) if value is not None else ""
