"""Sources, with the result of their last fetch."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from alerts.domain.article import Source
from alerts.domain.month import Month
from alerts.store import source_locations, stamp


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A source for `source list`, with its number of articles and the result of the last collection.

    `gone`: its server said that it is gone for good.
    """

    source: Source
    articles: int
    collected_at: str
    fault: str
    gone: bool = False


def add(db: Database, source: Source, now: datetime) -> bool:
    """Store a new source; False, and no change, where its location is already known, also as one where
    a source was before."""
    if source_locations.find(db, source.location) is not None:
        return False
    cursor = db.conn.execute(
        """INSERT INTO sources (location, kind, section, language, profile, tags, added_at)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (location) DO NOTHING""",
        (
            source.location,
            str(source.kind),
            source.section,
            source.language,
            source.profile,
            json.dumps(source.tags, ensure_ascii=False),
            stamp(now),
        ),
    )
    return cursor.rowcount == 1


def remove(db: Database, source_id: int) -> None:
    """Remove a source; its articles stay, without a source."""
    db.conn.execute("DELETE FROM sources WHERE id = ?", (source_id,))


def all_sources(db: Database) -> tuple[Source, ...]:
    """Every source, in the order in which they were added."""
    return tuple(k.source for k in kept(db))


def kept(db: Database) -> tuple[StoredSource, ...]:
    """The same, each with the result of its last collection."""
    rows = db.query(
        """SELECT id, location, kind, section, language, profile, tags, etag, last_modified, digest,
                  moved_to, gone, articles AS told, collected_at, fault,
                  (SELECT count(*) FROM articles WHERE source_id = sources.id)
                  + (SELECT count(*) FROM quarantine WHERE mailbox_id = sources.id) AS articles
           FROM sources ORDER BY id"""
    )
    return tuple(
        StoredSource(_source(r), r["articles"], r["collected_at"], r["fault"], bool(r["gone"]))
        for r in rows
    )


@dataclass(frozen=True, slots=True)
class LastReading:
    """The values of a successful collection for the next one: validators, digest, number of articles,
    and where the source has moved."""

    etag: str
    last_modified: str
    digest: str
    articles: int
    moved_to: str = ""


def locations_of_month(db: Database, month: Month) -> dict[str, str]:
    """The location of the source that owns each article of the month, by the article's id."""
    rows = db.conn.execute(
        """SELECT articles.id, sources.location
             FROM articles JOIN sources ON sources.id = articles.source_id
            WHERE articles.month = ?""",
        (str(month),),
    )
    return dict(rows.fetchall())


def collected(db: Database, source: Source, reading: LastReading, now: datetime) -> None:
    """Record a successful collection, in the transaction that stores its articles; nothing where the
    source was moved since it was read, for the validators are those of its former location."""
    db.conn.execute(
        """UPDATE sources SET etag = ?, last_modified = ?, digest = ?, articles = ?,
                  moved_to = ?, collected_at = ?, fault = '', gone = 0
           WHERE id = ? AND location = ?""",
        (
            reading.etag,
            reading.last_modified,
            reading.digest,
            reading.articles,
            reading.moved_to,
            stamp(now),
            source.id,
            source.location,
        ),
    )


def failed(db: Database, source_id: int, reason: str, now: datetime, *, gone: bool = False) -> None:
    """Record a failed collection, why it failed, and whether the source is gone for good."""
    db.conn.execute(
        "UPDATE sources SET collected_at = ?, fault = ?, gone = ? WHERE id = ?",
        (stamp(now), reason, gone, source_id),
    )


_USUAL = timedelta(
    days=35
)  # since its last good answer: a source that is gone for good holds up nothing


def missed(db: Database, now: datetime) -> Sequence[str]:
    """The locations of sources that could not be read last, and gave articles the time before."""
    rows = db.conn.execute(
        """SELECT location FROM sources
            WHERE fault <> '' AND gone = 0 AND articles > 0 AND (told_when = '' OR told_when >= ?)
            ORDER BY id""",
        (stamp(now - _USUAL),),
    ).fetchall()
    return [location for (location,) in rows]


def failing(db: Database) -> Sequence[str]:
    """The locations of sources that could not be read last, whatever they gave before."""
    rows = db.conn.execute(
        "SELECT location FROM sources WHERE fault <> '' AND gone = 0 ORDER BY id"
    ).fetchall()
    return [location for (location,) in rows]


def asked_since(db: Database, since: datetime) -> bool:
    """Whether every source was asked since then; true where there are none."""
    row = db.conn.execute(
        "SELECT NOT EXISTS (SELECT 1 FROM sources WHERE collected_at < ?)", (stamp(since),)
    ).fetchone()
    return bool(row[0])


def _source(row: dict[str, Any]) -> Source:
    names = ("id", "location", "section", "language", "profile", "etag", "last_modified", "digest",
             "moved_to")  # fmt: skip
    return Source(
        **{name: row[name] for name in names},
        kind=row["kind"],
        articles=row["told"],
        tags=tuple(json.loads(row["tags"])),
    )
