"""Values of calendars (RFC 5545 §3.3): dates, lengths of time, rules of repetition; pure.

A value that cannot be read raises `Unreadable`, whose text says in our words what is wrong.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from alerts.domain.printable import printable
from alerts.sources.calendar_lines import Property

FIRST_YEAR, LAST_YEAR = 1600, 2200
_DURATION = re.compile(
    r"\+?P(?=.)(?:\d{1,3}W)?(?:\d{1,4}D)?(?:T(?=.)(?:\d{1,5}H)?(?:\d{1,5}M)?(?:\d{1,7}S)?)?",
    re.IGNORECASE,
)
_FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAY = r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)"
_NUMBERS = r"[+-]?\d{1,3}(?:,[+-]?\d{1,3})*"
_RULE_PARTS: Mapping[str, str] = {
    "FREQ": "|".join(_FREQUENCIES), "COUNT": r"0*[1-9]\d{0,8}", "INTERVAL": r"0*[1-9]\d{0,4}", "WKST": _DAY,
    "UNTIL": r"\d{8}(?:T\d{6}Z?)?", "BYDAY": rf"{_DAY}(?:,{_DAY})*", "RSCALE": "GREGORIAN", "SKIP": r"\w+",
    **dict.fromkeys(("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYHOUR", "BYMINUTE",
                     "BYSECOND"), _NUMBERS),
}  # fmt: skip


class Unreadable(ValueError):
    """A value that cannot be read; its text is what is wrong with it."""


def after(end: str, start: str) -> str:
    """The line with the end; raises `Unreadable` where it is before the start, or of another kind."""
    head, _, last = end.rpartition(":")
    begins, _, first = start.rpartition(":")
    if ("T" in last) != ("T" in first):
        raise Unreadable("DTEND: a day and a time do not go together")
    if head.removeprefix("DTEND") == begins.removeprefix("DTSTART") and last < first:
        raise Unreadable("DTEND: the end is before the start")
    return end


def check_day(one: Property, year: int, month: int, day: int) -> None:
    """Raises `Unreadable` for a day that does not exist, or is of no time that a calendar is about."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable(
            f"{one.name}: the year {year:04d} is not between {FIRST_YEAR} and {LAST_YEAR}"
        )
    try:
        datetime(year, month, day, tzinfo=UTC)
    except ValueError as fault:
        raise Unreadable(f"{one.name}: there is no day {year:04d}-{month:02d}-{day:02d}") from fault


def moment_of(one: Property, day: tuple[str, ...], clock: tuple[str, ...]) -> datetime:
    """The day with its time; raises `Unreadable`."""
    hour, minute, second = map(int, clock)
    midnight = (hour, minute, second) == (24, 0, 0)
    if (hour > 23 and not midnight) or minute > 59 or second > 60:
        raise Unreadable(f"{one.name}: there is no time {':'.join(clock)}")
    year, month, of_month = map(int, day)
    start = datetime(year, month, of_month, tzinfo=UTC)
    return start + timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def in_utc(one: Property, moment: datetime, zone: str) -> datetime:
    """The moment in UTC, of one with an offset; raises `Unreadable`."""
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise Unreadable(f"{one.name}: “{zone}” is no offset from UTC")
    offset = timedelta(hours=hours, minutes=minutes)
    return moment - offset if zone[0] == "+" else moment + offset


def duration(one: Property) -> str:
    """A DURATION; raises `Unreadable`."""
    written = one.value.strip().upper()
    if not _DURATION.fullmatch(written):
        raise Unreadable(f"DURATION: “{printable(written, 40)}” is no length of time")
    return f"DURATION:{written}"


def number(one: Property) -> str:
    """A whole number; raises `Unreadable`."""
    if not re.fullmatch(r"\d{1,9}", one.value.strip()):
        raise Unreadable(f"{one.name}: “{printable(one.value, 40)}” is no number")
    return f"{one.name}:{one.value.strip()}"


def rule(one: Property, frequencies: tuple[str, ...] = _FREQUENCIES) -> str:
    """A rule of repetition without what it may not say; raises `Unreadable`."""
    parts: dict[str, str] = {}
    for part in filter(None, one.value.strip().strip(";").split(";")):
        name, _, value = (text.strip().upper() for text in part.partition("="))
        if name.startswith("X-"):
            continue
        wanted = _RULE_PARTS.get(name)
        if wanted is None or not re.fullmatch(wanted, value):
            raise Unreadable(f"{one.name}: “{printable(part.strip(), 40)}” is no part of a rule")
        parts[name] = value
    if parts.get("FREQ", frequencies[0]) not in frequencies:
        raise Unreadable(f"{one.name}: “FREQ={parts['FREQ']}” is too often")
    if "FREQ" not in parts:
        raise Unreadable(f"{one.name}: “{printable(one.value.strip(), 40)}” has no FREQ")
    parts.pop("RSCALE", None)
    parts.pop("SKIP", None)
    if "COUNT" in parts:
        parts.pop("UNTIL", None)
    return ";".join(f"{name}={value}" for name, value in parts.items())
