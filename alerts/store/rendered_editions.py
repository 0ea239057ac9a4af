"""The editions of open issues as they were rendered, by a hash of all that they were made of.

Whoever needs editions of that content again takes them from here, so nothing is rendered twice. They can
always be made again: a row that is missing costs time, and nothing else.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.store import may_pass, transaction

MOST = 8  # contents that are kept, beside those that somebody has approved or the desk shows
_WAIT = 250  # milliseconds for another writer


@dataclass(frozen=True, slots=True)
class RenderedFacts:
    """What is known of rendered editions without reading them: the hash that an approval signs and, by
    language, how many pictures of ours an edition shows and their octets."""

    content_hash: str
    pictures: Mapping[str, tuple[int, int]]


def facts(db: Database, made_of: str) -> RenderedFacts | None:
    """What is known of the editions of a content; None where it was not rendered yet."""
    row = db.conn.execute(
        "SELECT content_hash, pictures FROM rendered_editions WHERE made_of = ?", (made_of,)
    ).fetchone()
    if row is None:
        return None
    told = {language: (number, size) for language, (number, size) in json.loads(row[1]).items()}
    return RenderedFacts(row[0], told)


def packed(db: Database, made_of: str) -> tuple[str, bytes] | None:
    """The hash that an approval signs, and the compressed editions."""
    row = db.conn.execute(
        "SELECT content_hash, packed FROM rendered_editions WHERE made_of = ?", (made_of,)
    ).fetchone()
    return (row[0], row[1]) if row else None


def if_writable(db: Database, act: Callable[[], None]) -> None:
    """Do `act` in a transaction; nothing where the database cannot be written at once."""
    wait = db.conn.execute("PRAGMA busy_timeout").fetchone()[0]
    db.conn.execute(f"PRAGMA busy_timeout = {_WAIT}")
    try:
        with transaction(db):
            act()
    except sqlite3.OperationalError as fault:
        if not may_pass(fault) and not fault.sqlite_errorname.startswith("SQLITE_READONLY"):
            raise
    finally:
        db.conn.execute(f"PRAGMA busy_timeout = {wait}")


def put(db: Database, made_of: str, known: RenderedFacts, editions: bytes) -> None:
    """Keep the editions of a content, and forget the oldest."""
    db.conn.execute(
        """INSERT OR REPLACE INTO rendered_editions (made_of, content_hash, pictures, packed)
           VALUES (?, ?, ?, ?)""",
        (made_of, known.content_hash, json.dumps(known.pictures), editions),
    )
    db.conn.execute(
        """DELETE FROM rendered_editions
           WHERE id NOT IN (SELECT id FROM rendered_editions ORDER BY id DESC LIMIT ?)
               AND content_hash NOT IN (SELECT content_hash FROM approvals WHERE voided_at IS NULL)
               AND made_of NOT IN (SELECT editions FROM rendered_drafts)""",
        (MOST,),
    )
