"""Calendars (iCalendar, RFC 5545): the events of the weeks after an issue, an article for each.

Promises the moment and the place as the calendar means them: time zones, and days without an hour. How
the file is read, and what repeats is followed, is the business of `occurrences.py`.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from alerts.markup import plain, safe_url, tidy
from alerts.model import Article, Event
from alerts.sources.fetch import Fetched
from alerts.sources.intake import Found, Intake, digest, image
from alerts.sources.occurrences import alone_in, calendars, occurrences, text_of

_MOST_SHOWN = 200


def read(document: Fetched, intake: Intake, since: datetime) -> Found:
    """The events from `since` on, for as long as `sources.upcoming`; raises `InputError`."""
    place = intake.source.location
    until = since + intake.settings.sources.upcoming
    faults: list[str] = []
    articles: list[Article] = []
    for calendar in list(calendars(document.body, place, faults)):
        events = list(occurrences(calendar, since, until, place, faults))
        alone = alone_in(calendar.walk("VEVENT"))
        for event in events:
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


def _article(
    event: Any, document: Fetched, intake: Intake, alone: frozenset[str]
) -> Article | None:
    """One event as an article; None where nothing names it."""
    title = plain(text_of(event, "SUMMARY"))
    if not title:
        return None
    own = safe_url(text_of(event, "URL"), document.base)
    start = event["DTSTART"].dt
    unique = own and text_of(event, "URL") in alone
    mark = f"{text_of(event, 'UID') or title}\n{start.isoformat()}"
    article = intake.article(
        url=own or safe_url(text_of(event, "SOURCE")) or safe_url(document.url),
        fragment="" if unique else digest(mark),
        title=title,
        summary=plain(text_of(event, "DESCRIPTION")) or plain(text_of(event, "X-ALT-DESC")),
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
            plain(text_of(event, "LOCATION"))[:300],
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
