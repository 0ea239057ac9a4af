"""Issues that were dropped on purpose: they are sent to nobody, and nobody is reminded of them.

What was queued or sent is never dropped (a constraint); of a recalled issue it is what had not left.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import moment, stamp


@dataclass(frozen=True, slots=True)
class DroppedIssue:
    """The month of an issue that is dropped: since when, by whom, and why."""

    month: Month
    at: datetime
    by: str
    why: str


def drop(db: Database, issue_id: int, by: str, why: str, now: datetime) -> int:
    """Drop an issue that is not queued; deliveries that a recall has left open are skipped.

    Returns how many. Must be called in a transaction; no process may be sending the issue.
    """
    db.conn.execute(
        "UPDATE issues SET dropped_at = ?, dropped_by = ?, dropped_why = ? WHERE id = ?",
        (stamp(now), by, why, issue_id),
    )
    return db.conn.execute(
        """UPDATE deliveries SET state = 'skipped', reason = 'dropped', changed_at = ?
            WHERE issue_id = ? AND state IN ('queued', 'deferred')""",
        (stamp(now), issue_id),
    ).rowcount


def undo(db: Database, issue_id: int, now: datetime) -> None:
    """Have a dropped issue be owed again, with the deliveries that were skipped; in a transaction."""
    db.conn.execute(
        "UPDATE issues SET dropped_at = '', dropped_by = '', dropped_why = '' WHERE id = ?",
        (issue_id,),
    )
    db.conn.execute(
        """UPDATE deliveries SET state = 'queued', reason = '', changed_at = ?
            WHERE issue_id = ? AND state = 'skipped' AND reason = 'dropped'""",
        (stamp(now), issue_id),
    )


def find(db: Database, month: Month) -> DroppedIssue | None:
    """How the issue of the month was dropped, or None."""
    return everything(db).get(month)


def everything(db: Database) -> dict[Month, DroppedIssue]:
    """All dropped issues by month, oldest first."""
    rows = db.conn.execute(
        """SELECT month, dropped_at, dropped_by, dropped_why FROM issues
            WHERE dropped_at <> '' ORDER BY month"""
    ).fetchall()
    return {one.month: one for one in map(_dropped, rows)}


def _dropped(row: tuple[Any, ...]) -> DroppedIssue:
    month, at, by, why = row
    return DroppedIssue(Month.parse(month), moment(at), by, why)
