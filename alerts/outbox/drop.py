"""Drops the issue of a month on purpose: it is sent to nobody, and it is no longer owed.

Only what is not queued can be dropped; an issue that is queued is recalled first, so that nobody is mailed
while it is dropped. The articles stay with it, and undoing it brings back the same issue (docs/adr/0038).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.errors import TryLater, UsageError
from alerts.domain.issue import Actor
from alerts.domain.month import Month
from alerts.outbox.recall import held_elsewhere, settle_left
from alerts.store import audit_log, dropped_issues, issues, outbox_figures, transaction
from alerts.store.issues import StoredIssue
from alerts.text.plural import counted


@dataclass(frozen=True, slots=True)
class DropOutcome:
    """The result of dropping an issue, or of undoing it; `already`: it was so before, and nothing has
    changed. `skipped` deliveries had not left when the issue was recalled."""

    month: Month
    already: bool = False
    skipped: int = 0


def dropped_words(month: Month) -> str:
    """Why nothing is done about a dropped issue, and what to do if it shall be sent."""
    return (
        f"{month}: is dropped: `alerts issue drop {month.option} --undo` first, if it shall be sent"
    )


def check_not_dropped(db: Database, month: Month) -> None:
    """Raise `UsageError` for an issue that is dropped."""
    if dropped_issues.find(db, month) is not None:
        raise UsageError(dropped_words(month))


def check_droppable(db: Database, month: Month) -> None:
    """Raise `UsageError` for an issue that is queued or sent, or of which copies are in doubt."""
    stored = issues.get(db, month)
    if stored is None:
        return
    if stored.frozen:
        raise UsageError(_frozen_words(stored))
    if doubtful := outbox_figures.counts(db, month)["in_doubt"]:
        raise UsageError(
            f"{month}: {counted(doubtful, 'copy')} in doubt: `alerts delivery accept {month.option}`"
            f" (arrived) or `alerts delivery cancel {month.option}` first"
        )


def drop(db: Database, month: Month, why: str, actor: Actor, now: datetime) -> DropOutcome:
    """Drop the issue of a month; with the project's lock held. Raises as `check_droppable`, and
    `TryLater` while another machine sends some of it."""
    settle_left(db, now)
    with transaction(db):
        if dropped_issues.find(db, month) is not None:
            return DropOutcome(month, already=True)
        check_droppable(db, month)
        if until := held_elsewhere(db, month, now):
            raise TryLater(f"{month}: another machine is still sending some of it, until {until}")
        issue_id = issues.begin(db, month, now)
        skipped = dropped_issues.drop(db, issue_id, actor.name, why, now)
        detail = {"by": actor.name, "command": actor.command, "why": why}
        if skipped:
            detail["deliveries"] = str(skipped)
        audit_log.record(db, now, "issue.dropped", issue_id=issue_id, detail=detail)
    return DropOutcome(month, skipped=skipped)


def undo(db: Database, month: Month, actor: Actor, now: datetime) -> DropOutcome:
    """Have the issue be owed again as it was; with the project's lock held."""
    with transaction(db):
        if dropped_issues.find(db, month) is None:
            return DropOutcome(month, already=True)
        issue_id = issues.begin(db, month, now)
        dropped_issues.undo(db, issue_id, now)
        detail = {"by": actor.name, "command": actor.command}
        audit_log.record(db, now, "issue.drop_undone", issue_id=issue_id, detail=detail)
    return DropOutcome(month)


def _frozen_words(stored: StoredIssue) -> str:
    """What a person can do about an issue that is queued or sent."""
    month = stored.month
    return (
        f"{month}: is {stored.state.value}, so it can't be dropped: `alerts issue recall {month.option}`"
        f" stops what has not left, and then it can be"
    )
