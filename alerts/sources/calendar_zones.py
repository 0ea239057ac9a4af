"""Time zones of a calendar: whatever a program calls them, as a zone that exists or one made of its rules.

Known are the names of IANA, also with a path before them, those of Windows (the table of CLDR that
icalendar keeps), and fixed offsets such as `GMT-0500` and `UTC+2`. A zone of the calendar's own making
is kept without those of its rules that cannot be right. What remains unknown is told once, and read in
the zone of the calendar or of the alert.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from hashlib import sha256
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from alerts.domain.printable import printable
from alerts.sources.calendar_lines import Component, Property
from alerts.sources.calendar_values import Unreadable, rule
from alerts.sources.dropped import Dropped

_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?")
_FIXED = re.compile(
    r"(?:\(?(?:GMT|UTC|Z)\s*)?([+\-\u2212])\s*(\d{1,2})(?::?(\d{2}))?(?::?00)?\)?.*", re.IGNORECASE
)
_MOST_HOURS = 14  # UTC+14 is the largest offset that is in use
_LIKE = re.compile(r"\(?(?:GMT|UTC)", re.IGNORECASE)
_MOMENT = re.compile(r"\d{8}T\d{6}")
_UTC = frozenset(
    {"utc", "gmt", "z", "zulu", "etc/utc", "etc/gmt", "universal", "coordinated universal time"}
)
_WINDOWS = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}


class Zones:
    """The zones of one calendar. `text` is, after use, the definitions that its dates need."""

    def __init__(self, calendar: Component, dropped: Dropped) -> None:
        self._dropped = dropped
        self._own = {
            _clean(part.value("TZID")): part
            for part in calendar.parts
            if part.name == "VTIMEZONE" and part.value("TZID")
        }
        self._known: dict[str, str] = {}
        self._made: dict[str, str] = {}
        self._default = _clean(calendar.value("X-WR-TIMEZONE"))

    def named(self, tzid: str, line: int) -> str:
        """The name by which the zone of a date is written; "" where nobody knows it."""
        name = _clean(tzid)
        if name not in self._known:
            self._known[name] = self._found(name, line)
        return self._known[name]

    @property
    def text(self) -> str:
        """The definitions of the zones that were made."""
        return "".join(self._made.values())

    def _found(self, name: str, line: int) -> str:
        own = self._own.get(name)
        zone = known(name) or (known(own.value("X-LIC-LOCATION")) if own is not None else "")
        if zone:
            return zone
        if own is not None and (made := self._made_of(own)):
            return made
        if city := _of_city(name):
            return city
        if (offset := fixed(name)) is not None:
            return self._define(_observance("STANDARD", offset, offset, "19700101T000000"))
        instead = known(self._default)
        told = f"the time zone of the calendar ({instead})" if instead else "the alert’s time zone"
        self._dropped.mended(
            line, f"nobody knows the time zone “{printable(name, 60)}”; read in {told}"
        )
        return instead

    def _made_of(self, zone: Component) -> str:
        """A zone by those of its rules that can be right; "" where none can."""
        text = "".join(
            _observance(part.name, *offsets, start, rules)
            for part in zone.parts
            if part.name in ("STANDARD", "DAYLIGHT")
            and (offsets := self._offsets(part)) is not None
            and (start := self._start(part))
            and (rules := self._rules(part)) is not None
        )
        return self._define(text) if text else ""

    def _offsets(self, part: Component) -> tuple[str, str] | None:
        """The offsets before and after; where one of them cannot be right, the other for both."""
        given = [one for one in part.properties if one.name in ("TZOFFSETFROM", "TZOFFSETTO")]
        good = {one.name: one.value.strip() for one in given if _possible(one.value)}
        for one in given:
            if not _possible(one.value):
                self._dropped.line(
                    one.line, f"{one.name}: “{printable(one.value, 20)}” is no offset from UTC"
                )
        after = good.get("TZOFFSETTO")
        return None if after is None else (good.get("TZOFFSETFROM", after), after)

    def _start(self, part: Component) -> str:
        """When a rule begins; Windows writes the year 1601, others the year 0."""
        found = _MOMENT.match(part.value("DTSTART").strip())
        return max(found[0], "16010101T000000") if found else "19700101T000000"

    def _rules(self, part: Component) -> str:
        lines = []
        for one in part.properties:
            if one.name == "RRULE":
                try:
                    lines.append(f"RRULE:{rule(one, ('YEARLY',))}\r\n")
                except Unreadable as fault:
                    self._dropped.line(one.line, f"{fault}; the time zone is read without it")
            elif one.name == "RDATE" and _dates(one):
                lines.append(f"RDATE:{_dates(one)}\r\n")
        return "".join(lines)

    def _define(self, text: str) -> str:
        """The name of a zone of these rules. Names are of the rules, because icalendar remembers zones by
        their names, also those of other calendars."""
        name = f"alerts-{sha256(text.encode()).hexdigest()[:16]}"
        self._made[name] = f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\n{text}END:VTIMEZONE\r\n"
        return name


def known(name: str) -> str:
    """A zone of IANA by its name, by one with a path before it, or by its name in Windows; "" for none."""
    name = _clean(name)
    if name.casefold() in _UTC:
        return "UTC"
    parts = name.split("/")
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        if found := _iana().get(tail.casefold().replace(" ", "_")):
            return found
    spoken = re.sub(r"^\([^)]*\)\s*", "", name)  # “(UTC-05:00) Eastern Time (US & Canada)”
    standard = re.sub(r" Time \(.*", " Standard Time", spoken)
    return next(
        (_WINDOWS[n] for n in map(str.casefold, (name, spoken, standard)) if n in _WINDOWS), ""
    )


def _of_city(name: str) -> str:
    """The zone that “(UTC+01:00) Amsterdam, Berlin, Bern” means, as Outlook shows it; "" for none."""
    if (offset := fixed(name)) is None or ")" not in name:
        return ""
    for city in name.partition(")")[2].split(","):
        for zone in _cities().get(city.strip().casefold().replace(" ", "_"), ()):
            winter = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
            summer = datetime(2026, 7, 1, tzinfo=ZoneInfo(zone))
            if offset in (f"{winter:%z}", f"{summer:%z}"):
                return zone
    return ""


@cache
def _cities() -> dict[str, list[str]]:
    cities: dict[str, list[str]] = {}
    for folded, zone in sorted(_iana().items()):
        if "/" in zone and not zone.startswith("Etc/"):
            cities.setdefault(folded.rpartition("/")[2], []).append(zone)
    return cities


def fixed(name: str) -> str | None:
    """The offset that a name means, such as “GMT-0500” or “(UTC+02:00) Cairo”; None for none."""
    found = _FIXED.fullmatch(name)
    if found is None or not (_LIKE.match(name) or re.fullmatch(r"[+\-\u2212]\d{2}:?\d{2}", name)):
        return None
    sign = "+" if found[1] == "+" else "-"
    digits = found[2] if len(found[2]) < 3 else found[2][:2]
    offset = f"{sign}{int(digits):02d}{found[3] or '00'}"
    return offset if _possible(offset) else None


@cache
def _iana() -> dict[str, str]:
    """Names of IANA in lower case; without those that are only an offset or an abbreviation of Unix."""
    return {
        name.casefold(): name
        for name in available_timezones()
        if not name.startswith(("posix/", "right/")) and name not in ("Factory", "localtime")
    }


def _clean(name: str) -> str:
    name = name.strip().strip("\"'").strip()
    return name.replace("\\,", ",").replace("\\;", ";").removeprefix("tzone://").strip("/")


def _possible(offset: str) -> bool:
    found = _OFFSET.fullmatch(offset.strip())
    return bool(found) and int(found[2]) <= _MOST_HOURS and int(found[3]) < 60  # type: ignore[index]


def _dates(one: Property) -> str:
    dates: Iterable[str] = (found.strip() for found in one.value.split(","))
    return ",".join(found for found in dates if _MOMENT.fullmatch(found))


def _observance(kind: str, before: str, after: str, start: str, rules: str = "") -> str:
    return (
        f"BEGIN:{kind}\r\nDTSTART:{start}\r\nTZOFFSETFROM:{before}\r\nTZOFFSETTO:{after}\r\n"
        f"{rules}END:{kind}\r\n"
    )
