"""Calendars (iCalendar, RFC 5545): the events of the weeks after an issue, an article for each.

Promises the moment and the place as the calendar means them: time zones, days without an hour, rules
of repetition and their exceptions. What is cancelled or private is left out. A broken event spoils no
other, and no rule of repetition takes long, whatever it says (mail-rules X4).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import recurring_ical_events

from alerts.errors import InputError
from alerts.markup import plain, safe_url, tidy
from alerts.model import Article, Event
from alerts.sources.fetch import Fetched
from alerts.sources.intake import Found, Intake, digest, image
from alerts.sources.repetition import limit

_MOST_EVENTS = 5000  # of a calendar, and then of the weeks asked for
_MOST_SHOWN = 200
_MOST_OF_A_SERIES = 10
_DEEPEST = 5  # components within components; alarms lie in events, and those in calendars
_UNREADABLE = (ValueError, KeyError, IndexError, AttributeError, TypeError)
_MARK = re.compile(rb"^(BEGIN|END):[A-Za-z-]+", re.MULTILINE | re.IGNORECASE)
_BLOCK = re.compile(
    rb"^BEGIN:VEVENT\s*$.*?^END:VEVENT\s*$", re.DOTALL | re.MULTILINE | re.IGNORECASE
)


def read(document: Fetched, intake: Intake, since: datetime) -> Found:
    """The events from `since` on, for as long as `sources.upcoming`; raises `InputError`."""
    place = intake.source.location
    until = since + intake.settings.sources.upcoming
    faults: list[str] = []
    calendars = list(_calendars(document.body, place, faults))
    articles: list[Article] = []
    for calendar in calendars:
        if lost := _without_start(calendar):
            faults.append(f"{place}: {lost} events have no start that can be read")
        if lost := limit(calendar, until):
            faults.append(
                f"{place}: {lost} rules of repetition cannot be followed; first dates are taken"
            )
        alone = _alone(calendar.walk("VEVENT"))
        for event in _occurrences(calendar, since, until, place, faults):
            try:
                article = _article(event, document, intake, alone)
            except (ValueError, AttributeError) as fault:
                faults.append(f"{place}: an event cannot be read: {tidy(str(fault))[:120]}")
                continue
            articles += [article] if article else []
    articles.sort(key=lambda article: _order(article, intake))
    notes = [f"{place}: more than {_MOST_SHOWN} events"] if len(articles) > _MOST_SHOWN else []
    if any(not article.url for article in articles):
        notes.append(f"{place}: events without an address cannot be collected; give them a URL")
    return Found(tuple(articles[:_MOST_SHOWN]), tuple(faults), tuple(notes))


def _calendars(body: bytes, place: str, faults: list[str]) -> Iterator[Any]:
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


def _alone(events: list[Any]) -> frozenset[str]:
    """The addresses that one event has for itself, and that for one date."""
    named = Counter(_text(event, "URL") for event in events)
    repeated = {
        _text(event, "URL")
        for event in events
        if any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    }
    return frozenset(url for url, times in named.items() if times == 1 and url not in repeated)


def _occurrences(
    calendar: Any, since: datetime, until: datetime, place: str, faults: list[str]
) -> Iterator[Any]:
    """The events of those weeks, each repetition for itself, what is not to be shown left out."""
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
        series[_text(event, "UID")] += 1
        if _text(event, "STATUS").upper() == "CANCELLED":
            continue
        if _text(event, "CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"):
            continue
        if series[_text(event, "UID")] <= _MOST_OF_A_SERIES or not _text(event, "UID"):
            yield event


def _apart(calendar: Any) -> Iterator[Any]:
    """A calendar for each series of events, with the time zones of the whole."""
    series: dict[str, list[Any]] = {}
    for event in calendar.walk("VEVENT"):
        series.setdefault(_text(event, "UID"), []).append(event)
    others = [part for part in calendar.subcomponents if part.name != "VEVENT"]
    for events in series.values():
        one = icalendar.Calendar(calendar)
        one.subcomponents = [*others, *events]
        yield one


def _article(
    event: Any, document: Fetched, intake: Intake, alone: frozenset[str]
) -> Article | None:
    """One event as an article; None where nothing names it."""
    title = plain(_text(event, "SUMMARY"))
    if not title:
        return None
    own = safe_url(_text(event, "URL"), document.base)
    start = event["DTSTART"].dt
    unique = own and _text(event, "URL") in alone
    mark = f"{_text(event, 'UID') or title}\n{start.isoformat()}"
    article = intake.article(
        url=own or safe_url(_text(event, "SOURCE")) or safe_url(document.url),
        fragment="" if unique else digest(mark),
        title=title,
        summary=plain(_text(event, "DESCRIPTION")) or plain(_text(event, "X-ALT-DESC")),
        language=_parameter(event, "SUMMARY", "LANGUAGE"),
        author=_parameter(event, "ORGANIZER", "CN"),
        image=_picture(event, document.base),
        tags=_categories(event),
    )
    return _with_event(article, event, start, document, intake)


def _with_event(
    article: Article, event: Any, start: date | datetime, document: Fetched, intake: Intake
) -> Article:
    return replace(
        article,
        section=intake.source.section or "events",
        event=Event(
            _moment(start, intake),
            _end(event, start, intake),
            plain(_text(event, "LOCATION"))[:300],
            ics=safe_url(document.url),
        ),
    )


def _moment(when: date | datetime, intake: Intake) -> date | datetime:
    return intake.aware(when) if isinstance(when, datetime) else when


def _end(event: Any, start: date | datetime, intake: Intake) -> date | datetime | None:
    """When it ends: the last day of what lasts whole days (iCalendar writes the day after it)."""
    end = event["DTEND"].dt if "DTEND" in event else None
    if end is None or type(end) is not type(start) or end <= start:
        return None
    if isinstance(end, datetime):
        return _moment(end, intake)
    last = end - timedelta(days=1)
    return last if last > start else None


def _order(article: Article, intake: Intake) -> tuple[str, str]:
    start = article.event.start if article.event else date.min
    local = start.astimezone(intake.settings.zone) if isinstance(start, datetime) else start
    return local.isoformat(), article.title


def _text(event: Any, name: str) -> str:
    value = event.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return str(value) if value is not None else ""


def _parameter(event: Any, name: str, parameter: str) -> str:
    value = event.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return plain(str(getattr(value, "params", {}).get(parameter, "")))


def _categories(event: Any) -> list[str]:
    value = event.get("CATEGORIES")
    groups = value if isinstance(value, list) else [value] if value is not None else []
    return [plain(str(name)) for group in groups for name in getattr(group, "cats", [group])]


def _picture(event: Any, base: str) -> Any:
    """A picture that the event names (RFC 7986), or has attached."""
    for name in ("IMAGE", "ATTACH"):
        values = event.get(name)
        for value in values if isinstance(values, list) else [values] if values else []:
            kind = str(getattr(value, "params", {}).get("FMTTYPE", ""))
            if (name == "IMAGE" or kind.startswith("image/")) and (
                found := image(str(value), base)
            ):
                return found
    return None
