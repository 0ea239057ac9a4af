"""A moment as a person reads it: “in 2 days, Mon 2 Nov 09:00”, “3 hours ago”. Pure; English."""

from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.text.plural import counted

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_WITH_YEAR = 300  # days from which the year is not obvious any more


def human(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """How far away the moment is, and when that is in that time zone."""
    return f"{distance(moment, now, zone)}, {date_and_time(moment, now, zone)}"


def distance(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """How far away the moment is: `in 20 minutes`, `3 hours ago`; days are those of the calendar."""
    seconds = (moment - now).total_seconds()
    far = abs(seconds)
    if far < _MINUTE:
        return "now"
    if far < 60 * _MINUTE:
        told = counted(int(far // _MINUTE), "minute")
    elif far < _DAY:
        told = counted(int(far // _HOUR), "hour")
    else:
        days = abs((moment.astimezone(zone).date() - now.astimezone(zone).date()).days)
        told = counted(days, "day") if days <= 60 else counted(round(days / 30.44), "month")
    return f"in {told}" if seconds > 0 else f"{told} ago"


def date_and_time(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The moment in that time zone, `Mon 2 Nov 09:00`, with the year where it is far away."""
    far = abs((moment - now).days) > _WITH_YEAR
    return with_year(moment, zone) if far else _told(moment.astimezone(zone), "")


def with_year(moment: datetime, zone: ZoneInfo) -> str:
    """The moment in that time zone, `Mon 2 Nov 2026 09:00`: where the year itself may be wrong."""
    local = moment.astimezone(zone)
    return _told(local, f" {local.year}")


def _told(local: datetime, year: str) -> str:
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"
