"""The clock of `alerts schedule`: cron lines of alerts.toml, run by APScheduler 3.

Only wakes; what is due is decided from rows (due.py). A moment that was slept through is made good on
waking, however late, once (`misfire_grace_time=None`, `coalesce`); nothing runs beside itself. The
scheduler keeps no state of its own: there is nothing to lose and nothing to repair.

Cron lines have the five usual fields, in alert.timezone; weekdays are 0–7 with Sunday as 0 and 7, or
names. Where a day of the month and a weekday are both given, both must hold (`0 9 1-7 * mon` is the
first Monday). A day that a month does not have means its last day.
"""

import logging
import re
import signal
from collections.abc import Callable
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from alerts.errors import SettingsError
from alerts.model import Month
from alerts.project import FILE_NAME
from alerts.settings import Settings

ACTS = ("collect", "run", "send", "bounces", "retention")  # the keys of [schedule]
START = "start"  # the tick on starting
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIELDS = ("minute", "hour", "day", "month", "day_of_week")


def planned(settings: Settings, month: Month) -> datetime | None:
    """The first moment, in the month after `month`, at which `schedule.run` lets its issue go out.

    None where the line is empty or names no moment of that month.
    """
    begin, end = (month.plus(n).start(settings.zone) for n in (1, 2))
    for last_day in (False, True):
        trigger = _trigger(settings, "run", last_day=last_day)
        moment: datetime | None = trigger.get_next_fire_time(None, begin) if trigger else None
        if moment is not None and moment < end:
            return moment
    return None


def check(settings: Settings, *, idle: bool = False) -> None:
    """Raises `SettingsError` that names the line of [schedule] that cannot be read.

    `idle` allows a schedule with nothing in it.
    """
    for act in ACTS:
        _trigger(settings, act)
    if not idle and not any(getattr(settings.schedule, act) for act in ACTS):
        raise SettingsError(
            f"{settings.root / FILE_NAME}, schedule: every line is empty, so there is nothing to do"
        )


def serve(settings: Settings, tick: Callable[[str], None], stop: Callable[[], None]) -> None:
    """Call `tick` with START now and with the name of an act at each of its moments, until SIGTERM
    or Ctrl-C; then call `stop`, which ends a tick under way, and wait for that tick."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # ticks speak for themselves
    scheduler = BlockingScheduler(
        executors={"default": ThreadPoolExecutor(1)},  # one tick at a time
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone=settings.zone,
    )
    scheduler.add_job(tick, args=(START,))
    for act in ACTS:
        if trigger := _trigger(settings, act):
            scheduler.add_job(tick, trigger, args=(act,))
    # Waiting stands still while the machine sleeps: look at the wall clock every minute.
    scheduler.add_job(lambda: None, "interval", minutes=1)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        scheduler.start()
    except KeyboardInterrupt:
        stop()
        scheduler.shutdown()
    finally:
        signal.signal(signal.SIGTERM, before)


def _trigger(settings: Settings, act: str, *, last_day: bool = False) -> CronTrigger | None:
    """The moments of one act; with `last_day`, on the last day of the month instead of its own."""
    line = getattr(settings.schedule, act)
    if not line.strip():
        return None
    place = f"{settings.root / FILE_NAME}, schedule.{act}: “{line}”"
    values = dict(zip(_FIELDS, line.lower().split(), strict=False))
    if len(line.split()) != len(_FIELDS):
        raise SettingsError(
            f"{place}: write five fields, minute hour day month weekday, e.g. 0 9 1 * *"
        )
    if last_day:
        values["day"] = "last"
    try:
        values["day_of_week"] = _weekdays(values["day_of_week"])
        return CronTrigger(**values, timezone=settings.zone)
    except (ValueError, ZeroDivisionError) as fault:
        raise SettingsError(f"{place}: {fault}") from fault


def _weekdays(field: str) -> str:
    """Cron's weekday numbers as names: APScheduler would take 0 for Monday."""
    return ",".join(
        re.sub(r"^(\*|\d(?:-\d)?)(/\d+)?$", _named, part) if re.search(r"\d", part) else part
        for part in field.split(",")
    )


def _named(match: re.Match[str]) -> str:
    """The names that one numeric part of a weekday field stands for."""
    span, step = match[1], int((match[2] or "/1")[1:])
    if span == "*":
        numbers = range(0, 7, step)
    else:
        first, last = int(span[0]), int(span[-1])
        numbers = range(first, last + 1, step)
    if not numbers or numbers[-1] > 7:
        raise ValueError(f"weekday “{match[0]}” is not within 0-7")
    return ",".join(_WEEKDAYS[number] for number in numbers)
