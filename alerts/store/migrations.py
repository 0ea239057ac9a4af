"""The schema, as a list of migrations that only ever grows (sqlite-utils `Migrations`).

Each function is applied once, in its own transaction together with the record of it. A released
migration is never edited; a change is a new function at the end.
"""

from sqlite_utils import Database, Migrations

from alerts.archive import hashes
from alerts.canonical import page_of

MIGRATIONS = Migrations("alerts")


def from_the_future(db: Database) -> list[str]:
    """The migrations of that database which are not ours: a newer version has written it."""
    return [one.name for one in MIGRATIONS.applied(db) if one.name not in globals()]


def _run(db: Database, script: str) -> None:
    """Several statements inside the open transaction (executescript would commit it)."""
    for statement in script.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)


@MIGRATIONS()
def m001_articles(db: Database) -> None:
    """Where articles come from, and what was found. `found` and `edits` are JSON objects of article
    fields; what an editor wrote (`edits`) lies over what the source says (`found`)."""
    _run(
        db,
        """
        CREATE TABLE profiles (
            slug TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            link TEXT NOT NULL DEFAULT '',
            logo TEXT NOT NULL DEFAULT '',
            descriptions TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(descriptions))
        ) STRICT;
        CREATE TABLE sources (
            id INTEGER PRIMARY KEY,
            location TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('feed', 'page', 'calendar', 'folder')),
            section TEXT NOT NULL DEFAULT '',
            language TEXT NOT NULL DEFAULT '',
            profile TEXT NOT NULL DEFAULT '',
            etag TEXT NOT NULL DEFAULT '',
            last_modified TEXT NOT NULL DEFAULT '',
            collected_at TEXT NOT NULL DEFAULT '',
            fault TEXT NOT NULL DEFAULT '',
            added_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE articles (
            id TEXT PRIMARY KEY,
            url TEXT NOT NULL UNIQUE,
            month TEXT NOT NULL,
            source_id INTEGER REFERENCES sources (id) ON DELETE SET NULL,
            found TEXT NOT NULL CHECK (json_valid(found)),
            edits TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(edits)),
            first_seen TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT;
        CREATE INDEX articles_by_month ON articles (month)
        """,
    )


@MIGRATIONS()
def m002_subscribers(db: Database) -> None:
    """People, and addresses that must not be mailed. `email_key` is what two spellings of one
    mailbox share; it is NULL once the person is erased. A suppression keeps the key in clear, or
    only a keyed hash after erasure."""
    _run(
        db,
        """
        CREATE TABLE subscribers (
            id INTEGER PRIMARY KEY,
            email TEXT NOT NULL,
            email_key TEXT UNIQUE,
            name TEXT NOT NULL DEFAULT '',
            language TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'unsubscribed', 'erased')),
            tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
            consent TEXT NOT NULL DEFAULT '',
            consent_source TEXT NOT NULL DEFAULT '',
            consent_at TEXT NOT NULL DEFAULT '',
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            CHECK ((status = 'erased') = (email_key IS NULL))
        ) STRICT;
        CREATE TABLE suppressions (
            id INTEGER PRIMARY KEY,
            email_key TEXT UNIQUE,
            address_hash BLOB UNIQUE,
            reason TEXT NOT NULL CHECK (reason IN
                ('hard_bounce', 'complaint', 'unsubscribed', 'erased', 'manual')),
            note TEXT NOT NULL DEFAULT '',
            since TEXT NOT NULL,
            CHECK ((email_key IS NULL) <> (address_hash IS NULL))
        ) STRICT;
        CREATE TABLE secrets (
            id INTEGER PRIMARY KEY,
            secret BLOB NOT NULL CHECK (length(secret) = 32),
            created_at TEXT NOT NULL
        ) STRICT
        """,
    )


@MIGRATIONS()
def m003_outbox(db: Database) -> None:
    """Issues, editions and the outbox. One issue a month; one edition a language; one delivery a
    subscriber and issue. What is frozen at queueing: `content` (the issue as JSON), `frame` (the
    settings that messages need, as JSON) and `template` (an edition's bytes with their slots).

    A delivery is `sending` exactly while a lease holds it. Rows of one lease are worked in order of
    id by one connection, and each is settled before the body of the next one is sent: so if the
    holder dies, only the first row still held can have reached the relay."""
    _run(
        db,
        """
        CREATE TABLE issues (
            id INTEGER PRIMARY KEY,
            month TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL DEFAULT 'draft'
                CHECK (state IN ('draft', 'approved', 'queued', 'sent')),
            content TEXT CHECK (json_valid(content)),
            frame TEXT CHECK (json_valid(frame)),
            secret_id INTEGER REFERENCES secrets (id),
            created_at TEXT NOT NULL,
            queued_at TEXT,
            sent_at TEXT,
            CHECK (state IN ('draft', 'approved')
                   OR (content IS NOT NULL AND frame IS NOT NULL
                       AND secret_id IS NOT NULL AND queued_at IS NOT NULL))
        ) STRICT;
        CREATE TABLE editions (
            id INTEGER PRIMARY KEY,
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            language TEXT NOT NULL,
            subject TEXT NOT NULL,
            preheader TEXT NOT NULL,
            html TEXT NOT NULL,
            text TEXT NOT NULL,
            articles INTEGER NOT NULL,
            template BLOB NOT NULL,
            sha256 TEXT NOT NULL,
            UNIQUE (issue_id, language)
        ) STRICT;
        CREATE TABLE leases (
            id INTEGER PRIMARY KEY,
            holder TEXT NOT NULL,
            host TEXT NOT NULL,
            expires_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY,
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            edition_id INTEGER NOT NULL REFERENCES editions (id),
            subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
            state TEXT NOT NULL DEFAULT 'queued' CHECK (
                state = 'queued' OR state = 'sending' OR state = 'sent' OR state = 'deferred'
                OR state = 'failed' OR state = 'in_doubt' OR state = 'skipped'),
            due_at TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            lease_id INTEGER REFERENCES leases (id),
            reason TEXT NOT NULL DEFAULT '',
            reply TEXT NOT NULL DEFAULT '',
            changed_at TEXT NOT NULL,
            UNIQUE (subscriber_id, issue_id),
            CHECK ((state = 'sending') = (lease_id IS NOT NULL))
        ) STRICT;
        CREATE INDEX deliveries_open ON deliveries (id)
            WHERE state IN ('queued', 'deferred', 'in_doubt');
        CREATE INDEX deliveries_held ON deliveries (id) WHERE lease_id IS NOT NULL;
        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            kind TEXT NOT NULL,
            subscriber_id INTEGER REFERENCES subscribers (id),
            issue_id INTEGER REFERENCES issues (id),
            delivery_id INTEGER REFERENCES deliveries (id),
            detail TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(detail))
        ) STRICT;
        CREATE INDEX events_by_subscriber ON events (subscriber_id) WHERE subscriber_id IS NOT NULL;
        CREATE INDEX events_by_issue ON events (issue_id) WHERE issue_id IS NOT NULL
        """,
    )


