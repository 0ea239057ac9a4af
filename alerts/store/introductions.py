"""Introductions: an editor's opening text of an issue, one per language."""

from datetime import datetime

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import stamp


def of_month(db: Database, month: Month) -> dict[str, str]:
    """The introductions of the month's issue by language."""
    rows = db.conn.execute(
        """SELECT l.language, l.text FROM letters AS l JOIN issues AS i ON i.id = l.issue_id
            WHERE i.month = ? ORDER BY l.language""",
        (str(month),),
    )
    return dict(rows.fetchall())


def put(db: Database, issue_id: int, language: str, text: str, now: datetime) -> None:
    """Store or replace an introduction; an empty text removes it."""
    db.conn.execute("DELETE FROM letters WHERE issue_id = ? AND language = ?", (issue_id, language))
    if text:
        db.conn.execute(
            "INSERT INTO letters (issue_id, language, text, updated_at) VALUES (?, ?, ?, ?)",
            (issue_id, language, text, stamp(now)),
        )
