"""Faces: the subject, preheader, headline and standfirst that an editor wrote, one row per language."""

from dataclasses import astuple
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.issue import Face
from alerts.domain.month import Month
from alerts.store import stamp


def of_month(db: Database, month: Month) -> dict[str, Face]:
    """The faces of the month's issue by language."""
    rows = db.conn.execute(
        """SELECT f.language, f.subject, f.preheader, f.headline, f.standfirst
             FROM faces AS f JOIN issues AS i ON i.id = f.issue_id
            WHERE i.month = ? ORDER BY f.language""",
        (str(month),),
    )
    return {language: Face(*texts) for language, *texts in rows.fetchall()}


def put(db: Database, issue_id: int, language: str, face: Face, now: datetime) -> None:
    """Store or replace a face; an empty one removes it."""
    db.conn.execute("DELETE FROM faces WHERE issue_id = ? AND language = ?", (issue_id, language))
    if face:
        db.conn.execute(
            """INSERT INTO faces (issue_id, language, subject, preheader, headline, standfirst, updated_at)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (issue_id, language, *astuple(face), stamp(now)),
        )


def month_of_subject(db: Database, subject: str, month: Month) -> str:
    """The last other month, up to a year before or after `month`, with that subject; "" for none."""
    (found,) = db.conn.execute(
        """SELECT max(i.month) FROM issues AS i
            WHERE i.month <> ?1 AND i.corrects IS NULL AND i.month BETWEEN ?2 AND ?3
              AND (EXISTS (SELECT 1 FROM editions AS e WHERE e.issue_id = i.id AND e.subject = ?4)
                OR EXISTS (SELECT 1 FROM faces AS f WHERE f.issue_id = i.id AND f.subject = ?4))""",
        (str(month), str(month.plus(-12)), str(month.plus(12)), subject),
    ).fetchone()
    return found or ""
