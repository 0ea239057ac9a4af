"""An event as a calendar file for readers (iCalendar, RFC 5545).

One event per file, in the language of one edition; of a recurring event, the one date that the issue
shows. The UID is that of the article, in every language and month, so adding it twice gives one entry;
DTSTAMP is an argument, so the same event gives the same octets. Guarantees that no text can add a line
to the file (X1).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar

from alerts.config.settings import Settings
from alerts.domain.archived import ArchivedArticle
from alerts.domain.article import Event
from alerts.editions.escaping import clean

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_ESCAPED = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": r"\n"})
PRODUCT = "-//alerts//alerts//EN"
_DAY, _FAR = timedelta(days=1), timedelta(days=3650)


class _Text(icalendar.vText):
    """A text by RFC 5545 §3.3.11. The library's own takes a backslash before a capital N, which a title
    may have (C:\\News), for a line break before it escapes."""

    def to_ical(self) -> bytes:
        """The octets of the value, escaped."""
        return str(self).replace("\r\n", "\n").translate(_ESCAPED).encode()


@dataclass(frozen=True, slots=True)
class CalendarFileMaker:
    """Makes the calendar files of an issue, with a time zone, a host for UIDs, and a time stamp."""

    zone: ZoneInfo
    host: str
    at: datetime

    @classmethod
    def of(cls, settings: Settings, at: datetime) -> "CalendarFileMaker":
        """The maker for these settings; `at` is when the issue is frozen."""
        return cls(settings.zone, urlsplit(settings.web.base_url).hostname or "localhost", at)

    def file(self, piece: ArchivedArticle, event: Event) -> bytes:
        """The file of an event with the texts of `piece`, cleaned by `editions/escaping.py`."""
        start, end = self._written(event.start), self._end(event)
        entry = icalendar.Event()
        entry.add("uid", f"{piece.id}@{self.host}")
        entry.add("dtstamp", self.at.astimezone(UTC))
        entry.add("dtstart", start)
        if end is not None:
            entry.add("dtend", end)
        entry.add("summary", _Text(piece.title), _language(piece.title_language))
        if piece.summary:
            entry.add("description", _Text(piece.summary), _language(piece.summary_language))
        if event.place:
            entry.add("location", _Text(clean(event.place)))
        if piece.url:
            entry.add("url", piece.url)
        if not isinstance(start, datetime):
            entry.add(
                "transp", "TRANSPARENT"
            )  # an event of several days does not block the calendar
        calendar = icalendar.Calendar()
        calendar.add("version", "2.0")
        calendar.add("prodid", PRODUCT)
        for zone in _zones(start, end):
            calendar.add_component(zone)
        calendar.add_component(entry)
        return bytes(calendar.to_ical())

    def _written(self, when: date | datetime) -> date | datetime:
        """A day as it is; a moment in the alert's time zone, or in UTC if its hour occurs twice there,
        or if it is too far away for known time zone rules."""
        if not isinstance(when, datetime):
            return when
        if abs(when - self.at) > _FAR:
            return when.astimezone(UTC)
        local = when.astimezone(self.zone)
        twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
        return when.astimezone(UTC) if twice or local.tzname() == "UTC" else local

    def _end(self, event: Event) -> date | datetime | None:
        """DTEND of the same type as the start, for all-day events the day after the last; None if the
        end is unknown."""
        start, end = event.start, event.end
        if end is None or (not isinstance(end, datetime) and end == date.max):
            return None
        if isinstance(start, datetime):
            over = end if isinstance(end, datetime) else self._midnight(end + _DAY)
            return self._written(over) if over > start else None
        last = end.astimezone(self.zone).date() if isinstance(end, datetime) else end
        return last + _DAY if last > start else None

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


def _language(tag: str) -> dict[str, str]:
    return {"LANGUAGE": tag} if _TAG.fullmatch(tag) else {}


def escaped_text(text: str) -> bytes:
    """A text as the value of a line, not folded."""
    return _Text(clean(text)).to_ical()


def zone_definition(name: str, first: int, last: int) -> bytes:
    """The definition of a time zone for these years, as octets."""
    return bytes(_definition(ZoneInfo(name), first, last).to_ical())


def _zones(*moments: date | datetime | None) -> list[icalendar.Timezone]:
    """The definitions of the time zones of these moments, for the years around them."""
    named = [m for m in moments if isinstance(m, datetime) and m.tzinfo is not UTC]
    years = [m.year for m in named]
    zones = dict.fromkeys(m.tzinfo for m in named)
    return [
        _definition(zone, min(years), max(years)) for zone in zones if isinstance(zone, ZoneInfo)
    ]


def _definition(zone: ZoneInfo, first: int, last: int) -> icalendar.Timezone:
    span = date(first - 1, 1, 1), date(last + 1, 12, 31)
    made = icalendar.Timezone.from_tzinfo(zone, str(zone), *span)
    made.pop("COMMENT", None)  # the library's remark about these years
    return made
