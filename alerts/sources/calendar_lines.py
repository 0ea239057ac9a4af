"""A calendar file (RFC 5545 §3.1) as components with the lines of their properties.

The line is the unit of failure: guarantees that a line that is not folded, is garbage, or opens or
closes nothing costs no other line. What was dropped is told by its line number. Values are not read
here; see `calendar_events.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from alerts.domain.errors import InputError
from alerts.domain.printable import printable
from alerts.sources.dropped import Dropped
from alerts.text.decoding import received

_DEEPEST = 5  # components within components; alarms lie in events, and those in calendars
_MOST_EVENTS = 5000  # of a calendar file
_LONGEST = 1_000_000  # characters of one value that are read
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?= {0,3}[:;])")
_TEXTS = frozenset(
    {"SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT", "NAME", "X-ALT-DESC"}
)
_NAMES = _TEXTS | {
    *("ATTACH", "ATTENDEE", "BEGIN", "CALSCALE", "CATEGORIES", "CLASS", "COLOR", "COMPLETED", "CONFERENCE"),
    *("CREATED", "DTEND", "DTSTAMP", "DTSTART", "DUE", "DURATION", "END", "EXDATE", "EXRULE", "FREEBUSY"),
    *("GEO", "IMAGE", "LAST-MODIFIED", "METHOD", "ORGANIZER", "PERCENT-COMPLETE", "PRIORITY", "PRODID"),
    *("RDATE", "RECURRENCE-ID", "REFRESH-INTERVAL", "RELATED-TO", "REPEAT", "REQUEST-STATUS", "RESOURCES"),
    *("RRULE", "SEQUENCE", "SOURCE", "STATUS", "STRUCTURED-DATA", "STYLED-DESCRIPTION", "TRANSP", "TRIGGER"),
    *("TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "TZURL", "UID", "URL", "VERSION", "ACTION"),
    *("ACKNOWLEDGED", "TZUNTIL", "TZID-ALIAS-OF", "LINK", "REFID", "CONCEPT", "PROXIMITY", "LOCATION-TYPE"),
}  # fmt: skip
_OF_ALARMS = frozenset({"ACTION", "TRIGGER", "REPEAT", "DURATION", "ATTACH", "DESCRIPTION"})
_DATES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})
# Outlook writes zones such as “(UTC+01:00) Berlin” without quotation marks
_DATED = re.compile(r":(?=\d{8}(?:T\d{4,6}Z?)?(?:[,/][^:]*)?$)")


@dataclass(frozen=True, slots=True)
class Property:
    """One property: where it begins in the file, its name in capitals, parameters and value as written."""

    line: int
    name: str
    parameters: str
    value: str

    def parameter(self, name: str) -> str:
        """The value of a parameter, without quotation marks; "" where it has none."""
        found = re.search(
            rf';\s*{name}\s*=\s*(?:"([^"]*)"?|([^;"]*))', self.parameters, re.IGNORECASE
        )
        return (found[1] or found[2] or "").strip() if found else ""


@dataclass(slots=True)
class Component:
    """A part of a calendar: its name in capitals, where it begins, its properties and its parts."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def value(self, name: str) -> str:
        """The value of the first property of that name; "" where there is none."""
        return next((one.value for one in self.properties if one.name == name), "")

    def walk(self, name: str) -> Iterator["Component"]:
        """The parts of that name, also within other parts."""
        for part in self.parts:
            if part.name == name:
                yield part
            else:
                yield from part.walk(name)


def components(body: bytes, place: str, dropped: Dropped) -> list[Component]:
    """The calendars of a file, or its events where it has no calendar around them.

    Raises `InputError` for a file that is no calendar or would take minutes.
    """
    reading = _Reading(place, dropped)
    for one in _properties(received(body), dropped):
        reading.take(one)
    while reading.open:
        reading.close()
    if not any(one.name in ("VCALENDAR", "VEVENT") for one in reading.found):
        raise InputError(f"{place}: not a calendar: it has no BEGIN:VCALENDAR")
    return reading.found


