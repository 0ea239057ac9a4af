"""A number with its noun: “1 article”, “2 articles”, “1,200 deliveries”; a time as “4 h”; a long list as
“12, 15, 19 and 31 more”."""

from collections.abc import Sequence
from datetime import timedelta


def counted(number: int, noun: str, several: str = "") -> str:
    """The number and the noun in English; `several` is an irregular plural (people)."""
    if number == 1:
        return f"1 {noun}"
    regular = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"
    return f"{number:,} {several or regular}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first few names, and how many more there are; all of them where that is only one more."""
    if len(names) <= most + 1:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most:,} more"


def lasting(time: timedelta) -> str:
    """How long, in the largest unit that tells it well: `3 days`, `4 h`, `40 min`; rounded up."""
    minutes = -(-int(time.total_seconds()) // 60)
    if minutes > 48 * 60:
        return counted(-(-minutes // (24 * 60)), "day")
    return f"{-(-minutes // 60)} h" if minutes > 60 else f"{minutes} min"
