"""An event as a file that a reader puts into their calendar (iCalendar, RFC 5545).

One event a file, in the words of one edition: of what repeats, the one date that the issue shows. Its UID
is that of the article, in every language and every month, so adding it twice keeps it once; its
DTSTAMP is the moment that the caller names. So the same event gives the same octets. Promises that no
text of it becomes a line of the file. Where it lies, the package says.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar

from alerts.archive import Piece
from alerts.model import Event
from alerts.render.gate import clean
from alerts.settings import Settings

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_DAY, _FAR = timedelta(days=1), timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes the files of an issue: in whose time zone, under which host, and when."""

    zone: ZoneInfo
    host: str
    at: datetime

    @classmethod
    def of(cls, settings: Settings, at: datetime) -> "Maker":
        """The one whom the settings make; `at` is when the issue is frozen."""
        return cls(settings.zone, urlsplit(settings.web.base_url).hostname or "localhost", at)

    def file(self, piece: Piece, event: Event) -> bytes:
        """The file of an event that the edition tells in these words, as `render.gate` cleans them."""
        start, end = self._written(event.start), self._end(event)
        entry = icalendar.Event()
        entry.add("uid", f"{piece.id}@{self.host}")
        entry.add("dtstamp", self.at.astimezone(UTC))
        entry.add("dtstart", start)
        if end is not None:
            entry.add("dtend", end)
        entry.add("summary", piece.title, _language(piece.title_language))
        if piece.summary:
            entry.add("description", piece.summary, _language(piece.summary_language))
        if event.place:
            entry.add("location", clean(event.place))
        if piece.url:
            entry.add("url", piece.url)
        if not isinstance(start, datetime):
            entry.add("transp", "TRANSPARENT")  # whoever goes to a conference has free hours
        calendar = icalendar.Calendar()
        calendar.add("version", "2.0")
        calendar.add("prodid", "-//alerts//alerts//EN")
        for zone in _zones(start, end):
            calendar.add_component(zone)
        calendar.add_component(entry)
        return bytes(calendar.to_ical())

    def _written(self, when: date | datetime) -> date | datetime:
        """A day as it is; a moment in the alert's time zone, or in UTC where its hour comes twice there,
        or so far away that nobody knows the rules."""
        if not isinstance(when, datetime):
            return when
        if abs(when - self.at) > _FAR:
            return when.astimezone(UTC)
        local = when.astimezone(self.zone)
        twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
        return when.astimezone(UTC) if twice or local.tzname() == "UTC" else local

    def _end(self, event: Event) -> date | datetime | None:
        """When it is over, as iCalendar says it: of whole days, the day after the last; of the kind of
        its start. None where nothing says it."""
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


def _zones(*moments: date | datetime | None) -> list[icalendar.Timezone]:
    """The rules of the time zones that moments are written in, for the years about them."""
    named = [m for m in moments if isinstance(m, datetime) and m.tzinfo is not UTC]
    years = [m.year for m in named]
    made = []
    for zone in dict.fromkeys(m.tzinfo for m in named):
        assert zone is not None  # noqa: S101
        span = date(min(years) - 1, 1, 1), date(max(years) + 1, 12, 31)
        made.append(icalendar.Timezone.from_tzinfo(zone, str(zone), *span))
        made[-1].pop("COMMENT", None)  # on those years; theirs to write, nobody's to read
    return made
