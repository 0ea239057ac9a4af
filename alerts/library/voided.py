"""Approvals that a change of an issue has voided.

To know whether an approval still holds, all editions have to be rendered, which takes seconds. A command
does it at once; a page leaves it to a job. An older approval lets nothing go meanwhile: `queue` compares what
was signed with what is sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.domain.job import JobRecord, JobState
from alerts.domain.month import Month
from alerts.library.opened import Opened
from alerts.store import approvals, issues, jobs, transaction

_KIND = "recheck"  # of the job


@dataclass(frozen=True, slots=True)
class Voided:
    """The month's issue has changed, so the approvals by `names` are void."""

    month: Month
    names: tuple[str, ...]


def voided(opened: Opened, months: Iterable[Month], by: str) -> tuple[Voided, ...]:
    """Void the approvals of older contents of these months; returns whose they were, or nobody where that is
    left to a job (`Opened.leave_rechecks`)."""
    if opened.leave_rechecks is not None:
        for month in sorted(set(months)):
            if _was_approved(opened, month):
                ask(opened, month)
                opened.leave_rechecks()
        return ()
    from alerts.editions import approval  # imported here because it renders

    found = (
        Voided(
            month,
            approval.recheck(opened.db, opened.settings, month, opened.actor(by), opened.now),
        )
        for month in sorted(set(months))
    )
    return tuple(one for one in found if one.names)


def ask(opened: Opened, month: Month) -> None:
    """Ask for the job that voids the approvals of an older content of that month.

    One that runs may have read the issue before its last change; so another one waits behind it.
    """
    who = opened.actor().name
    with transaction(opened.db):
        for subject in _subjects(month):
            job, _ = jobs.ask(opened.db, _KIND, subject, {"month": str(month)}, who, opened.now)
            if job.state is JobState.WAITING:
                return


def newest(opened: Opened, month: Month) -> JobRecord | None:
    """The last job that was asked to look whether the approvals of that month hold."""
    found = [jobs.newest(opened.db, _KIND, subject) for subject in _subjects(month)]
    return max((one for one in found if one is not None), key=lambda one: one.id, default=None)


def _subjects(month: Month) -> tuple[str, str]:
    return str(month), f"{month} again"


def _was_approved(opened: Opened, month: Month) -> bool:
    stored = issues.get(opened.db, month)
    return (
        stored is not None
        and not stored.frozen
        and bool(approvals.valid_approvals(opened.db, stored.id))
    )
