"""Which issues are owed: asks the rule of `due_issues` with what the database says.

The one decision of the daemon (`schedule`, `serve`), of `run` and of `check`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.month import Month
from alerts.schedule.due_issues import Due, candidates, issue_due
from alerts.store import dropped_issues, faults, issues, scheduled_specials, signing_keys
from alerts.text.plural import counted

NEAR = timedelta(hours=12)  # UTC and most zones are no further ahead of an alert's zone


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be done about one month's issue; `planned`: its moment, None where it has none, or
    where the issue is frozen and nobody asks any more."""

    month: Month
    due: Due
    planned: datetime | None


def turns(db: Database, settings: Settings, now: datetime) -> Sequence[Turn]:
    """How the months stand whose issues may be sent automatically, oldest first; the last has ended last."""
    with faults(settings.database_path):
        frozen, began = issues.frozen_months(db), signing_keys.project_began(db)
        dropped = dropped_issues.everything(db)
    return turns_of(settings, now, frozen, began, dropped)


def special_turns(db: Database, settings: Settings, now: datetime) -> Sequence[Turn]:
    """The same of the special alerts that go at a moment and are not queued yet, the earliest first."""
    with faults(settings.database_path):
        waiting = scheduled_specials.waiting(db)
    max_late = settings.alert.max_late
    return [
        Turn(
            one.month,
            issue_due(now, one.at, began=one.at, frozen=False, max_late=max_late),
            one.at,
        )
        for one in waiting
    ]


def turns_of(
    settings: Settings,
    now: datetime,
    frozen: Collection[Month],
    began: datetime,
    dropped: Collection[Month] = (),
) -> Sequence[Turn]:
    """The same without a database: the months that are `frozen` and `dropped`, in a project that was begun
    then."""
    last = Month.last_ended(now, settings.zone)
    months = candidates(last, settings.alert.max_late, Month.of(began, settings.zone).plus(-1))
    return [
        _turn(settings, month, now, began, frozen=month in frozen, dropped=month in dropped)
        for month in months
    ]


def _turn(
    settings: Settings, month: Month, now: datetime, began: datetime, *, frozen: bool, dropped: bool
) -> Turn:
    planned = None
    if not frozen:
        from alerts.schedule import cron  # imports APScheduler, which most calls can do without

        planned = cron.planned(settings, month)
    max_late = settings.alert.max_late
    due = issue_due(now, planned, began=began, frozen=frozen, max_late=max_late, dropped=dropped)
    return Turn(month, due, planned)


def waits_until(settings: Settings, planned: datetime) -> datetime:
    """Until when an issue of that moment may wait for its sources: schedule.wait_until of the same day,
    or its moment where that hour is past or not set."""
    if not settings.schedule.wait_until:
        return planned
    hour, minute = (int(part) for part in settings.schedule.wait_until.split(":"))
    local = planned.astimezone(settings.zone)
    return max(planned, local.replace(hour=hour, minute=minute, second=0, microsecond=0))


def left_of(settings: Settings, month: Month, now: datetime) -> timedelta:
    """How long the month lasts yet in the alert's time zone; negative once it has ended."""
    return month.plus(1).start(settings.zone) - now


def overdue_words(settings: Settings, month: Month) -> str:
    """The message about an issue that is too late to be sent without being named."""
    return (
        f"the issue of {month} is overdue by more than alert.max_late"
        f" ({counted(settings.alert.max_late.days, 'day')}): `alerts run {month.option}` sends it,"
        f" `alerts issue drop {month.option}` settles that it is not sent"
    )
