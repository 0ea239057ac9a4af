"""Articles, subscribers, the outbox, and which copy of the database sends."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m001_articles(db: Database) -> None:
    """Sources, and their articles. `found` and `edits` are JSON objects of article fields; an editor's
    changes (`edits`) overrule the source's version (`found`)."""
    run(
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
    """People, and addresses that must not be mailed. `email_key` is the same for all spellings of one
    mailbox; it is NULL once the person is erased. A suppression stores the key in clear, or only a
    keyed hash after an erasure."""
    run(
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

    A delivery is `sending` exactly while a lease holds it. Rows of one lease are sent in order of id by
    one connection, and each is settled before the body of the next one is sent: so if the holder dies,
    only the first row still held can have reached the relay.
    """
    run(
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
    """The identity and location of this copy of the database (docs/adr/0010). `project` is shared by
    all copies; `generation` rises with every send; `place` is NULL until an admin has adopted a
    copy. Issues up to the month `unsure_through` that are not queued here may have been sent by
    another copy."""
    run(
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
