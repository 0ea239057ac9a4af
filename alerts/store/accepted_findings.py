"""Findings that somebody has accepted: they are no longer reported, and stop nothing.

A finding is accepted by its code, everywhere or for one cause: its source or site.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.store import moment, stamp


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted code, from one `cause` or (empty) from any; by whom, and when."""

    code: str
    cause: str
    by: str
    at: datetime


def accept(db: Database, code: str, cause: str, by: str, now: datetime) -> bool:
    """Accept a code; False where it was accepted before."""
    cursor = db.conn.execute(
        """INSERT INTO accepted_findings (code, cause, accepted_by, accepted_at)
           VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING""",
        (code, cause, by, stamp(now)),
    )
    return cursor.rowcount == 1


def revoke(db: Database, code: str, cause: str) -> bool:
    """Withdraw an acceptance; False where there was none."""
    cursor = db.conn.execute(
        "DELETE FROM accepted_findings WHERE code = ? AND cause = ?", (code, cause)
    )
    return cursor.rowcount == 1


def everything(db: Database) -> tuple[Accepted, ...]:
    """All accepted findings, ordered by code and cause."""
    rows = db.conn.execute(
        """SELECT code, cause, accepted_by, accepted_at FROM accepted_findings
            ORDER BY code, cause"""
    )
    return tuple(Accepted(code, cause, by, moment(at)) for code, cause, by, at in rows.fetchall())


def codes(db: Database) -> frozenset[str]:
    """The codes that are accepted for every cause."""
    return frozenset(one.code for one in everything(db) if not one.cause)
