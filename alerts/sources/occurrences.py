"""A calendar file as its events: what can be read of it, and each date of what repeats in some weeks.

Promises that a broken event spoils no other, and that no rule of repetition takes long, whatever it says
(mail-rules X4). What is cancelled or private is left out. What an event says to readers is the business
of `calendar.py`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import icalendar
import recurring_ical_events

from alerts.errors import InputError
from alerts.markup import tidy
from alerts.sources.repetition import limit

_MOST_EVENTS = 5000  # of a calendar, and then of the weeks asked for
_MOST_OF_A_SERIES = 10
_DEEPEST = 5  # components within components; alarms lie in events, and those in calendars
_UNREADABLE = (ValueError, KeyError, IndexError, AttributeError, TypeError)
_MARK = re.compile(rb"^(BEGIN|END):[A-Za-z-]+", re.MULTILINE | re.IGNORECASE)
_BLOCK = re.compile(
    rb"^BEGIN:VEVENT\s*$.*?^END:VEVENT\s*$", re.DOTALL | re.MULTILINE | re.IGNORECASE
)


def calendars(body: bytes, place: str, faults: list[str]) -> Iterator[Any]:
    """The calendars of a file; of a broken one, those of its events that can be read."""
    text = body.removeprefix(b"\xef\xbb\xbf")
    _check_size(text, place)
    blocks = list(_BLOCK.finditer(text))
    try:
        whole = icalendar.Calendar.from_ical(text, multiple=True)
        why = "it is never closed"
        if not blocks or any(calendar.walk("VEVENT") for calendar in whole):
            yield from whole
            return
    except _UNREADABLE as fault:
        why = tidy(str(fault))[:120]
    if not blocks:
        raise InputError(f"{place}: not a calendar ({why})")
    for block in blocks:
        alone = text[: blocks[0].start()] + block[0].rstrip() + b"\r\nEND:VCALENDAR\r\n"
        try:
            yield from icalendar.Calendar.from_ical(alone, multiple=True)
        except _UNREADABLE as fault:
            line = text.count(b"\n", 0, block.start()) + 1
            faults.append(f"{place}, line {line}: cannot be read: {tidy(str(fault))[:120]}")


def _check_size(text: bytes, place: str) -> None:
    """Raises `InputError` for what would take its parser minutes."""
    depth = events = 0
    for mark in _MARK.finditer(text):
        depth += 1 if mark[1].upper() == b"BEGIN" else -1
        events += mark[0].upper() == b"BEGIN:VEVENT"
        if depth > _DEEPEST:
            raise InputError(f"{place}: not a calendar: nested too deeply")
        if events > _MOST_EVENTS:
            raise InputError(f"{place}: more than {_MOST_EVENTS} events")


def _without_start(calendar: Any) -> int:
    """Takes the events away that have no start that can be read; returns how many."""
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
    """The addresses that one of these events has for itself, and that for one date."""
    named = Counter(text_of(event, "URL") for event in events)
    repeated = {
        text_of(event, "URL")
        for event in events
        if any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    }
    return frozenset(url for url, times in named.items() if times == 1 and url not in repeated)


def occurrences(
    calendar: Any, since: datetime, until: datetime, place: str, faults: list[str]
) -> Iterator[Any]:
    """The events of those weeks, each repetition for itself, what is not to be shown left out.

    What can't be followed is added to `faults`, and taken out of the calendar.
    """
    if lost := _without_start(calendar):
        faults.append(f"{place}: {lost} events have no start that can be read")
    if lost := limit(calendar, until):
        faults.append(
            f"{place}: {lost} rules of repetition cannot be followed; first dates are taken"
        )
    found: list[Any] = []
    for part in (calendar, *_apart(calendar)):
        try:
            found += recurring_ical_events.of(part, skip_bad_series=True).between(since, until)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as fault:
            if part is not calendar:
                faults.append(
                    f"{place}: the dates of an event cannot be read: {tidy(str(fault))[:120]}"
                )
        else:
            if part is calendar:
                break
    series: Counter[str] = Counter()
    for event in sorted(found, key=lambda one: str(one.get("DTSTART").dt)):
        series[text_of(event, "UID")] += 1
        if text_of(event, "STATUS").upper() == "CANCELLED":
            continue
        if text_of(event, "CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"):
            continue
        if series[text_of(event, "UID")] <= _MOST_OF_A_SERIES or not text_of(event, "UID"):
            yield event


def _apart(calendar: Any) -> Iterator[Any]:
    """A calendar for each series of events, with the time zones of the whole."""
    series: dict[str, list[Any]] = {}
    for event in calendar.walk("VEVENT"):
        series.setdefault(text_of(event, "UID"), []).append(event)
    others = [part for part in calendar.subcomponents if part.name != "VEVENT"]
    for events in series.values():
        one = icalendar.Calendar(calendar)
        one.subcomponents = [*others, *events]
        yield one


def text_of(event: Any, name: str) -> str:
    """The text of a property, the first one of several; "" where there is none."""
    value = event.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return str(value) if value is not None else ""
