"""Which issues are owed now? One pure rule, asked whenever the scheduler ticks.

A scheduler can miss its moment (the machine was off, asleep or busy) and can ring twice (a clock set
back, the hour that comes twice in autumn). So no tick says that an issue goes out: the rows do. The
issue of a month is owed when its planned moment has passed and it has not been queued; a tick that
was missed is made good by the next one, and a tick too many finds nothing owed.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from alerts.model import Month


class Due(StrEnum):
    """What a tick finds about one month's issue."""

    DONE = "done"  # queued or sent already
    UNPLANNED = "unplanned"  # the schedule has no moment for it
    EARLY = "early"  # its moment is to come
    OWED = "owed"  # its moment has passed: send it
    OVERDUE = "overdue"  # … too long ago to send it unasked
    OLDER = "older"  # … before this project began, so it was never ours to send


def candidates(last_ended: Month, max_late: timedelta) -> tuple[Month, ...]:
    """The months to ask about, oldest first: the last one that has ended, and those before it whose
    moment, late in the month that followed, may be past by no more than `max_late`."""
    return tuple(last_ended.plus(-n) for n in range(max_late.days // 28 + 1, -1, -1))


def issue_due(
    now: datetime, planned: datetime | None, *, began: datetime, frozen: bool, max_late: timedelta
) -> Due:
    """What to do about an issue planned for the moment `planned`, in a project begun at `began`.

    `frozen` says that the issue is queued or sent. All times are aware.
    """
    if frozen:
        return Due.DONE
    if planned is None:
        return Due.UNPLANNED
    if now < planned:
        return Due.EARLY
    if planned < began:
        return Due.OLDER
    return Due.OVERDUE if now - planned > max_late else Due.OWED
