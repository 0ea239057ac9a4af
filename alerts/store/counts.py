"""How often an edition was opened and its articles were followed, by day. Of nobody in particular."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.model import Month
from alerts.store import stamp

OPENED = 0  # stands for the edition itself in place of an article


def rows(db: Database, issue_id: int, language: str) -> dict[str, int]:
    """The articles of an edition: their rows in the archive by their links."""
    found = db.conn.execute(
        "SELECT url, id FROM archived WHERE issue_id = ? AND language = ? AND url <> ''",
        (issue_id, language),
    )
    return dict(found.fetchall())


def target(db: Database, row: int) -> str:
    """Where that article is, or an empty text."""
    found = db.conn.execute("SELECT url FROM archived WHERE id = ?", (row,)).fetchone()
    return str(found[0]) if found else ""


def count(db: Database, row: int, now: datetime, *, opened: bool) -> None:
    """One more for the article of that row, or for its edition."""
    db.conn.execute(
        """INSERT INTO counts (issue_id, language, archived_id, day, number)
           SELECT issue_id, language, iif(:opened, 0, id), :day, 1 FROM archived WHERE id = :row
           ON CONFLICT DO UPDATE SET number = number + 1""",
        {"row": row, "day": stamp(now)[:10], "opened": opened},
    )


def of_month(db: Database, month: Month) -> Sequence[dict[str, Any]]:
    """`language`, `article` (empty: opened), `title`, `number`; most first."""
    return list(
        db.query(
            """SELECT c.language, coalesce(a.article_id, '') AS article, coalesce(a.title, '') AS title,
                      sum(c.number) AS number
                 FROM counts AS c JOIN issues AS i ON i.id = c.issue_id
                 LEFT JOIN archived AS a ON a.id = c.archived_id
                WHERE i.month = ? GROUP BY c.language, c.archived_id
                ORDER BY c.language, c.archived_id <> 0, number DESC, c.archived_id""",
            (str(month),),
        )
    )
