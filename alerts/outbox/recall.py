"""Recalls the issue of a month: what has not left stays here, and the issue can be edited again.

The recall is one transaction: from then on no claim takes a delivery of the issue. A sender that holds
some in memory looks at the database before each body and gives them back (`Claims`); it writes into its
leases that it has done so. `disobeying` says who has not yet: once nobody is left, no body of the recalled
version will be begun. Bodies that were begun before are ended and booked (docs/adr/0032).
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.errors import LockHeld, UsageError
from alerts.domain.issue import Actor, IssueState
from alerts.domain.month import Month
from alerts.outbox.report import alive
from alerts.store import (
    audit_log,
    issue_versions,
    issues,
    outbox_figures,
    receipts,
    stamp,
    transaction,
)
from alerts.store.lock import project_lock


@dataclass(frozen=True, slots=True)
class Recalled:
    """The result of a recall. `version` is the one that was recalled; `mailed` how many people may have
    got it or an earlier one, `waiting` how many deliveries wait for the next one; `already`: it was
    recalled before, and nothing has changed."""

    month: Month
    version: int
    mailed: int
    waiting: int
    already: bool = False


def recall(db: Database, month: Month, why: str, actor: Actor, now: datetime) -> bool:
    """Commit the recall; False where the issue is recalled already.

    Raises `UsageError` for an issue that was never queued, and for one of which nothing is left to stop.
    """
    with transaction(db):
        stored = issues.get(db, month)
        if stored is not None and stored.recalled_at:
            return False
        if stored is None or not stored.frozen:
            raise UsageError(
                f"{month}: is not queued, so there is nothing to recall: `alerts article edit` and the"
                " other commands change it as it is"
            )
        counts = outbox_figures.counts(db, month)
        if stored.state is IssueState.SENT or not (
            counts["queued"] + counts["deferred"] + counts["sending"]
        ):
            raise UsageError(
                f"{month}: nothing of it is left to stop; `alerts issue correct {month.option}` tells"
                " those who got it what is right"
            )
        issue_versions.recall(db, stored.id, actor.name, why, now)
        detail = {"by": actor.name, "command": actor.command, "version": stored.version}
        if why:
            detail["why"] = why
        audit_log.record(db, now, "issue.recalled", issue_id=stored.id, detail=detail)
    return True


def disobeying(db: Database, database: Path, now: datetime) -> Sequence[str]:
    """The running senders, as `process N on HOST`, that may still begin a body of a recalled version.

    Where no process works on the project, what a killed one left is settled first.
    """
    try:
        with project_lock(database, "issue recall", now):
            settle_left(db, now)
    except LockHeld:
        pass  # its holder obeys the recall, if it sends
    waited = issue_versions.unobeyed(db, issue_versions.recalls(db), now)
    return [f"{one.holder} on {one.host}" for one in waited if alive(one.holder, one.host)]


def settle_left(db: Database, now: datetime) -> None:
    """Book what a killed sender left on this machine; with the project's lock held."""
    receipts.settle_left(db, socket.gethostname(), now)


def recalled(db: Database, month: Month, *, already: bool) -> Recalled:
    """How a recalled issue stands; the archive shows no version any more that nobody can have got."""
    with transaction(db):
        stored = issues.get(db, month)
        assert stored is not None  # noqa: S101 - it was recalled
        issue_versions.show_mailed(db, stored.id)
        return Recalled(
            month,
            stored.version - 1,
            issue_versions.mailed(db, stored.id),
            issue_versions.unsent(db, stored.id),
            already,
        )


def held_elsewhere(db: Database, month: Month, now: datetime) -> str:
    """Until when another machine holds deliveries of the month, or an empty text."""
    until = issue_versions.leased_until(db, month)
    return until if until > stamp(now) else ""
