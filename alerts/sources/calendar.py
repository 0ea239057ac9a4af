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

_MOST_EVENTS = 5000  # of a calendar, and then of the weeks asked for
_MOST_SHOWN = 200
_MOST_OF_A_SERIES = 10
_MOST_STEPS = 500_000  # of all rules of repetition, from their first day to the last one asked for
_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
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
        events = [_harmless(event) for event in calendar.walk("VEVENT")]
        shared = Counter(_text(event, "URL") for event in events)
        if not _steps_within_reason(calendar, until):
            faults.append(
                f"{place}: repeats more often than can be read; only first dates are taken"
            )
        for event in _occurrences(calendar, since, until, place, faults):
            if (article := _article(event, document, intake, shared)) is not None:
                articles.append(article)
    articles.sort(key=lambda article: _order(article, intake))
    notes = [f"{place}: more than {_MOST_SHOWN} events"] if len(articles) > _MOST_SHOWN else []
    if any(not article.url for article in articles):
        notes.append(f"{place}: events without an address cannot be collected; give them a URL")
    return Found(tuple(articles[:_MOST_SHOWN]), tuple(faults), tuple(notes))


def _calendars(body: bytes, place: str, faults: list[str]) -> Iterator[Any]:
    """The calendars of a file; of a broken one, those of its events that can be read."""
    text = body.removeprefix(b"\xef\xbb\xbf")
    if len(_BLOCK.findall(text)) > _MOST_EVENTS:
        raise InputError(f"{place}: more than {_MOST_EVENTS} events")
    try:
        yield from icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as fault:
        found = list(_BLOCK.finditer(text))
        if not found:
            raise InputError(f"{place}: not a calendar ({tidy(str(fault))[:120]})") from fault
        head = text[: found[0].start()]
        for block in found:
            line = text.count(b"\n", 0, block.start()) + 1
            try:
                yield from icalendar.Calendar.from_ical(
                    head + block[0].rstrip() + b"\r\nEND:VCALENDAR\r\n", multiple=True
                )
            except (ValueError, KeyError, IndexError, AttributeError, TypeError) as broken:
                faults.append(f"{place}, line {line}: cannot be read: {tidy(str(broken))[:120]}")


def _harmless(event: Any) -> Any:
    """The event, its rule taken away where it repeats within a day: such rules only eat time."""
    rules = event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        frequency = str((rule.get("FREQ") or [""])[0]).upper()
        within = sum(len(rule.get(part) or ()) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        if frequency not in _DAYS or within > 4:
            event.pop("RRULE")
            break
    return event


def _steps_within_reason(calendar: Any, until: datetime) -> bool:
    """False, and no rule left, where there are more repetitions than can be counted in time."""
    steps = 0
    for event in calendar.walk("VEVENT"):
        rule, start = event.get("RRULE"), event.get("DTSTART")
        if rule and start and not isinstance(rule, list) and not isinstance(start, list):
            first = start.dt if isinstance(start.dt, date) else until.date()
            span = until.date().toordinal() - first.toordinal()
            steps += max(span, 0) // _DAYS.get(str((rule.get("FREQ") or ["DAILY"])[0]).upper(), 1)
    if steps <= _MOST_STEPS:
        return True
    for event in calendar.walk("VEVENT"):
        event.pop("RRULE", None)
    return False


def _occurrences(
    calendar: Any, since: datetime, until: datetime, place: str, faults: list[str]
) -> Iterator[Any]:
    """The events of those weeks, each repetition for itself, what is not to be shown left out."""
    try:
        found = recurring_ical_events.of(calendar, skip_bad_series=True).between(since, until)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as fault:
        faults.append(f"{place}: its dates cannot be read: {tidy(str(fault))[:120]}")
        return
    series: Counter[str] = Counter()
    for event in sorted(found, key=lambda one: str(one.get("DTSTART").dt)):
        series[_text(event, "UID")] += 1
        if _text(event, "STATUS").upper() == "CANCELLED":
            continue
        if _text(event, "CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"):
            continue
        if series[_text(event, "UID")] <= _MOST_OF_A_SERIES or not _text(event, "UID"):
            yield event


def _article(event: Any, document: Fetched, intake: Intake, shared: Counter[str]) -> Article | None:
    """One event as an article; None where nothing names it."""
    title = plain(_text(event, "SUMMARY"))
    if not title:
        return None
    own = safe_url(_text(event, "URL"), document.base)
    start = event["DTSTART"].dt
    unique = own and shared[_text(event, "URL")] == 1 and "RECURRENCE-ID" not in event
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
