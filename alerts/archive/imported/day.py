"""The day on which an old issue was sent: by its table, its message, its name or its page."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from alerts.archive.imported.table import slug
from alerts.sources.dates import parsed

_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])(?!\d)")
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.](0?[1-9]|1[0-2])(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_LANGUAGES = ("en", "es", "fr", "pt", "de", "it", "ru", "ar", "nl")


def day_of(texts: Iterable[str], name: str, declared: Iterable[str], zone: ZoneInfo) -> date | None:
    """The first day that is said: by `texts`, by the `name` of the file, by what a page has `declared`."""
    for text in texts:
        if found := _day(text, zone):
            return found
    if found := in_name(name):
        return found
    return next(filter(None, (_day(text, zone) for text in declared)), None)


def _day(text: str, zone: ZoneInfo) -> date | None:
    found = parsed(text) if text else None
    if isinstance(found, datetime):
        return found.astimezone(zone).date() if found.tzinfo else found.date()
    return found


def in_name(name: str) -> date | None:
    """The day in the name of a file, or the first day of the month that stands there."""
    stem = PurePosixPath(name).stem
    if found := _DAY.search(stem):
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            return None
    if found := _MONTH.search(stem):
        return date(int(found[1]), int(found[2]), 1)
    year = _YEAR.search(stem)
    if year is None:
        return None
    numbers = {_months()[word] for word in slug(stem).split("-") if word in _months()}
    return date(int(year[1]), numbers.pop(), 1) if len(numbers) == 1 else None


@cache
def _months() -> Mapping[str, int]:
    """The names of months in the languages of newsletters, as they stand in names of files."""
    from babel.dates import get_month_names

    found: dict[str, int] = {}
    for language in _LANGUAGES:
        for number, word in get_month_names("wide", locale=language).items():
            found.setdefault(slug(word), number)
    return found
