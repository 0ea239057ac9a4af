"""Stories and issues that were withdrawn from the archive."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m038_withdrawals(db: Database) -> None:
    """`article_id` '' is the whole issue. `shown_editions`: what the archive shows of an edition in place of
    what was frozen. `erased_editions`: the hashes of editions of which frozen words were erased.
    `withdrawn_pictures` are served no more (docs/adr/0033-withdrawals.md)."""
    run(
        db,
        """
        CREATE TABLE withdrawals (
            id INTEGER PRIMARY KEY,
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            article_id TEXT NOT NULL,
            why TEXT NOT NULL,
            withdrawn_by TEXT NOT NULL,
            withdrawn_at TEXT NOT NULL,
            erased INTEGER NOT NULL DEFAULT 0 CHECK (erased IN (0, 1)),
            UNIQUE (issue_id, article_id)
        ) STRICT;
        CREATE TABLE shown_editions (
            edition_id INTEGER PRIMARY KEY REFERENCES editions (id),
            subject TEXT NOT NULL,
            preheader TEXT NOT NULL,
            html TEXT NOT NULL,
            text TEXT NOT NULL
        ) STRICT;
        CREATE TABLE erased_editions (
            edition_id INTEGER PRIMARY KEY REFERENCES editions (id),
            hashes TEXT NOT NULL CHECK (json_valid(hashes))
        ) STRICT;
        CREATE TABLE withdrawn_pictures (
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            sha256 TEXT NOT NULL,
            PRIMARY KEY (issue_id, sha256)
        ) STRICT, WITHOUT ROWID
        """,
    )
