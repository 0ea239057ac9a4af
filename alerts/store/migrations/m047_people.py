"""Migration 47: the people who work on the alert, their sign-in links and sessions."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run

_NOTICES = ", 'welcome')"


@MIGRATIONS()
def m047_people(db: Database) -> None:
    """A removed person keeps their row, for what they approved; their address may be added again.

    `sign_in_links.person_id` is NULL until a request of a visitor is decided. `browser` is the hash of the
    cookie of the browser that asked, NULL for a link that opens in any. `sessions.hash` is that of the
    cookie: whoever reads the database signs in nowhere. `approvals.person_id`: proved by a sign-in. The
    kind of notice `sign_in` (docs/adr/0040).
    """
    columns = ", ".join(row[1] for row in db.conn.execute("PRAGMA table_info(notices)"))
    (made,) = db.conn.execute("SELECT sql FROM sqlite_master WHERE name = 'notices'").fetchone()
    indexes = [
        sql
        for (sql,) in db.conn.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'notices' AND type = 'index' AND sql <> ''"
        )
    ]
    anew = made.replace("notices", "notices_anew", 1).replace(_NOTICES, ", 'welcome', 'sign_in')")
    run(
        db,
        f"""
        CREATE TABLE people (
            id INTEGER PRIMARY KEY,
            email TEXT NOT NULL,
            address TEXT NOT NULL,
            name TEXT NOT NULL DEFAULT '',
            added_at TEXT NOT NULL,
            removed_at TEXT
        ) STRICT;
        CREATE UNIQUE INDEX people_address ON people (address) WHERE removed_at IS NULL;
        CREATE TABLE roles (
            person_id INTEGER NOT NULL REFERENCES people (id),
            role TEXT NOT NULL CHECK (role IN ('editor', 'translator', 'approver', 'admin')),
            language TEXT NOT NULL DEFAULT '',
            CHECK ((role = 'translator') = (language <> '')),
            PRIMARY KEY (person_id, role, language)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sign_in_links (
            id INTEGER PRIMARY KEY,
            email TEXT NOT NULL,
            language TEXT NOT NULL DEFAULT '',
            person_id INTEGER REFERENCES people (id),
            browser BLOB,
            asked_at TEXT NOT NULL,
            until TEXT NOT NULL,
            decided_at TEXT,
            used_at TEXT
        ) STRICT;
        CREATE INDEX sign_in_links_open ON sign_in_links (id) WHERE decided_at IS NULL;
        CREATE TABLE sessions (
            hash BLOB PRIMARY KEY,
            person_id INTEGER NOT NULL REFERENCES people (id),
            began_at TEXT NOT NULL,
            until TEXT NOT NULL,
            proved_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessions_person ON sessions (person_id);
        ALTER TABLE approvals ADD COLUMN person_id INTEGER REFERENCES people (id);
        {anew};
        INSERT INTO notices_anew ({columns}) SELECT {columns} FROM notices;
        DROP TABLE notices;
        ALTER TABLE notices_anew RENAME TO notices;
        ALTER TABLE notices ADD COLUMN sign_in_id INTEGER REFERENCES sign_in_links (id)
        """,  # noqa: S608 - names of columns, from SQLite itself
    )
    for index in indexes:
        db.conn.execute(index)
