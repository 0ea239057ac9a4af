"""Approvals of an issue, and the previews that were mailed to its editors.

Both are for a content: the hash of the exact bytes of all editions. An approval is valid until it is
voided; a person can approve a content only once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.issue import Actor
from alerts.store import moment, stamp


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which content, and when; `person_id` where a sign-in has proved who."""

    content_hash: str
    name: str
    at: datetime
    person_id: int | None = None


def valid_approvals(db: Database, issue_id: int) -> tuple[Approval, ...]:
    """The valid approvals, oldest first."""
    rows = db.conn.execute(
        """SELECT content_hash, approved_by, at, person_id FROM approvals
            WHERE issue_id = ? AND voided_at IS NULL ORDER BY id""",
        (issue_id,),
    )
    return tuple(
        Approval(content, name, moment(at), person) for content, name, at, person in rows.fetchall()
    )


def add(db: Database, issue_id: int, content_hash: str, actor: Actor, now: datetime) -> bool:
    """Approve a content; False if that person had done so before."""
    cursor = db.conn.execute(
        """INSERT INTO approvals (issue_id, content_hash, approved_by, at, person_id)
           VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO NOTHING""",
        (issue_id, content_hash, actor.name, stamp(now), actor.person_id),
    )
    return cursor.rowcount == 1


def void(db: Database, issue_id: int, content_hash: str, now: datetime) -> tuple[str, ...]:
    """Void the approvals of all other contents; returns who had approved them."""
    rows = db.conn.execute(
        """UPDATE approvals SET voided_at = ?
            WHERE issue_id = ? AND content_hash <> ? AND voided_at IS NULL
           RETURNING approved_by""",
        (stamp(now), issue_id, content_hash),
    )
    return tuple(sorted(name for (name,) in rows.fetchall()))


def previewed(db: Database, issue_id: int, content_hash: str = "") -> frozenset[tuple[str, str]]:
    """The (recipient, language) pairs that were mailed a preview of this content, or of any."""
    rows = db.conn.execute(
        """SELECT recipient, language FROM previews
            WHERE issue_id = ? AND content_hash IN (?, iif(? = '', content_hash, ?))""",
        (issue_id, content_hash, content_hash, content_hash),
    )
    return frozenset(rows.fetchall())


def add_preview(
    db: Database, issue_id: int, content_hash: str, who: Sequence[str], now: datetime
) -> None:
    """Record that this (recipient, language) was mailed a preview of this content."""
    recipient, language = who
    db.conn.execute(
        """INSERT INTO previews (issue_id, content_hash, recipient, language, mailed_at)
           VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
        (issue_id, content_hash, recipient, language, stamp(now)),
    )
