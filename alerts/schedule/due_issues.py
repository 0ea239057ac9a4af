"""Decides which issues are due: a pure function, called at each tick of the scheduler.

A scheduler can miss a moment (the machine was off, asleep or busy) and can run twice (a clock set back,
the repeated hour in autumn). So the database decides, not the tick: the issue of a month is due when
its planned moment has passed and it has not been queued. The next tick makes up for a missed one, and
an additional tick finds nothing due.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from alerts.domain.month import Month


class Due(StrEnum):
    """The state of one month's issue at a tick."""

    DONE = "done"  # queued or sent already
    DROPPED = "dropped"  # a person has decided that it is not sent
    UNPLANNED = "unplanned"  # the schedule has no moment for it
    EARLY = "early"  # its moment is in the future
    OWED = "owed"  # its moment has passed: to be sent
    OVERDUE = "overdue"  # … too long ago to be sent without being named
    OLDER = "older"  # … before this project began


LONGEST_OWED = 12  # months for which an issue that was not sent is named, however late it is


def candidates(
    last_ended: Month, max_late: timedelta, since: Month | None = None
) -> tuple[Month, ...]:
    """The months to check, oldest first: the last one that has ended, earlier ones whose planned moment
    may have passed by no more than `max_late`, and those back to `since`, the first that this project
    may owe: what was missed is named until a person settles it, for `LONGEST_OWED` months."""
    back = max_late.days // 28 + 1
    months = tuple(last_ended.plus(-n) for n in range(max(back, LONGEST_OWED - 1), -1, -1))
    first = last_ended.plus(-back)
    return tuple(
        month for month in months if month >= (first if since is None else min(first, since))
    )


def issue_due(
    now: datetime,
    planned: datetime | None,
    *,
    began: datetime,
    frozen: bool,
    max_late: timedelta,
    dropped: bool = False,
) -> Due:
    """The state of an issue planned for the moment `planned`, in a project that began at `began`.

    `frozen`: the issue is queued or sent; `dropped`: it shall not be. All times are aware.
    """
    if frozen:
        return Due.DONE
    if dropped:
        return Due.DROPPED
    if planned is None:
        return Due.UNPLANNED
    if now < planned:
        return Due.EARLY
    if planned < began:
        return Due.OLDER
    return Due.OVERDUE if now - planned > max_late else Due.OWED
