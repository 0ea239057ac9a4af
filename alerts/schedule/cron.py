"""Runs the cron lines of alerts.toml for `alerts schedule`, with APScheduler 3.

It only starts actions; the database decides what is due (schedule/due_issues.py). A moment missed while
the machine was off or asleep is made up once afterwards, however late (`misfire_grace_time=None`,
`coalesce`; trap D); an action never runs twice at the same time. The scheduler keeps no state.

Cron lines have the five usual fields, in alert.timezone; weekdays are 0–7 with Sunday as 0 and 7, or
names. Where both a day of the month and a weekday are given, both must match (`0 9 1-7 * mon` is the
first Monday). A day that a month does not have means its last day.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from alerts.config.load import FILE_NAME
from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError
from alerts.domain.month import Month
from alerts.text.mistakes import place_of
from alerts.text.parser_words import cron_words

ACTS = ("collect", "run", "send", "bounces", "retention")  # the keys of [schedule]
START = "start"  # the tick on starting
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIELDS = ("minute", "hour", "day", "month", "day_of_week")


def planned(settings: Settings, month: Month) -> datetime | None:
    """The first moment, in the month after `month`, at which `schedule.run` may send its issue.

    None where the line is empty or has no moment in that month.
    """
    line, place = settings.schedule.run, _place(settings, "run")
    return _first_moment(line, settings.zone, place, month)


@lru_cache(maxsize=1024)
def _first_moment(line: str, zone: ZoneInfo, place: str, month: Month) -> datetime | None:
    begin, end = (month.plus(n).start(zone) for n in (1, 2))
    for last_day in (False, True):
        trigger = _trigger(line, zone, place, last_day=last_day)
        moment: datetime | None = trigger.get_next_fire_time(None, begin) if trigger else None
        if moment is not None and moment < end:
            return moment
    return None


def following(settings: Settings, act: str, now: datetime) -> datetime | None:
    """The next moment of an act of [schedule], or None where its line is empty."""
    line = getattr(settings.schedule, act)
    return first_after(line, settings.zone, _place(settings, act), now)


def first_after(line: str, zone: ZoneInfo, place: str, now: datetime) -> datetime | None:
    """The first moment of a cron line from `now` on; raises `SettingsError` that names `place`."""
    trigger = _trigger(line, zone, place)
    moment: datetime | None = trigger.get_next_fire_time(None, now) if trigger else None
    return moment


def check(settings: Settings, *, idle: bool = False) -> None:
    """Raise `SettingsError`, which names the line of [schedule] that cannot be parsed.

    `idle` allows a schedule without any line.
    """
    for act in ACTS:
        _of(settings, act)
    if not idle and not any(getattr(settings.schedule, act) for act in ACTS):
        raise SettingsError(
            f"{settings.root / FILE_NAME}, schedule: every line is empty, so there is nothing to do"
        )


@dataclass(frozen=True, slots=True)
class Moments:
    """What is called when: `tick` with START at once, and with the name of each action at its moments;
    `stop`, which ends a running tick, at the end. `wake` is asked after each tick, and every minute, for a
    moment at which to send in between: a send window opens, or a special alert goes. `beat` is called every
    quarter of a minute, also during a tick; `warn` gets an error in the program that one of them raised."""

    tick: Callable[[str], None]
    stop: Callable[[], None]
    wake: Callable[[], datetime | None]
    beat: Callable[[], None]
    warn: Callable[[str], None]


def serve(settings: Settings, moments: Moments, until: Callable[[], None]) -> None:
    """Call what is due until `until` returns; then stop, and wait for the running tick."""
    from apscheduler.events import EVENT_JOB_ERROR
    from apscheduler.executors.pool import ThreadPoolExecutor  # 100 ms, for whoever only asks when
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # told by the listener below
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(1), "beat": ThreadPoolExecutor(1)},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone=settings.zone,
    )
    scheduler.add_listener(
        lambda event: moments.warn(f"an error in the program: {place_of(event.exception)}"),
        EVENT_JOB_ERROR,
    )

    def looked() -> None:
        """Plan what comes next; it may have been chosen since by a command in another process."""
        if (at := moments.wake()) is not None:
            scheduler.add_job(
                ticked, "date", run_date=at, args=("send",), id="moment", replace_existing=True
            )

    def ticked(act: str) -> None:
        moments.tick(act)
        looked()

    scheduler.add_job(ticked, args=(START,))
    for act in ACTS:
        if trigger := _of(settings, act):
            scheduler.add_job(ticked, trigger, args=(act,))
    # Timers stop while the machine sleeps: the beat looks at the wall clock again.
    scheduler.add_job(moments.beat, "interval", seconds=15, executor="beat")
    scheduler.add_job(looked, "interval", minutes=1, executor="beat")
    scheduler.start()
    try:
        until()
    finally:
        moments.stop()
        scheduler.shutdown()


def _of(settings: Settings, act: str) -> CronTrigger | None:
    """The moments of one act."""
    return _trigger(getattr(settings.schedule, act), settings.zone, _place(settings, act))


def _place(settings: Settings, act: str) -> str:
    return f"{settings.root / FILE_NAME}, schedule.{act}: “{getattr(settings.schedule, act)}”"


def _trigger(
    line: str, zone: ZoneInfo, place: str, *, last_day: bool = False
) -> CronTrigger | None:
    """The moments of a line; with `last_day`, on the last day of the month instead of its own."""
    if not line.strip():
        return None
    values = dict(zip(_FIELDS, line.lower().split(), strict=False))
    if len(line.split()) != len(_FIELDS):
        raise SettingsError(
            f"{place}: write five fields, minute hour day month weekday, e.g. 0 9 1 * *"
        )
    if last_day:
        values["day"] = "last"
    try:
        values["day_of_week"] = _weekdays(values["day_of_week"])
    except _NoWeekday as fault:
        raise SettingsError(f"{place}: {fault}") from fault
    try:
        return CronTrigger(**values, timezone=zone)
    except (ValueError, ZeroDivisionError) as fault:
        raise SettingsError(f"{place}: {cron_words(str(fault))}") from fault


class _NoWeekday(Exception):
    """What is wrong with the field of weekdays, in words for a person."""


def _weekdays(field: str) -> str:
    """Cron's weekday numbers as names: APScheduler would take 0 for Monday."""
    return ",".join(
        re.sub(r"^(\*|\d(?:-\d)?)(/\d+)?$", _named, part) if re.search(r"\d", part) else part
        for part in field.split(",")
    )


def _named(match: re.Match[str]) -> str:
    """The names of the weekdays in one numeric part of a field."""
    span, step = match[1], int((match[2] or "/1")[1:])
    if not step:
        raise _NoWeekday(f"weekday “{match[0]}” has no step; write 1 or more behind the slash")
    if span == "*":
        numbers = range(0, 7, step)
    else:
        first, last = int(span[0]), int(span[-1])
        numbers = range(first, last + 1, step)
    if not numbers or numbers[-1] > 7:
        raise _NoWeekday(f"weekday “{match[0]}” is not within 0-7")
    return ",".join(_WEEKDAYS[number] for number in numbers)
