"""Calendars (iCalendar, RFC 5545): one article for each event of the weeks after an issue.

Times and places are as the calendar defines them, with time zones and all-day events. The file is parsed,
and recurring events are expanded, in `recurrence.py`.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from alerts.domain.article import Article, Event
from alerts.domain.confidence import guess_of
from alerts.domain.printable import printable
from alerts.sources.calendar_events import own_uid
from alerts.sources.calendar_private import is_private
from alerts.sources.document import Fetched
from alerts.sources.dropped import Dropped
from alerts.sources.normalise import Intake, SourceContent, digest, image
from alerts.sources.recurrence import alone_in, calendars, occurrences, series_in, text_of
from alerts.text.passcodes import address_without_passcodes, without_passcodes
from alerts.text.plain_text import plain, safe_url
from alerts.text.plural import counted

_MOST_SHOWN = 200
_LONGEST = 20_000  # characters of a text of an event that are read


def read(document: Fetched, intake: Intake, since: datetime) -> SourceContent:
    """Return the events that begin at `since` or later, within `sources.upcoming`; raises `InputError`."""
    place = intake.source.location
    until = since + intake.settings.sources.upcoming
    dropped, faults = Dropped(place), list[str]()
    articles: list[Article] = []
    private: set[str] = set()
    for calendar in list(calendars(document.body, place, dropped)):
        given = list(calendar.walk("VEVENT"))
        alone, series = (
            alone_in(given),
            series_in(given),
        )  # dates of any event have a RECURRENCE-ID later
        events = list(occurrences(calendar, since, until, place, faults))
        enough = len(articles) + _MOST_SHOWN
        for event in events:
            if len(articles) > enough:
                break  # they are in order of their dates
            if is_private(event):
                private.add(text_of(event, "UID"))
                continue
            try:
                article = _article(event, document, intake, alone, series)
            except (ValueError, AttributeError, OverflowError):
                title = printable(text_of(event, "SUMMARY"), 50) or "without a title"
                faults.append(f"{place}: the event “{title}” cannot be read")
                continue
            articles += [article] if article else []
    articles.sort(key=lambda article: _order(article, intake))
    notes = dropped.notes()
    if private:
        notes.append(f"{place}: {counted(len(private), 'private or busy event')} left out")
    if len(articles) > _MOST_SHOWN:
        notes.append(f"{place}: more than {_MOST_SHOWN} events")
    if any(not article.url for article in articles):
        notes.append(f"{place}: events without an address cannot be collected; give them a URL")
    return SourceContent(tuple(articles[:_MOST_SHOWN]), (*dropped.faults(), *faults), tuple(notes))


def _article(
    event: Any, document: Fetched, intake: Intake, alone: frozenset[str], series: frozenset[str]
) -> Article | None:
    """One event as an article; None if it has no title."""
    title = without_passcodes(plain(text_of(event, "SUMMARY"))[:_LONGEST])
    if not title:
        return None
    own = address_without_passcodes(safe_url(text_of(event, "URL"), document.base))
    said = plain(text_of(event, "DESCRIPTION")) or plain(text_of(event, "X-ALT-DESC"))
    start = event["DTSTART"].dt
    unique = own and text_of(event, "URL") in alone
    mark = f"{own_uid(text_of(event, 'UID')) or title}\n{start.isoformat()}"
    article = intake.article(
        url=own or safe_url(text_of(event, "SOURCE")) or safe_url(document.url),
        fragment="" if unique else digest(mark),
        title=title,
        summary=without_passcodes(said[:_LONGEST]),
        language=_parameter(event, "SUMMARY", "LANGUAGE"),
        author=_parameter(event, "ORGANIZER", "CN"),
        image=_picture(event, document.base),
        tags=_categories(event),
        marks=_marks(event, start, series),
    )
    return _with_event(article, event, start, document, intake)


def _marks(event: Any, start: date | datetime, series: frozenset[str]) -> tuple[str, ...]:
    """The UID; of an event that is repeated, with its date, since each date is a story."""
    uid = text_of(event, "UID")
    named = f"uid:{uid.strip()}"
    return (f"{named} {start.isoformat()}" if uid in series else named,) if uid.strip() else ()


def _with_event(
    article: Article, event: Any, start: date | datetime, document: Fetched, intake: Intake
) -> Article:
    floating = isinstance(start, datetime) and start.tzinfo is None
    doubt = guess_of("zone", "its calendar names no time zone; that of the alert is taken")
    return replace(
        article,
        confidence=(*article.confidence, doubt) if floating else article.confidence,
        section=intake.source.section or "events",
        event=Event(
            _moment(start, intake),
            _end(event, start, intake),
            without_passcodes(plain(text_of(event, "LOCATION"))[:_LONGEST])[:300],
            ics=safe_url(document.url),
        ),
    )


def _moment(when: date | datetime, intake: Intake) -> date | datetime:
    return intake.aware(when) if isinstance(when, datetime) else when


def _end(event: Any, start: date | datetime, intake: Intake) -> date | datetime | None:
    """The end; for all-day events the last day (iCalendar stores the day after it)."""
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
