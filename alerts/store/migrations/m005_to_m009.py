"""Collecting, editing, the public pages, sections that readers choose."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run
from alerts.text.urls import page_of


@MIGRATIONS()
def m005_collecting(db: Database) -> None:
    """More kinds of source; the result of the last reading of a source; the pages of each article;
    duplicates. In `doubles`, `same_as` is the primary of the article, and NULL where an editor
    decided that it is not a duplicate.

    A column cannot lose its CHECK, so `kind` is a new one: dropping and refilling the table would
    remove the sources of all articles (ON DELETE SET NULL).
    """
    run(
        db,
        """
        ALTER TABLE sources ADD COLUMN new_kind TEXT NOT NULL DEFAULT 'feed' CHECK (new_kind IN
            ('feed', 'page', 'listing', 'calendar', 'folder', 'table'));
        UPDATE sources SET new_kind = kind;
        ALTER TABLE sources DROP COLUMN kind;
        ALTER TABLE sources RENAME COLUMN new_kind TO kind;
        ALTER TABLE sources ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags));
        ALTER TABLE sources ADD COLUMN digest TEXT NOT NULL DEFAULT '';
        ALTER TABLE sources ADD COLUMN articles INTEGER NOT NULL DEFAULT 0;
        UPDATE sources SET articles =
            (SELECT count(*) FROM articles WHERE source_id = sources.id);
        CREATE TABLE addresses (
            page TEXT PRIMARY KEY,
            article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX addresses_by_article ON addresses (article_id);
        CREATE TABLE doubles (
            article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
            same_as TEXT REFERENCES articles (id) ON DELETE CASCADE,
            by_editor INTEGER NOT NULL CHECK (by_editor IN (0, 1)),
            at TEXT NOT NULL,
            CHECK (same_as IS NOT article_id),
            CHECK (same_as IS NOT NULL OR by_editor)
        ) STRICT;
        CREATE INDEX doubles_by_other ON doubles (same_as) WHERE same_as IS NOT NULL
        """,
    )
    for article_id, url in db.conn.execute(
        "SELECT id, url FROM articles ORDER BY rowid"
    ).fetchall():
        db.conn.execute(
            "INSERT INTO addresses VALUES (?, ?) ON CONFLICT DO NOTHING", (page_of(url), article_id)
        )


@MIGRATIONS()
def m006_editing(db: Database) -> None:
    """An editor's work on an issue. `basis` is the source's version of each field at the time of the
    edit, so that a later change of the source is recognised. An introduction (table `letters`), an
    approval and a preview belong to an issue; an approval signs the hash of its exact content and is
    valid until `voided_at`."""
    run(
        db,
        """
        ALTER TABLE articles ADD COLUMN basis TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(basis));
        CREATE TABLE letters (
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            language TEXT NOT NULL,
            text TEXT NOT NULL CHECK (text <> ''),
            updated_at TEXT NOT NULL,
            PRIMARY KEY (issue_id, language)
        ) STRICT;
        CREATE TABLE approvals (
            id INTEGER PRIMARY KEY,
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            content_hash TEXT NOT NULL CHECK (length(content_hash) = 64),
            approved_by TEXT NOT NULL COLLATE NOCASE CHECK (approved_by <> ''),
            at TEXT NOT NULL,
            voided_at TEXT
        ) STRICT;
        CREATE UNIQUE INDEX approvals_standing
            ON approvals (issue_id, content_hash, approved_by) WHERE voided_at IS NULL;
        CREATE TABLE previews (
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            content_hash TEXT NOT NULL CHECK (length(content_hash) = 64),
            recipient TEXT NOT NULL,
            language TEXT NOT NULL,
            mailed_at TEXT NOT NULL,
            PRIMARY KEY (issue_id, content_hash, recipient, language)
        ) STRICT
        """,
    )


@MIGRATIONS()
def m007_web(db: Database) -> None:
    """Self-service. A `confirmation` is a request that waits for proof of its address: to subscribe
    (`subscriber_id` 0), or to move a subscription there. There is one open request per address and
    subscriber; its address is emptied once it is closed. It has no foreign key to subscribers, so
    that storing a request needs no look-up of people.

    A `notice` is a mail to one person about their own subscription. Its bytes are frozen when it is
    first claimed; they and the address are emptied once it is finally settled. `mailbox` is a keyed
    hash by which mails to one mailbox are counted; `counts`: it counts towards the limit for a mailbox
    that does not answer.
    """
    run(
        db,
        """
        CREATE TABLE confirmations (
            id INTEGER PRIMARY KEY,
            subscriber_id INTEGER NOT NULL DEFAULT 0,
            state TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'mailed', 'done', 'over')),
            email TEXT NOT NULL,
            email_key TEXT,
            name TEXT NOT NULL DEFAULT '',
            language TEXT NOT NULL,
            consent TEXT NOT NULL DEFAULT '',
            consent_source TEXT NOT NULL DEFAULT '',
            network TEXT NOT NULL DEFAULT '',
            asked_at TEXT NOT NULL,
            added_id INTEGER,
            UNIQUE (email_key, subscriber_id),
            CHECK ((state IN ('asked', 'mailed')) = (email_key IS NOT NULL))
        ) STRICT;
        CREATE INDEX confirmations_asked ON confirmations (id) WHERE state = 'asked';
        CREATE TABLE notices (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('confirm', 'move', 'already')),
            subscriber_id INTEGER REFERENCES subscribers (id) ON DELETE SET NULL,
            confirmation_id INTEGER REFERENCES confirmations (id) ON DELETE SET NULL,
            email TEXT NOT NULL,
            language TEXT NOT NULL,
            mailbox BLOB NOT NULL,
            counts INTEGER NOT NULL DEFAULT 1 CHECK (counts IN (0, 1)),
            message BLOB,
            state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN
                ('queued', 'sending', 'sent', 'deferred', 'failed', 'in_doubt', 'skipped')),
            due_at TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            reason TEXT NOT NULL DEFAULT '',
            reply TEXT NOT NULL DEFAULT '',
            created_at TEXT NOT NULL,
            changed_at TEXT NOT NULL,
            CHECK ((state IN ('sent', 'failed', 'skipped')) = (email = '')),
            CHECK (state IN ('queued', 'deferred', 'sending', 'in_doubt') OR message IS NULL)
        ) STRICT;
        CREATE INDEX notices_open ON notices (due_at)
            WHERE state IN ('queued', 'deferred', 'in_doubt');
        CREATE INDEX notices_held ON notices (id) WHERE state = 'sending';
        CREATE INDEX notices_by_mailbox ON notices (mailbox, created_at);
        ALTER TABLE subscribers ADD COLUMN paused_until TEXT NOT NULL DEFAULT ''
        """,
    )


@MIGRATIONS(transactional=False)
def m008_sections(db: Database) -> None:
    """Readers choose sections; an edition has those that somebody wants ('[]': all).

    A constraint of a table can only change with the table (SQLite, “Making Other Kinds Of Table Schema
    Changes”), with foreign keys switched off, which is only possible outside a transaction. Can be run
    again after a crash: all but the record of it is one transaction.
    """
    if any(row[1] == "sections" for row in db.conn.execute("PRAGMA table_info(editions)")):
        return
    columns = ", ".join(row[1] for row in db.conn.execute("PRAGMA table_info(editions)"))
    (made,) = db.conn.execute("SELECT sql FROM sqlite_master WHERE name = 'editions'").fetchone()
    made = (
        made.replace('"editions"', "editions")
        .replace("editions", "editions_anew", 1)
        .replace(
            "UNIQUE (issue_id, language)",
            "sections TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(sections)),"
            " UNIQUE (issue_id, language, sections)",
        )
    )
    db.conn.execute("PRAGMA foreign_keys = OFF")
    db.conn.execute("BEGIN IMMEDIATE")
    run(
        db,
        f"""
        {made};
        INSERT INTO editions_anew ({columns}) SELECT {columns} FROM editions;
        DROP TABLE editions;
        ALTER TABLE editions_anew RENAME TO editions;
        ALTER TABLE subscribers ADD COLUMN
            sections TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(sections))
        """,  # noqa: S608 - names of columns, from SQLite itself
    )
    db.conn.execute("COMMIT")
    db.conn.execute("PRAGMA foreign_keys = ON")


@MIGRATIONS()
def m009_open_deliveries(db: Database) -> None:
    """The index of open deliveries, with OR: an IN list costs a table of its own per row, a third of
    the time of queueing."""
    run(
        db,
        """
        DROP INDEX deliveries_open;
        CREATE INDEX deliveries_open ON deliveries (id)
            WHERE state = 'queued' OR state = 'deferred' OR state = 'in_doubt'
        """,
    )
