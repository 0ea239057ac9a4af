"""A moment that a person writes by the clock on the wall: `2026-12-10 09:00`. Pure.

Where the clock shows an hour twice, the first is meant; where it skips one, no moment is meant, and that is
an error. An offset from UTC behind it (`2026-10-25 02:30+01:00`, or Z) says which moment it is.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from alerts.domain.errors import UsageError

_WRITTEN = re.compile(
    r"(\d{4}-\d{2}-\d{2})[ T]+(\d{1,2}:\d{2})(?::00)?\s*(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)


def moment_at(text: str, zone: ZoneInfo) -> datetime:
    """The moment (UTC) that the clock of `zone` shows as `text`; raises `UsageError`."""
    match = _WRITTEN.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        day, hour, offset = match.groups()
        written = datetime.fromisoformat(f"{day}T{hour:0>5}{(offset or '').upper()}")
        if offset:
            return written.astimezone(UTC)
        moment = written.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"“{text}” is no moment: write a day and an hour such as 2026-12-10 09:00"
        ) from None
    shown = moment.astimezone(zone)
    if shown.replace(tzinfo=None) != written:
        raise UsageError(
            f"“{text}” does not exist in {zone.key}: the clock is set forward then; write for example"
            f" {shown:%Y-%m-%d %H:%M}"
        )
    return moment


def twice(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock of `zone` shows the hour of that moment two times."""
    local = moment.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def shown(moment: datetime, zone: ZoneInfo) -> str:
    """The moment by the clock of `zone`: `2026-12-10 09:00 Europe/Madrid`."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
