"""What an admin must know of, by what `check`, `run`, `send` and the doctor know; asks nobody else."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.instance import identity
from alerts.library.standing import CheckedMonths, Stand
from alerts.outbox.bounce_limit import over_limit
from alerts.outbox.clock_gate import ClockFault
from alerts.store import dropped_issues, incidents, issues, outbox, said, signing_keys
from alerts.store.incidents import Trouble

RELAY_SAID = ("RELAY_UNAVAILABLE", "PERSON_NEEDED", "RelayUnavailable", "LoginRefused")
OVERDUE = (Stand.OVERDUE, Stand.LEFT_OPEN, Stand.HELD, Stand.INCOMPLETE)


def found(
    db: Database, settings: Settings, now: datetime, checked: CheckedMonths
) -> Iterator[Trouble]:
    """Each trouble there is now, once per kind and subject."""
    yield from _relay(db)
    yield from _unapproved(db, settings, now)
    for one in checked.months:
        if one.stand in OVERDUE:
            yield Trouble("overdue", str(one.month), f"{one.month}: {one.stand.value}", one.why)
    yield from _disk(settings)
    yield from _backup(db, settings, now)
    months, _ = outbox.open_months(db, now - settings.alert.max_late)
    for month, words in over_limit(db, months, settings.bounces).items():
        yield Trouble("bounces", str(month), words, f"`alerts status {month.option}`")
    if words := identity.question(db, settings.database_path):
        yield Trouble("copy", "", words)
    doubt = checked.doubt
    if doubt is not None and doubt.fault is not ClockFault.UNUSED:
        yield Trouble("clock", "", f"the clock may be wrong: {doubt.reason}", doubt.remedy)


def _relay(db: Database) -> Iterator[Trouble]:
    """What `run` or `send` said last of the relay, where it refuses us or cannot be reached."""
    for command in ("send", "run"):
        for one in said.everything(db, f"{command}: "):
            told = one.topic.endswith((": ended", ": stopped")) and one.key in RELAY_SAID
            if told and not said.accepted_after(db, one.topic):
                yield Trouble("relay", "", one.words, "`alerts doctor` says what is wrong with it")
                return


def _unapproved(db: Database, settings: Settings, now: datetime) -> Iterator[Trouble]:
    """The issue whose moment is near, or has come, and that nobody has approved."""
    if settings.alert.review != "required":
        return
    from alerts.schedule import cron  # imports APScheduler

    last = Month.last_ended(now, settings.zone)
    began, dropped = signing_keys.project_began(db), dropped_issues.everything(db)
    for month in (last, last.plus(1)):
        planned, stored = cron.planned(settings, month), issues.get(db, month)
        if planned is None or planned < began or month in dropped:
            continue
        if stored is not None and (stored.frozen or stored.state is IssueState.APPROVED):
            continue
        if planned - settings.watch.approve_before <= now <= planned + settings.alert.max_late:
            local = f"{planned.astimezone(settings.zone):%Y-%m-%d %H:%M} {settings.alert.timezone}"
            yield Trouble(
                "approval",
                str(month),
                f"nobody has approved the issue of {month}, which is due at {local}",
                f"look at it (`alerts issue show {month.option}`), then"
                f" `alerts issue approve {month.option}`",
            )


def _disk(settings: Settings) -> Iterator[Trouble]:
    free, least = shutil.disk_usage(settings.root).free, settings.watch.least_free
    if free < least:
        yield Trouble(
            "disk",
            "",
            f"the disk of {settings.root} is nearly full: less than {least:,} octets are free",
            "free disk space; without it nothing can be sent",
        )


def _backup(db: Database, settings: Settings, now: datetime) -> Iterator[Trouble]:
    oldest = settings.watch.oldest_backup
    last = incidents.last_backup(db)
    if oldest > timedelta() and now - (last or signing_keys.project_began(db)) > oldest:
        when = f"the last backup was made on {last:%Y-%m-%d}" if last else "no backup was ever made"
        yield Trouble("backup", "", when, "`alerts backup FILE`, from cron, onto another machine")
