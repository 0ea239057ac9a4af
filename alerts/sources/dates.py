"""Parses dates in sources: ISO 8601, RFC 822 with common errors, numbers, words of many languages.

Impossible dates (31 September, month 13) and ambiguous ones (05/10/2026) give None, because an article
in the wrong month is worse than one without a date.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import urlsplit

from alerts.domain.month import Month

_LONGEST = 80
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})[T\s_]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EPOCH = re.compile(r"(\d{10})(?:\d{3})?(?:\.\d+)?")
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_WEEKDAY = re.compile(r"^[^\W\d_]{2,12}\.?,\s*")
_YEAR = re.compile(r"(?<!\d)(?:19|20|21)\d\d(?!\d)")
_DAY_IN_PATH = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?=[/_.-]|$)")
_MONTH_IN_PATH = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)(?=/)")
_EVENT = re.compile(
    r"/(?:events?|eventos?|evenements?|agenda|calendar|calendario|calendrier)/", re.IGNORECASE
)

# dateparser knows 200 languages, and would try a text without a date in every one of them.
_TAGS = (
    "en es fr pt de it nl ru uk ar fa zh ja ko tr pl hi id vi cs sv da nb fi el he hu ro bg ca eu gl hr sr "
    "sk sl lt lv et th bn ur sw tl"
)


@lru_cache(maxsize=4096)
def parsed(text: str) -> date | datetime | None:
    """The day or the moment that `text` names; None if it names none. Aware if the text has a time
    zone."""
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    for read in (_iso, _numbers, _rfc822, _in_words):
        try:
            found = read(text)
        except (ValueError, OverflowError, TypeError, IndexError):
            return None  # it looks like a date, but no such day exists
        if found is not None:
            return found
    return None


def _iso(text: str) -> date | datetime | None:
    """2026-10-05, 2026-10-05T10:00:00.5+02:00, 2026-10-05 10:00 UTC, 20261005T100000Z."""
    if found := _DAY.fullmatch(text) or _COMPACT.fullmatch(text):
        return date(*map(int, found.groups()))
    if found := _ISO.fullmatch(text):
        year, month, day, hour, minute = (int(found[n]) for n in range(1, 6))
        midnight = hour == 24 and minute == 0  # the end of the day
        clock = time(0 if midnight else hour, minute, int(found[6] or 0) % 60)
        moment = datetime.combine(date(year, month, day), clock)
        moment += timedelta(days=midnight)
        return moment if not found[7] else _at(moment, found[7])
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(found[1]), UTC)
    return None


def _at(moment: datetime, zone: str) -> datetime:
    if zone.upper() in ("Z", "UTC", "GMT"):
        return moment.replace(tzinfo=UTC)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return datetime.fromisoformat(f"{moment.isoformat()}{zone[0]}{digits[:2]}:{digits[2:]}")


def _numbers(text: str) -> date | datetime | None:
    """25.10.2026 or 10/25/2026, where only one of the two can be the month."""
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    day_first = second <= 12 and (first > 12 or first == second or found[2] == ".")
    if not day_first and not (first <= 12 < second):
        raise ValueError(text)
    day = date(year, second, first) if day_first else date(year, first, second)
    if not found[5]:
        return day
    return datetime.combine(day, time(int(found[5]), int(found[6]), int(found[7] or 0)))


def _rfc822(text: str) -> datetime | None:
    """Mon, 05 Oct 2026 10:00:00 +0200; accepts any weekday name and a colon in the zone."""
    bare = _WEEKDAY.sub("", text)
    if not re.match(r"\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4} \d", bare):
        return None
    bare = re.sub(r"([+-]\d{2}):(\d{2})$", r"\1\2", bare)
    midnight = re.search(r" 24:00(?::00)?(?![:\d])", bare)  # the end of the day
    try:
        moment = parsedate_to_datetime(bare.replace(" 24:", " 00:", 1) if midnight else bare)
    except (ValueError, TypeError, IndexError):
        return None
    moment += timedelta(days=1 if midnight else 0)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_words(text: str) -> datetime | date | None:
    """5 de octubre de 2026, Пн, 05 окт 2026 10:00:00 +0300, 2026年10月5日."""
    if not _YEAR.search(text) or not re.search(r"[^\W\d_]", text):
        return None
    import dateparser  # costs seconds when it first meets a language

    found = dateparser.parse(
        text,
        languages=_TAGS.split(),
        settings={
            "STRICT_PARSING": True,
            "PARSERS": ["absolute-time"],
            "DATE_ORDER": "DMY",
            "PREFER_LOCALE_DATE_ORDER": False,
        },
    )
    if found is None:
        return None
    moment: datetime = found
    return moment if re.search(r"\d:\d\d|\d\s*[ap]\.?m\b", text, re.IGNORECASE) else moment.date()


def in_address(url: str) -> str:
    """The day in the path of an address, as ISO 8601; "" for none, and in the address of an event."""
    path = urlsplit(url).path
    day = _DAY_IN_PATH.search(path)
    if day is None or _EVENT.search(path):
        return ""
    year, month, number = day.groups()
    return f"{year}-{int(month):02}-{int(number):02}"


def month_in_address(url: str) -> Month | None:
    """The month in the path of an address: when an article without a date was published."""
    path = urlsplit(url).path
    found = _MONTH_IN_PATH.search(path)
    if found is None or _EVENT.search(path) or not 1 <= int(found[2]) <= 12:
        return None
    return Month(int(found[1]), int(found[2]))
