"""The clock before what cannot be undone, and as `alerts clock` shows it."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import InputError, Unfinished
from alerts.domain.month import Month
from alerts.outbox import clock_gate
from alerts.outbox.clock_gate import AGREES, ClockFault, Doubt
from alerts.outbox.gate import Fatal
from alerts.schedule import owed
from alerts.store import clock
from alerts.store.sources import all_sources
from alerts.text.plural import lasting

_ASKED = 3  # sources that are asked for the time alone


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The clock and its witnesses. `off` is by how much the clock is ahead of the sources."""

    now: datetime
    latest: datetime | None
    told: int
    off: timedelta
    doubt: Doubt | None


def reading(db: Database, now: datetime) -> ClockReading:
    """What the clock says and what the witnesses say."""
    told = clock.told(db, now, AGREES)
    from statistics import median  # 10 ms

    off = median((one.ours - one.at).total_seconds() for one in told) if told else 0.0
    doubt = clock_gate.doubted(db, now)
    return ClockReading(now, clock.latest(db), len(told), timedelta(seconds=off), doubt)


def check_ended(
    settings: Settings, month: Month, now: datetime, anyway: Collection[str] = ()
) -> None:
    """Raises `Unfinished` where the issue of a month that goes on would be frozen."""
    left = owed.left_of(settings, month, now)
    if month.special or left.total_seconds() <= 0 or Fatal.UNFINISHED in anyway:
        return
    raise Unfinished(
        f"{month} ends in {lasting(left)} in {settings.alert.timezone}, and what is published until"
        f" then would be left out; on purpose: --anyway {Fatal.UNFINISHED}"
    )


def sure_of_time(
    db: Database, settings: Settings, now: datetime, about: str, anyway: Collection[str] = ()
) -> None:
    """Raises `ClockDoubted` where the clock is not right enough for `about`.

    After a time without any call, for which the database alone would speak, sources are asked what
    time it is: a machine that was off goes on by itself.
    """
    found = clock_gate.doubted(db, now)
    if found and found.fault is ClockFault.UNUSED and Fatal.CLOCK not in anyway:
        ask_the_time(db, settings, now)
    clock_gate.check(db, now, about, anyway)


def ask_the_time(db: Database, settings: Settings, now: datetime) -> None:
    """Ask some sources for their Date; stores nothing else of them."""
    # Loaded here: an HTTP client, for what is asked only after a long rest.
    from alerts.sources.fetch import Fetcher

    asked = [one for one in all_sources(db) if one.location.startswith(("http://", "https://"))]
    fetcher = Fetcher(settings)
    for source in asked[:_ASKED]:
        with suppress(InputError):  # one that does not answer tells no time
            answer = fetcher.fetch(source.location, source.etag, source.last_modified)
            if answer.told_at is not None:
                clock.tell(db, source.id, answer.told_at, now)
