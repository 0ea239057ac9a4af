"""The latest issue that a new reader can be given: sent, and shown by the archive."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.domain.issue import Edition
from alerts.domain.month import Month


@dataclass(frozen=True, slots=True)
class LatestEdition:
    """An edition of it, without what was withdrawn; `image` is the address of its first picture of ours, or
    empty."""

    issue_id: int
    month: Month
    edition: Edition
    image: str


def editions(db: Database) -> Sequence[LatestEdition]:
    """The editions of the latest month's issue that was sent, and neither recalled since nor withdrawn; of
    the version that the archive shows, in the order they were made."""
    rows = db.query(
        """SELECT i.id, i.month, e.language, e.articles,
                  coalesce(s.subject, e.subject) AS subject,
                  coalesce(s.preheader, e.preheader) AS preheader,
                  coalesce(s.html, e.html) AS html, coalesce(s.text, e.text) AS text,
                  coalesce((SELECT a.image FROM archived AS a
                             WHERE a.issue_id = i.id AND a.version = i.shown AND a.language = e.language
                               AND a.image LIKE '%/pictures/%'
                               AND NOT EXISTS (SELECT 1 FROM withdrawals AS w
                                      WHERE w.issue_id = i.id AND w.article_id = a.article_id)
                             ORDER BY a.id LIMIT 1), '') AS image
             FROM editions AS e JOIN issues AS i ON i.id = e.issue_id
             LEFT JOIN shown_editions AS s ON s.edition_id = e.id
            WHERE e.version = i.shown AND e.sections = '[]'
              AND i.id = (SELECT id FROM issues AS n
                           WHERE kind = 'month' AND state = 'sent' AND recalled_at = ''
                             AND NOT EXISTS (SELECT 1 FROM withdrawals AS w
                                    WHERE w.issue_id = n.id AND w.article_id = '')
                           ORDER BY month DESC LIMIT 1)
            ORDER BY e.id"""
    )
    names = ("language", "subject", "preheader", "html", "text", "articles")
    return [
        LatestEdition(
            row["id"],
            Month.parse(row["month"]),
            Edition(**{name: row[name] for name in names}),
            row["image"],
        )
        for row in rows
    ]


def has(db: Database, issue_id: int, subscriber_id: int) -> bool:
    """Whether that person got a copy of the issue, or may get one."""
    found = db.conn.execute(
        """SELECT 1 FROM deliveries WHERE issue_id = ? AND subscriber_id = ?
              AND state NOT IN ('skipped', 'failed')""",
        (issue_id, subscriber_id),
    ).fetchone()
    return found is not None
