"""Checks whether this machine's clock agrees with the database."""

from collections.abc import Iterator
from datetime import UTC, datetime

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.outbox import clock_gate
from alerts.outbox.clock_gate import ClockFault
from alerts.store import faults, integrity
from alerts.text.human_time import with_year

# A correct clock cannot be before the program was written.
_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


def clock(context: CheckContext) -> Iterator[CheckOutput]:
    """Compare the clock with the newest date in the database."""
    now, db = context.now, context.open_database()
    with faults(context.settings.database_path):
        newest = integrity.newest(db)
        doubt = clock_gate.doubted(db, now)
    zone = context.settings.zone
    said = with_year(now, zone)
    remedy = "set the clock, and keep it right with NTP (timedatectl set-ntp true)"
    if now < _WRITTEN:
        yield CheckOutput(
            CheckLevel.ERROR, f"the clock says {now:%Y-%m-%d}, before this program was made", remedy
        )
    elif doubt is not None and doubt.fault is not ClockFault.UNUSED:
        yield CheckOutput(
            CheckLevel.ERROR,
            f"the clock says {said}, and {doubt.reason}: nothing is sent by it",
            doubt.remedy,
        )
    elif newest is not None and (newest - now).total_seconds() > 60:
        yield CheckOutput(
            CheckLevel.ERROR,
            f"the clock says {said}, but the newest event is of {with_year(newest, zone)}: it was"
            " set back",
            remedy,
        )
    else:
        yield CheckOutput(CheckLevel.OK, f"it is {said} in {context.settings.alert.timezone}")
