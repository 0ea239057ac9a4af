"""What is drawn of each frozen edition for other sites to show, and what the archive shows of an issue.

Both are made after the issue is frozen, from what was frozen: they may be missing, and are made again.
"""

from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from alerts.domain.archived import Facts
from alerts.domain.month import Month
from alerts.domain.picture import EXTENSIONS, Picture, names_in
from alerts.store import pictures
from alerts.store.documents import Lacking, editions_without

Key = tuple[Month, str]  # an edition: its month and its language


def keep(db: Database, edition: Lacking, picture: Picture, headline: str) -> None:
    """Keep the picture that other sites show of an edition, for as long as its issue, and the headline
    that is on it."""
    pictures.freeze(db, edition.issue_id, (picture,))
    db.conn.execute(
        """INSERT INTO share_pictures (issue_id, language, sha256, headline) VALUES (?, ?, ?, ?)
           ON CONFLICT DO NOTHING""",
        (edition.issue_id, edition.language, pictures.put(db, picture), headline),
    )


def lacking(db: Database, month: Month | None = None) -> Sequence[Lacking]:
    """The editions that have no such picture, of that month or of all; newest first."""
    return editions_without(db, "share_pictures", month)


def name_of(db: Database, month: Month, language: str) -> str:
    """The name of the picture of an edition, or nothing."""
    row = db.conn.execute(
        """SELECT p.sha256, p.type FROM share_pictures AS s
             JOIN pictures AS p ON p.sha256 = s.sha256 JOIN issues AS i ON i.id = s.issue_id
            WHERE i.month = ? AND s.language = ?""",
        (str(month), language),
    ).fetchone()
    return f"{row[0]}.{EXTENSIONS[row[1]]}" if row else ""


def facts(db: Database) -> Mapping[Key, Facts]:
    """What the list of issues shows of each frozen edition: its first picture of ours, its stories."""
    rows = db.conn.execute(
        """SELECT i.month, g.language, g.stories, coalesce(a.image, ''), coalesce(s.headline, '') FROM (
               SELECT issue_id, version, language, count(*) AS stories,
                      min(CASE WHEN image LIKE '%/pictures/%' THEN id END) AS first
                 FROM archived GROUP BY issue_id, version, language) AS g
             JOIN issues AS i ON i.id = g.issue_id AND i.shown = g.version
             LEFT JOIN archived AS a ON a.id = g.first
             LEFT JOIN share_pictures AS s ON s.issue_id = g.issue_id AND s.language = g.language"""
    )
    return {
        (Month.parse(month), language): Facts(headline, next(names_in(image), ""), stories)
        for month, language, stories, image, headline in rows
    }