@MIGRATIONS()
def m004_home(db: Database) -> None:
    """Where this database lives (docs/adr/0010). `project` is shared by all copies of it; `generation`
    rises with every send; `place` is NULL while nobody has said which copy lives on. Issues up to the
    month `unsure_through` that are not queued here may have been sent by another copy."""
    _run(
        db,
        """
        CREATE TABLE home (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            project TEXT NOT NULL,
            generation INTEGER NOT NULL DEFAULT 1,
            place TEXT CHECK (place IS NULL OR json_valid(place)),
            since TEXT NOT NULL,
            unsure_through TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX events_by_delivery ON events (delivery_id) WHERE delivery_id IS NOT NULL
        """,
    )


@MIGRATIONS()
def m005_collecting(db: Database) -> None:
    """More kinds of source; what a source was when it was last read; which pages an article is at;
    which articles are about the same thing. In `doubles`, `same_as` is the article that stands for
    this one too, and NULL where an editor wants it to stand alone.

    A column cannot lose its CHECK, so `kind` is a new one: to drop and refill the table would take
    the sources of all articles away (ON DELETE SET NULL)."""
    _run(
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
    """What editors do to an issue. `basis` is what the source said of each field when the editor last
    wrote over it, so that a new version of the source can be told from the old one. A letter, an
    approval and a preview belong to an issue; an approval signs the hash of its exact content and
    stands until `voided_at`."""
    _run(
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
    """The subscribers' side. A `confirmation` is a wish that waits for proof of its address: to join
    (`subscriber_id` 0), or to move a subscription there. There is one open wish an address and
    subscriber; its address is emptied once it is done or over. No foreign key leads to the people, so
    that writing a wish down has nothing to do with them.

    A `notice` is a mail to one person about their own subscription. Its bytes are frozen when it is
    first claimed, and they and the address are emptied once it is settled for good. `mailbox` is a
    keyed hash by which mails to one mailbox are counted; `counts` whether it counts against the most
    that an unanswered mailbox ever gets."""
    _run(
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
    """Readers choose sections; an edition is of those that somebody wants ('[]': of all).

    A constraint of a table can only change with the table (SQLite, “Making Other Kinds Of Table Schema
    Changes”), and foreign keys rest meanwhile, which they only do outside a transaction. Can be run
    again after a crash: all but the record of it is one transaction."""
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
    _run(
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
def m012_open_deliveries(db: Database) -> None:
    """The index of what is open, told apart by OR: an IN list costs a table of its own per row, a
    third of the time of queueing."""
    _run(
        db,
        """
        DROP INDEX deliveries_open;
        CREATE INDEX deliveries_open ON deliveries (id)
            WHERE state = 'queued' OR state = 'deferred' OR state = 'in_doubt'
        """,
    )


@MIGRATIONS()
def m008_archive(db: Database) -> None:
    """The archive. `archived` holds the articles of each edition as it tells them, those for which an
    e-mail has no room included; `archived_words` finds them. `hashes` are the SHA-256 of an edition's
    parts, taken when it was frozen. Nothing here is about a person."""
    _run(
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
def m009_counts(db: Database) -> None:
    """How often an edition was opened (`archived_id` 0) or an article of it followed, by day: numbers
    of nobody in particular, kept only where the settings ask for them."""
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
def m013_former_addresses(db: Database) -> None:
    """Addresses that a person had before, as keyed hashes: an erasure keeps these out, too."""
    _run(
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
def m014_notice_envelopes(db: Database) -> None:
    """The envelope's sender of a notice is frozen with its bytes, so that neither a new key nor a new
    setting changes it between two attempts; it is emptied with them."""
    db.conn.execute("ALTER TABLE notices ADD COLUMN sender TEXT NOT NULL DEFAULT ''")


@MIGRATIONS()
def m015_event_files(db: Database) -> None:
    """The file of an event, for the reader's calendar, in the words of each edition; empty for other
    articles, and for events of issues that were frozen before there were such files."""
    db.conn.execute("ALTER TABLE archived ADD COLUMN ics BLOB NOT NULL DEFAULT x''")
