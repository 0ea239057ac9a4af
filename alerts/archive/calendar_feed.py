"""The events of past issues as one calendar to subscribe to (iCalendar, RFC 5545; refreshed by RFC 7986).

Each event is copied, octet by octet, from the file that was frozen with its issue. The definitions of time
zones are made anew, for the years of all events.
"""

import re
from collections.abc import Iterable

from alerts.archive.calendar_file import PRODUCT, escaped_text, zone_definition

_EVENT = re.compile(rb"^BEGIN:VEVENT\r\n.*?^END:VEVENT\r\n", re.MULTILINE | re.DOTALL)
_ZONED = re.compile(rb"^DT(?:START|END);TZID=([^:;\r]+):(\d{4})", re.MULTILINE)
_FOLD = 73  # octets of a line, before its break (§3.1)


def calendar_feed(name: str, files: Iterable[bytes]) -> bytes:
    """The events of these calendar files, in their order, as one calendar of that name."""
    events = [event for file in files for event in _EVENT.findall(file)]
    years: dict[str, list[int]] = {}
    for zone, year in (found for event in events for found in _ZONED.findall(event)):
        years.setdefault(zone.decode(), []).append(int(year))
    lines = [
        b"BEGIN:VCALENDAR",
        b"VERSION:2.0",
        b"PRODID:" + PRODUCT.encode(),
        _folded(b"NAME:" + escaped_text(name)),
        _folded(b"X-WR-CALNAME:" + escaped_text(name)),
        b"REFRESH-INTERVAL;VALUE=DURATION:P1D",
    ]
    zones = [zone_definition(zone, min(n), max(n)) for zone, n in sorted(years.items())]
    head = b"".join(line + b"\r\n" for line in lines)
    return head + b"".join(zones) + b"".join(events) + b"END:VCALENDAR\r\n"


def _folded(line: bytes) -> bytes:
    """The line in pieces that break no character."""
    pieces = []
    while len(line) > _FOLD:
        cut = _FOLD
        while line[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(line[:cut])
        line = line[cut:]
    return b"\r\n ".join([*pieces, line])
