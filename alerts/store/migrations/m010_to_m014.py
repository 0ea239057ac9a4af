"""The archive, counts, former addresses, envelopes of notices, files of events."""

from sqlite_utils import Database

from alerts.domain.archived import hashes
from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m010_archive(db: Database) -> None:
    """The archive. `archived` has the articles of each edition, including those for which its e-mail
    has no space; `archived_words` is the index for searching them. `hashes` are the SHA-256 of an
    edition's parts, made when it was frozen. Nothing here is about a person."""
    run(
        db,
        """
        CREATE TABLE archived (
            id INTEGER PRIMARY KEY,
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            language TEXT NOT NULL,
            article_id TEXT NOT NULL,
            url TEXT NOT NULL,
            image TEXT NOT NULL,
            title TEXT NOT NULL,
            title_language TEXT NOT NULL,
            summary TEXT NOT NULL,
            summary_language TEXT NOT NULL,
            UNIQUE (issue_id, language, article_id)
        ) STRICT;
        CREATE VIRTUAL TABLE archived_words USING fts5 (
            title, summary, content = 'archived', content_rowid = 'id',
            tokenize = 'unicode61 remove_diacritics 2'
        );
        ALTER TABLE editions ADD COLUMN hashes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(hashes))
        """,
    )
    for row in list(db.query("SELECT id, subject, preheader, html, text FROM editions")):
        db.conn.execute(
            "UPDATE editions SET hashes = ? WHERE id = ?",
            (hashes(row["subject"], row["preheader"], row["html"], row["text"]), row["id"]),
        )


@MIGRATIONS()
def m011_counts(db: Database) -> None:
    """How often an edition was opened (`archived_id` 0) or an article's link was followed, by day:
    numbers without persons, stored only where the settings ask for them."""
    db.conn.execute(
        """CREATE TABLE counts (
               issue_id INTEGER NOT NULL REFERENCES issues (id),
               language TEXT NOT NULL,
               archived_id INTEGER NOT NULL,
               day TEXT NOT NULL,
               number INTEGER NOT NULL,
               PRIMARY KEY (issue_id, language, archived_id, day)
           ) STRICT, WITHOUT ROWID"""
    )


@MIGRATIONS()
def m012_former_addresses(db: Database) -> None:
    """Former addresses of a person, as keyed hashes: an erasure keeps these out, too."""
    run(
        db,
        """
        CREATE TABLE former_addresses (
            subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
            address_hash BLOB NOT NULL,
            PRIMARY KEY (subscriber_id, address_hash)
        ) STRICT, WITHOUT ROWID
        """,
    )


@MIGRATIONS()
def m013_notice_envelopes(db: Database) -> None:
    """The envelope's sender of a notice is frozen with its bytes, so that neither a new key nor a new
    setting changes it between two attempts; it is emptied with them."""
    db.conn.execute("ALTER TABLE notices ADD COLUMN sender TEXT NOT NULL DEFAULT ''")


@MIGRATIONS()
def m014_event_files(db: Database) -> None:
    """The calendar file of an event, in the texts of each edition; empty for other articles, and for
    events of issues that were frozen before such files existed."""
    db.conn.execute("ALTER TABLE archived ADD COLUMN ics BLOB NOT NULL DEFAULT x''")