class _Reading:
    """Puts properties into components, whatever ends of components are missing."""

    def __init__(self, place: str, dropped: Dropped) -> None:
        self.place, self.dropped = place, dropped
        self.open: list[Component] = []
        self.found: list[Component] = []
        self._events = 0

    def take(self, one: Property) -> None:
        if one.name == "BEGIN":
            self._begin(one)
        elif one.name == "END":
            self._end(one)
        elif self.open:
            self.open[-1].properties.append(one)
        else:
            self.dropped.line(one.line, f"{_quoted(one)} stands outside of the calendar")

    def _begin(self, one: Property) -> None:
        name = one.value.strip().upper()
        names = [part.name for part in self.open]
        within = {"VEVENT": ("VEVENT",), "VCALENDAR": ("VCALENDAR", "VEVENT")}.get(name, ())
        if any(opened in within for opened in names):  # its end is missing
            self.close_to(min(names.index(opened) for opened in within if opened in names))
        if len(self.open) >= _DEEPEST:
            raise InputError(f"{self.place}: not a calendar: nested too deeply")
        self._events += name == "VEVENT"
        if self._events > _MOST_EVENTS:
            raise InputError(f"{self.place}: more than {_MOST_EVENTS} events")
        self.open.append(Component(name, one.line))

    def _end(self, one: Property) -> None:
        name = one.value.strip().upper()
        for depth in range(len(self.open) - 1, -1, -1):
            if self.open[depth].name == name:
                self.close_to(depth)
                return
        self.dropped.line(one.line, f"{_quoted(one)} ends what never began")

    def close_to(self, depth: int) -> None:
        """Close all that is open from that depth on; the last of it is closed by its own line."""
        while len(self.open) > depth + 1:
            self.close()
        self.close(ended=True)

    def close(self, *, ended: bool = False) -> None:
        part = self.open.pop()
        if not self.open:
            self.found.append(part)
            return
        around = self.open[-1]
        if part.name == "VALARM" and not ended:
            # properties after an alarm that is never closed belong to its event
            known = {one.name for one in around.properties}
            around.properties += [
                one
                for one in part.properties
                if one.name not in _OF_ALARMS and one.name not in known
            ]
        around.parts.append(part)


def _properties(text: str, dropped: Dropped) -> Iterator[Property]:
    """The properties of a file, unfolded; a line that is malformed belongs to the text before it."""
    last: Property | None = None
    more: list[str] = []  # what follows in later lines, as a value has tens of thousands of them
    for number, line in enumerate(text.split("\n") if "\r" not in text else _lines(text), 1):
        if line[:1] in (" ", "\t") and last is not None and not _begins(line.strip()):
            more.append(line[1:])
        elif (found := _property(number, line)) is not None:
            if last is not None:
                yield _joined(last, more)
            last, more = found, []
        elif not line.strip():
            continue
        elif last is not None and last.name in _TEXTS | {"X-WR-CALDESC", "X-WR-CALNAME"}:
            more.append(f"\\n{line.strip()}")
            dropped.mended(
                number, f"continues {last.name} in line {last.line} without being folded"
            )
        else:
            dropped.line(number, f"“{printable(line.strip(), 60)}” is no property of a calendar")
    if last is not None:
        yield _joined(last, more)


def _lines(text: str) -> list[str]:
    return re.split(r"\r*\n|\r", text)


def _joined(one: Property, more: list[str]) -> Property:
    return replace(one, value=(one.value + "".join(more))[:_LONGEST]) if more else one


def _begins(line: str) -> bool:
    """Whether an indented line is a property after all: some programs indent what lies within."""
    return bool(re.match(r"(?:BEGIN|END):V?[A-Z-]+\s*$|(?:DTSTART|DTEND|DTSTAMP|UID)[;:]", line))


def _property(number: int, line: str) -> Property | None:
    """The property of a line; None for a malformed line, such as one that was not folded."""
    line = line.strip() if line[:1] in (" ", "\t", "\ufeff") else line
    name = _NAME.match(line)
    if name is None:
        return None
    # “Agenda: …” in a text that was not folded looks like a property, but none is called so
    if name[0] not in _NAMES and not re.fullmatch(r"X-[A-Z0-9-]+", name[0]):
        lower = name[0].islower() and name[0].upper() in _NAMES
        if not lower:
            return None
    dated = _DATED.search(line) if name[0].upper() in _DATES else None
    colon = dated.start() if dated else _colon(line, name.end())
    if colon < 0:
        return None
    return Property(number, name[0].upper(), line[name.end() : colon].strip(), line[colon + 1 :])


def _colon(line: str, start: int) -> int:
    """Where the value begins: the first colon outside of quotation marks, else the first."""
    quoted = False
    for at, character in enumerate(line[start : start + 5000], start):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return at
    return line.find(":", start)


def _quoted(one: Property) -> str:
    return f"“{printable(f'{one.name}:{one.value}', 60)}”"
