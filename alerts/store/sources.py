"""Sources, with what their last fetch left."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.model import Source, SourceKind
from alerts.store import stamp


@dataclass(frozen=True, slots=True)
class Kept:
    """A source as `source list` shows it: with its articles and the end of the last collection."""

    source: Source
    articles: int
    collected_at: str
    fault: str


def add(db: Database, source: Source, now: datetime) -> bool:
    """Keep a new source; False, and no change, where its location is known already."""
    cursor = db.conn.execute(
        """INSERT INTO sources (location, kind, section, language, profile, tags, added_at)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (location) DO NOTHING""",
        (
            source.location,
            source.kind.value,
            source.section,
            source.language,
            source.profile,
            json.dumps(source.tags, ensure_ascii=False),
            stamp(now),
        ),
    )
    return cursor.rowcount == 1


def remove(db: Database, source_id: int) -> None:
    """Forget a source; its articles stay, without one."""
    db.conn.execute("DELETE FROM sources WHERE id = ?", (source_id,))


def all_sources(db: Database) -> tuple[Source, ...]:
    """Every source, in the order in which they were added."""
    return tuple(k.source for k in kept(db))


def kept(db: Database) -> tuple[Kept, ...]:
    """The same, with how they fared."""
    rows = db.query(
        """SELECT id, location, kind, section, language, profile, tags, etag, last_modified, digest,
                  articles AS told, collected_at, fault,
                  (SELECT count(*) FROM articles WHERE source_id = sources.id) AS articles
           FROM sources ORDER BY id"""
    )
    return tuple(Kept(_source(r), r["articles"], r["collected_at"], r["fault"]) for r in rows)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a good collection leaves for the next one: validators, digest and number of articles."""

    etag: str
    last_modified: str
    digest: str
    articles: int


def collected(db: Database, source_id: int, reading: Reading, now: datetime) -> None:
    """Note a good collection; in the transaction that stores what it brought."""
    db.conn.execute(
        """UPDATE sources SET etag = ?, last_modified = ?, digest = ?, articles = ?,
                  collected_at = ?, fault = ''
           WHERE id = ?""",
        (
            reading.etag,
            reading.last_modified,
            reading.digest,
            reading.articles,
            stamp(now),
            source_id,
        ),
    )


def failed(db: Database, source_id: int, reason: str, now: datetime) -> None:
    """Note that a collection failed, and why."""
    db.conn.execute(
        "UPDATE sources SET collected_at = ?, fault = ? WHERE id = ?",
        (stamp(now), reason, source_id),
    )


def _source(row: dict[str, Any]) -> Source:
    names = ("id", "location", "section", "language", "profile", "etag", "last_modified", "digest")
    return Source(
        **{name: row[name] for name in names},
        kind=SourceKind(row["kind"]),
        articles=row["told"],
        tags=tuple(json.loads(row["tags"])),
    )
