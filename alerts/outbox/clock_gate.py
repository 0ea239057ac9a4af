"""The clock's part of the gate: is it right enough for what cannot be undone?

Freezing, sending and erasing by age ask two witnesses: the latest time that the database has seen, and what
time the sources told when they were collected. Each must agree with the clock within a day. Where no source
told the time within a day, the first counts alone; where sources agree with the clock, a database that was
not used for long, because the machine was off, is no contradiction. (docs/adr/0024)
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from alerts.domain.errors import ClockDoubted
from alerts.outbox.gate import Fatal
from alerts.store import clock, transaction
from alerts.store.clock import TimeTold
from alerts.text.plural import counted

AGREES = timedelta(days=1)
# A call each day is no leap, although a day may have 25 hours and cron begins some seconds late.
UNUSED = timedelta(hours=26)
STEP = timedelta(hours=1)  # what changes nothing else writes the time no more often


class ClockFault(StrEnum):
    """Who contradicts the clock."""

    SOURCES = "sources"  # they told another time
    AHEAD = "ahead"  # the database has seen a later time
    UNUSED = "unused"  # … none for long, and no source told the time


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the clock may be wrong, and what to do about it."""

    fault: ClockFault
    reason: str
    remedy: str


def doubt(now: datetime, latest: datetime | None, told: Sequence[TimeTold]) -> Doubt | None:
    """What speaks against its being `now`; None where nothing does.

    `latest` is the latest time that the database has seen; `told` are those of sources no older than
    `AGREES` by the clock. The middle one of them counts, so one server with a wrong clock does not.
    """
    set_it = "set the clock, and keep it right with NTP (`timedatectl set-ntp true`)"
    if told:
        from statistics import median  # 10 ms

        off = timedelta(seconds=median((one.ours - one.at).total_seconds() for one in told))
        if abs(off) > AGREES:
            said = f"{counted(len(told), 'source')} told {_shown(now - off)}"
            return Doubt(ClockFault.SOURCES, f"{said} when it was {_shown(now)} here", set_it)
    if latest is None:
        return None
    if latest - now > AGREES:
        reason = f"the database has already seen {_shown(latest)}"
        return Doubt(
            ClockFault.AHEAD, reason, f"{set_it}; if it is right now, `alerts clock --mend`"
        )
    if now - latest > UNUSED and not told:
        reason = f"the database saw {_shown(latest)} last, and no source has told the time since"
        remedy = (
            "look at the clock; if it is right, `alerts clock --mend` or any other change goes on"
        )
        return Doubt(ClockFault.UNUSED, reason, remedy)
    return None


def doubted(db: Database, now: datetime) -> Doubt | None:
    """The same, by what the database knows."""
    return doubt(now, clock.latest(db), clock.told(db, now, AGREES))


def check(db: Database, now: datetime, about: str, anyway: Collection[str] = ()) -> None:
    """Raises `ClockDoubted` where the clock is not right enough for `about`, such as a month; else the
    database has seen this time."""
    found = doubted(db, now)
    if found is not None and Fatal.CLOCK not in anyway:
        raise ClockDoubted(
            f"{about}: refused, because the clock may be wrong: it says {_shown(now)}, and {found.reason}:"
            f" {found.remedy}; on purpose: --anyway {Fatal.CLOCK}"
        )
    clock.advance(db, now, STEP)


def mend(db: Database, now: datetime) -> None:
    """Take the clock for right where the database alone speaks against it; what sources tell stands."""
    found = doubted(db, now)
    if found is None or found.fault is not ClockFault.SOURCES:
        with transaction(db):
            clock.mend(db, now)


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
