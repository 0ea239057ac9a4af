"""Totals of opens per edition and of clicks per article, by day; never per person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import link_numbers, stamp

OPENED = 0  # the edition itself, instead of an article; -1 of version 2, and so on


def numbers(db: Database, issue_id: int, language: str) -> dict[str, int]:
    """The articles of an edition: the numbers that name them in links, by their own links."""
    found = db.conn.execute(
        """SELECT a.url, a.id, i.mark FROM archived AS a JOIN issues AS i ON i.id = a.issue_id
            WHERE a.issue_id = ? AND a.language = ? AND a.url <> '' AND a.version = i.version""",
        (issue_id, language),
    )
    return {url: link_numbers.archived(row, mark) for url, row, mark in found}


def target(db: Database, number: int) -> str:
    """Where the article of that number is, or an empty text."""
    row = link_numbers.which_archived(db, number)
    found = db.conn.execute("SELECT url FROM archived WHERE id = ?", (row,)).fetchone()
    return str(found[0]) if found else ""


def count(db: Database, number: int, now: datetime, *, opened: bool, times: int = 1) -> None:
    """So many more for the article of that number, or for its edition."""
    db.conn.execute(
        """INSERT INTO counts (issue_id, language, archived_id, day, number)
           SELECT issue_id, language, iif(:opened, 1 - version, id), :day, :times
             FROM archived WHERE id = :row
           ON CONFLICT DO UPDATE SET number = number + excluded.number""",
        {
            "row": link_numbers.which_archived(db, number),
            "day": stamp(now)[:10],
            "opened": opened,
            "times": times,
        },
    )


def of_month(db: Database, month: Month) -> Sequence[dict[str, Any]]:
    """Counts as `language`, `article` (empty: opened), `title`, `number`, `version`; the highest first."""
    return list(
        db.query(
            """SELECT c.language, coalesce(a.article_id, '') AS article, coalesce(a.title, '') AS title,
                      sum(c.number) AS number, coalesce(a.version, 1 - c.archived_id) AS version
                 FROM counts AS c JOIN issues AS i ON i.id = c.issue_id
                 LEFT JOIN archived AS a ON a.id = c.archived_id
                WHERE i.month = ? GROUP BY c.language, c.archived_id
                ORDER BY c.language, c.archived_id > 0, number DESC, c.archived_id""",
            (str(month),),
        )
    )
