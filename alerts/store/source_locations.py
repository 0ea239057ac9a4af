"""Where sources are, and where they were before they moved."""

from datetime import datetime

from sqlite_utils import Database

from alerts.store import stamp


def find(db: Database, location: str) -> int | None:
    """The number of the source that is or was at that location; None where nothing is known of it."""
    row = db.conn.execute(
        """SELECT id FROM sources WHERE location = :at
            UNION ALL SELECT source_id FROM former_locations WHERE location = :at LIMIT 1""",
        {"at": location},
    ).fetchone()
    return row[0] if row else None


def move(db: Database, source_id: int, location: str, now: datetime) -> None:
    """Have a source be elsewhere; it will be read as a whole there. Its articles stay its own.

    The caller has checked that no other source is there.
    """
    db.conn.execute("DELETE FROM former_locations WHERE location = ?", (location,))
    db.conn.execute(
        """INSERT INTO former_locations (location, source_id, since)
           SELECT location, id, ? FROM sources WHERE id = ? AND location <> ?""",
        (stamp(now), source_id, location),
    )
    db.conn.execute(
        """UPDATE sources SET location = ?, etag = '', last_modified = '', digest = '', fault = '',
                  moved_to = '', gone = 0
            WHERE id = ?""",
        (location, source_id),
    )


def keep_fragments(db: Database, source_id: int, old: str, new: str) -> None:
    """Know the articles of a source that have no page of their own, but a place in its document, at
    another address of that document too; `old` and `new` are canonical."""
    before, after = (url.partition("://")[2] + "#" for url in (old, new))
    db.conn.execute(
        """INSERT INTO addresses (page, article_id)
           SELECT :after || substr(page, length(:before) + 1), article_id FROM addresses
            WHERE substr(page, 1, length(:before)) = :before
              AND article_id IN (SELECT id FROM articles WHERE source_id = :source)
           ON CONFLICT (page) DO NOTHING""",
        {"before": before, "after": after, "source": source_id},
    )
