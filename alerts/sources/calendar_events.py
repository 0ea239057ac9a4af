"""The events of a calendar with values that can be read, as clean iCalendar text for the library.

Guarantees: a property that cannot be read costs only itself, and an event without a start that can be
read only itself; each is told with its line and what is wrong. Only the properties that an article
needs go on: alarms, attendees and the rest are not read at all.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from quopri import decodestring

from alerts.domain.printable import printable
from alerts.sources.calendar_lines import Component, Property
from alerts.sources.calendar_values import (
    Unreadable,
    after,
    check_day,
    duration,
    in_utc,
    moment_of,
    number,
    rule,
)
from alerts.sources.calendar_zones import Zones
from alerts.sources.dropped import Dropped
from alerts.text.decoding import received

_TEXTS = (
    "SUMMARY", "DESCRIPTION", "X-ALT-DESC", "LOCATION", "URL", "SOURCE", "ORGANIZER", "CATEGORIES",
    "IMAGE", "ATTACH", "STATUS", "CLASS", "TRANSP",
)  # fmt: skip
_KEPT_PARAMETERS = ("LANGUAGE", "CN", "FMTTYPE")
_DATE = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[T ](\d{2}):?(\d{2})(?::?(\d{2}))?(?:[.,]\d+)?\s*(Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_OUR_UID = re.compile(r" ?alerts-line-\d+$")
_UNFIT = re.compile("[^ -~\u00a1-\U0010ffff]")  # in a parameter


def cleaned(calendar: Component, dropped: Dropped) -> str:
    """A calendar of the events that can be read, as iCalendar text."""
    zones, starts = Zones(calendar, dropped), dict[str, tuple[str, str]]()
    events = [calendar] if calendar.name == "VEVENT" else calendar.walk("VEVENT")
    text = "".join(_Event(event, zones, dropped).text(starts) for event in events)
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//alerts//EN\r\n"
    return f"{head}{zones.text}{text}END:VCALENDAR\r\n"


def own_uid(uid: str) -> str:
    """The identifier that an event has in its calendar; "" where it has none."""
    return _OUR_UID.sub("", uid)


def title_of(event: Component) -> str:
    """The title of an event as it is told, on one line and short."""
    return (
        printable(re.sub(r"\\(.)", r"\1", event.value("SUMMARY")).strip(), 50) or "without a title"
    )


class _Event:
    def __init__(self, event: Component, zones: Zones, dropped: Dropped) -> None:
        self._event, self._zones, self._dropped = event, zones, dropped

    def text(self, starts: dict[str, tuple[str, str]]) -> str:
        """The event, or "". `starts` are those of the series that were read before, by identifier."""
        start = self._start()
        if start is None:
            return ""
        lines = [start, *self._texts(), *self._dates(start), *self._rules()]
        lines.append(f"UID:{self._uid(start, starts, lines)}")
        inner = "".join(f"{line}\r\n" for line in lines)
        return f"BEGIN:VEVENT\r\nDTSTAMP:19700101T000000Z\r\n{inner}END:VEVENT\r\n"

    def _uid(self, start: str, starts: dict[str, tuple[str, str]], lines: list[str]) -> str:
        """Its identifier, made distinct where two events that are no series have the same, or none."""
        uid, ours = self._event.value("UID").strip(), f"alerts-line-{self._event.line}"
        if not uid or any(line.startswith("RECURRENCE-ID") for line in lines):
            return uid or ours
        sequence = next((line for line in lines if line.startswith("SEQUENCE:")), "SEQUENCE:0")
        first = starts.setdefault(uid, (start, sequence))
        return f"{uid} {ours}" if first[0] != start and first[1] == sequence else uid

    def _start(self) -> str | None:
        """The first start that can be read."""
        wrong = (self._event.line, "the event has no start (DTSTART)")
        for one in self._event.properties:
            if one.name == "DTSTART":
                try:
                    return self._date(one)
                except Unreadable as fault:
                    wrong = (one.line, str(fault))
        self._dropped.line(wrong[0], f"{wrong[1]}; “{title_of(self._event)}” is left out")
        return None

    def _texts(self) -> Iterator[str]:
        seen: set[str] = set()
        for one in self._event.properties:
            many = one.name in ("ATTACH", "CATEGORIES", "IMAGE")
            if one.name not in _TEXTS or (one.name in seen and not many):
                continue
            if one.name in ("ATTACH", "IMAGE") and one.parameter("ENCODING"):
                continue  # the file itself, in base64
            seen.add(one.name)
            yield f"{one.name}{_parameters(one)}:{_value(one)}"

    def _dates(self, start: str) -> Iterator[str]:
        """DTEND or DURATION, EXDATE, RDATE, RECURRENCE-ID and SEQUENCE, without what cannot be read."""
        read: Mapping[str, Callable[[Property], str]] = {
            "DTEND": lambda end: after(self._date(end), start),
            "DURATION": duration,
            "RECURRENCE-ID": self._date,
            "SEQUENCE": number,
        }
        seen: set[str] = set()
        for one in self._event.properties:
            if one.name in ("EXDATE", "RDATE"):
                yield from self._listed(one)
            elif one.name in read and one.name not in seen:
                try:
                    line = read[one.name](one)
                except Unreadable as fault:
                    if one.name in _WITHOUT:
                        self._dropped.line(one.line, f"{fault}; {_WITHOUT[one.name]}")
                    continue
                seen |= (
                    {one.name} if one.name not in ("DTEND", "DURATION") else {"DTEND", "DURATION"}
                )
                yield line

    def _listed(self, one: Property) -> Iterator[str]:
        """The dates of a list, each on its own."""
        for value in filter(None, (part.strip() for part in one.value.split(","))):
            moment = value.partition("/")[0]  # a period: its end is not needed
            part = Property(one.line, one.name, one.parameters, moment)
            try:
                yield self._date(part)
            except Unreadable as fault:
                self._dropped.line(one.line, f"{fault}; this date of {one.name} is left out")

    def _rules(self) -> Iterator[str]:
        for one in self._event.properties:
            if one.name in ("RRULE", "EXRULE") and one.value.strip():
                try:
                    found = rule(one)
                except Unreadable as fault:
                    if one.name == "RRULE":
                        self._dropped.line(one.line, f"{fault}; only the first date is read")
                    continue
                if one.name == "RRULE":
                    yield f"RRULE:{found}"
                    return

    def _date(self, one: Property) -> str:
        """A property with one date, in the form of RFC 5545 and with a zone that exists."""
        written = one.value.strip()
        found = _DATE.fullmatch(written)
        if found is None:
            raise Unreadable(f"{one.name}: “{printable(written, 40)}” is no date")
        year, month, day, hour, minute, second, zone = found.groups()
        check_day(one, int(year), int(month), int(day))
        if hour is None or one.parameter("VALUE").upper() == "DATE":
            return f"{one.name};VALUE=DATE:{year}{month}{day}"
        moment = moment_of(one, (year, month, day), (hour, minute, second or "00"))
        if zone and zone not in "Zz":
            return f"{one.name}:{in_utc(one, moment, zone):%Y%m%dT%H%M%SZ}"
        text = f"{moment:%Y%m%dT%H%M%S}"
        if zone:
            return f"{one.name}:{text}Z"
        tzid = one.parameter("TZID")
        name = self._zones.named(tzid, one.line) if tzid else ""
        range_ = ";RANGE=THISANDFUTURE" if one.parameter("RANGE").upper() == "THISANDFUTURE" else ""
        if name == "UTC":
            return f"{one.name}{range_}:{text}Z"
        return f"{one.name}{range_};TZID={name}:{text}" if name else f"{one.name}{range_}:{text}"


_WITHOUT = {
    "DTEND": "the event is read without its end",
    "DURATION": "the event is read without its end",
    "RECURRENCE-ID": "the event is read as one of its own",
}


def _parameters(one: Property) -> str:
    found = ((name, _UNFIT.sub(" ", one.parameter(name))) for name in _KEPT_PARAMETERS)
    return "".join(f';{name}="{value}"' for name, value in found if value.strip())


def _value(one: Property) -> str:
    """The value on one line; vCalendar 1.0 wrote it as quoted-printable."""
    value = one.value
    if one.parameter("ENCODING").upper() == "QUOTED-PRINTABLE":
        octets = decodestring(value.encode("utf-8", "replace"))
        value = (
            received(octets, one.parameter("CHARSET")).replace("\r\n", "\n").replace("\n", "\\n")
        )
    return value.replace("\r", " ").replace("\n", " ").replace("\0", "")
