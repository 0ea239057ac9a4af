"""Migration 36: versions of an issue, so that one can be recalled and mended."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run

_UNIQUE = {
    "editions": "UNIQUE (issue_id, language, sections)",
    "archived": "UNIQUE (issue_id, language, article_id)",
}


@MIGRATIONS(transactional=False)
def m036_versions(db: Database) -> None:
    """An issue has versions, numbered from 1; each is frozen, approved, archived and counted by itself
    (docs/adr/0032). `issues.version` is the one that is edited, or that was frozen last; `recalled_at` is
    set from a recall until the next version is frozen; `shown` is the version that the archive shows, 0
    for none. `issue_versions` has what was frozen with each version. `deliveries.doubted`: a copy of this
    delivery may have arrived, so it never becomes one of another version. `leases.noticed`: how many
    recalls its holder has obeyed.

    A constraint of a table can only change with the table: as in migration 8, outside a transaction of the
    caller, and with nothing to do where it was done before a crash.
    """
    if any(row[1] == "version" for row in db.conn.execute("PRAGMA table_info(editions)")):
        return
    db.conn.execute("PRAGMA foreign_keys = OFF")
    db.conn.execute("BEGIN IMMEDIATE")
    for table, unique in _UNIQUE.items():
        _with_version(db, table, unique)
    run(
        db,
        """
        ALTER TABLE issues ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE issues ADD COLUMN recalled_at TEXT NOT NULL DEFAULT '';
        ALTER TABLE issues ADD COLUMN shown INTEGER NOT NULL DEFAULT 0;
        UPDATE issues SET shown = 1 WHERE state IN ('queued', 'sent');
        CREATE TABLE issue_versions (
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            version INTEGER NOT NULL,
            content TEXT NOT NULL CHECK (json_valid(content)),
            frame TEXT NOT NULL CHECK (json_valid(frame)),
            secret_id INTEGER NOT NULL REFERENCES secrets (id),
            queued_at TEXT NOT NULL,
            approved_by TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(approved_by)),
            recalled_at TEXT NOT NULL DEFAULT '',
            recalled_by TEXT NOT NULL DEFAULT '',
            why TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (issue_id, version)
        ) STRICT;
        INSERT INTO issue_versions (issue_id, version, content, frame, secret_id, queued_at, approved_by)
            SELECT id, 1, content, frame, secret_id, queued_at,
                   (SELECT json_group_array(approved_by) FROM approvals
                     WHERE issue_id = issues.id AND voided_at IS NULL)
              FROM issues WHERE state IN ('queued', 'sent');
        ALTER TABLE deliveries ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0 CHECK (doubted IN (0, 1));
        UPDATE deliveries SET doubted = 1
            WHERE state = 'in_doubt'
               OR (state <> 'sent' AND id IN (SELECT delivery_id FROM events
                                               WHERE kind = 'delivery.in_doubt'));
        ALTER TABLE leases ADD COLUMN noticed INTEGER NOT NULL DEFAULT 0
        """,
    )
    db.conn.execute("COMMIT")
    db.conn.execute("PRAGMA foreign_keys = ON")


def _with_version(db: Database, table: str, unique: str) -> None:
    """Make a table again with the version in it; every row keeps its id and its bytes."""
    columns = ", ".join(row[1] for row in db.conn.execute(f"PRAGMA table_info({table})"))
    (made,) = db.conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    anew = (
        made.replace(f'"{table}"', table)
        .replace(table, f"{table}_anew", 1)
        # before the long texts, so that it is read without them
        .replace("language TEXT NOT NULL,", "language TEXT NOT NULL, version INTEGER NOT NULL,", 1)
        .replace(unique, unique.replace("language", "version, language"))
    )
    run(
        db,
        f"""
        {anew};
        INSERT INTO {table}_anew ({columns}, version) SELECT {columns}, 1 FROM {table};
        DROP TABLE {table};
        ALTER TABLE {table}_anew RENAME TO {table}
        """,  # noqa: S608 - names of ours, and of columns from SQLite itself
    )
