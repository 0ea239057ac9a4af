"""What is kept of broken calendars: `python -m benchmarks.calendars [CALENDARS] [SEED]`.

Generates calendars of 20 to 60 events and breaks some lines of each, in all the ways that programs do:
lines that are not folded, garbage, missing ends, alarms, zones, dates and rules that nobody can read.
Prints how many events of good lines were kept with the right start, were wrong, or were lost; and how many
broken events were told with their line. Events of good lines must all be kept.
"""

import random
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.sources import calendar
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake

HERE = "https://cal.example/c.ics"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
# What stands instead of the start of an event, so that it cannot be read.
STARTS = (
    "DTSTART:never", "DTSTART:00000101T000000Z", "DTSTART:99991231T235959Z",
    "DTSTART:20261103T100000+9999", "DTSTART:20261199T100000Z", "DTSTART:20261103T256100Z", "DTSTART",
    "DTSTART;VALUE=DATE:",
)  # fmt: skip
# What may stand in an event and must not cost it.
HARMLESS = (
    "rubbish line", "BEGIN:VALARM\nTRIGGER:nonsense\nrubbish\nEND:VALARM", "BEGIN:VALARM\nACTION:DISPLAY",
    "GEO:far", "DURATION:soon", "EXDATE:never", "RDATE:20261399", 'X-ODD;A="b:c', "{}", "END:VTODO",
    'ATTENDEE;CN="x:mailto:y', "SEQUENCE:many", "DESCRIPTION:one\ntwo, not folded\nAgenda: three",
)  # fmt: skip
ZONES = (
    ("TZID=Europe/Madrid", 1), ("TZID=W. Europe Standard Time", 1), ("TZID=GMT-0500", -5),
    ('TZID="UTC+2"', 2), ("TZID=/x.example/y/Europe/Kyiv", 2), ("TZID=Own", 3),
)  # fmt: skip
OWN = (
    "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+5744\n"
    "TZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE"
)


@dataclass
class Calendar:
    """A generated calendar: its octets, the starts of its good events, the lines of its broken ones."""

    octets: bytes
    good: dict[str, datetime]
    broken: list[int]


def generated(dice: random.Random) -> Calendar:
    """A calendar, of which some events and lines are broken."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *OWN.split("\n")]
    good: dict[str, datetime] = {}
    broken: list[int] = []
    for number in range(dice.randint(20, 60)):
        start = SINCE + timedelta(hours=dice.randint(24, 900))
        lines.append("BEGIN:VEVENT")
        begins = len(lines)
        lines += [f"UID:{number}", f"SUMMARY:Event {number}"]
        if dice.random() < 0.1:
            broken.append(begins)
            lines.append(dice.choice(STARTS))
        else:
            good[f"Event {number}"] = start
            lines.append(_written(start, dice))
            if dice.random() < 0.3:
                lines += dice.choice(HARMLESS).split("\n")
        if dice.random() < 0.9:
            lines.append("END:VEVENT")
    if dice.random() < 0.8:
        lines.append("END:VCALENDAR")
    text = dice.choice(("\r\n", "\n", "\r")).join(lines)
    encoding = dice.choice(("utf-8", "utf-8-sig", "utf-16", "latin-1"))
    return Calendar(text.encode(encoding), good, broken)


def _written(start: datetime, dice: random.Random) -> str:
    if dice.random() < 0.5:
        return f"DTSTART:{start:%Y%m%dT%H%M%SZ}"
    zone, hours = dice.choice(ZONES)
    return f"DTSTART;{zone}:{start + timedelta(hours=hours):%Y%m%dT%H%M%S}"


def figures(calendars: int, seed: int) -> Counter[str]:
    """How many events were kept, wrong and lost, and how many broken ones were told or not."""
    dice, found = random.Random(seed), Counter[str]()
    intake = Intake(Source(1, HERE, SourceKind.CALENDAR), Settings(root=Path()))
    for _ in range(calendars):
        one = generated(dice)
        content = calendar.read(Fetched(HERE, HERE, one.octets), intake, SINCE)
        starts = {a.title: a.event.start for a in content.articles if a.event}
        for title, start in one.good.items():
            kept = starts.get(title)
            found["lost" if kept is None else "kept" if kept == start else "wrong"] += 1
        told = "\n".join(content.faults)
        for line in one.broken:
            named = any(f"line {number}: " in told for number in range(line, line + 5))
            found["told" if named or "left out" in content.faults[-1] else "not told"] += 1
    return found


def main(arguments: list[str]) -> int:
    """Print the figures; 1 where an event of good lines was lost or wrong, or a broken one not told."""
    calendars, seed = map(int, [*arguments, *("200", "1")[len(arguments) :]])
    found = figures(calendars, seed)
    good = found["kept"] + found["wrong"] + found["lost"]
    broken = found["told"] + found["not told"]
    print(f"{calendars} calendars, {good} events of good lines, {broken} without a start")
    for name in ("kept", "wrong", "lost", "told", "not told"):
        print(f"{name:>10} {found[name]:6}")
    return int(bool(found["wrong"] + found["lost"] + found["not told"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
