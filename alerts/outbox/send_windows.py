"""The send windows of a project with its holidays, from a list of days or from an iCalendar file.

Whoever sends or queues must know the holidays: nobody is mailed on one because a file was broken. Whoever
only tells of what is to come goes on without them, and names the fault.
"""

from dataclasses import replace
from datetime import datetime

from alerts.config import holidays
from alerts.config.holidays import Holidays
from alerts.config.settings import Settings
from alerts.config.windows import SendWindows
from alerts.domain.errors import InputError, SettingsError


def windows_of(settings: Settings, now: datetime) -> SendWindows:
    """The windows by which mail is sent; raises `SettingsError` where the holidays cannot be read."""
    plain = SendWindows.of(settings)
    if not (plain.on and settings.windows.holidays):
        return plain
    path = settings.root / settings.windows.holidays
    if path.suffix.lower() not in (".ics", ".ical"):
        return replace(plain, holidays=holidays.read(path))
    from alerts.sources.holiday_calendar import holidays as of_calendar  # what starts cells

    try:
        found = of_calendar(holidays.octets(path), str(path), now)
    except InputError as fault:
        raise SettingsError(f"windows.holidays: {fault}") from fault
    return replace(plain, holidays=Holidays({holidays.EVERYWHERE: found}))


def windows_told(settings: Settings, now: datetime) -> tuple[SendWindows, str]:
    """The windows as they are told of: without holidays that cannot be read, and then why."""
    try:
        return windows_of(settings, now), ""
    except SettingsError as fault:
        return SendWindows.of(settings), str(fault)
