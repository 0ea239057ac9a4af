"""The values of [windows]: hours, days, zones; what is wrong with them, and what they mean."""

import re
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

from alerts.config.window_declarations import IN_A_LANGUAGE, WindowsSettings
from alerts.domain.languages import known_language

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR = r"(\d{2}):(\d{2})"

Fault = tuple[str, str, str]
"""(section, key, what is wrong and what to write)"""


@lru_cache(maxsize=1024)
def known_zone(name: str) -> bool:
    """Whether a time zone has that IANA name, such as America/Bogota."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return "/" in name or name == "UTC"


def hours(text: str) -> tuple[int, int] | None:
    """The minutes after midnight at which a window such as 08:00-18:00 opens and closes; None where it is
    not one."""
    match = re.fullmatch(rf"\s*{_HOUR}\s*[-–]\s*{_HOUR}\s*", text)
    if not match:
        return None
    hour, minute, last, end = map(int, match.groups())
    opens, closes = hour * 60 + minute, last * 60 + end
    if max(minute, end) > 59 or opens >= 24 * 60 or not 0 < closes + (closes == 0) <= 24 * 60:
        return None
    return None if opens == closes else (opens, closes or 24 * 60)


def days(text: str) -> frozenset[int]:
    """The days of mon-fri or mon,wed,sat, 0 for Monday; empty where it says none, or anything else."""
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            return frozenset()
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        found.update(day % 7 for day in range(begin, end + 1 + 7 * (end < begin)))
    return frozenset(found)


def faults(windows: WindowsSettings) -> Iterator[Fault]:
    """Yield each fault of [windows]."""
    for key in IN_A_LANGUAGE:
        if words := _wrong(key, getattr(windows, key)):
            yield "windows", key, words
    for language, zone in windows.zones.items():
        if not known_language(language):
            yield "windows", "zones", _unknown(language)
        if not known_zone(zone):
            yield "windows", "zones", f"unknown time zone “{zone}”; write e.g. America/Bogota"
    for language, said in windows.languages.items():
        if not known_language(language):
            yield "windows", "languages", _unknown(language)
        for key, value in said.items():
            if key not in IN_A_LANGUAGE:
                known = ", ".join(IN_A_LANGUAGE)
                yield "windows", "languages", f"{language}: no key “{key}”; there are {known}"
            elif words := _wrong(key, value):
                yield "windows", "languages", f"{language}: {words}"


def _wrong(key: str, value: str) -> str:
    if key == "open" and value and hours(value) is None:
        return f"“{value}” are no hours such as 08:00-18:00 (or 20:00-02:00; the whole day is 00:00-24:00)"
    if key == "days" and not days(value):
        return f"“{value}” are no days such as mon-fri or mon,wed,sat"
    return ""


def _unknown(language: str) -> str:
    return f"unknown language “{language}”; use codes such as en, es, pt-br"
