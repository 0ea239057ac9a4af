"""Migration 39: issues of an earlier system, for the archive alone."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m039_imported_issues(db: Database) -> None:
    """An imported issue is no row of `issues`, which is what deliveries belong to: so it is owed to nobody
    and cannot be mailed (docs/adr/0034). `key` is its day, and a number where the day has more than one:
    `2019-05-14`, `2019-05-14-2`. `source` is the SHA-256 of the file, by which it is known again, also when
    its words were erased; `withdrawn_at` is set while it is withdrawn."""
    run(
        db,
        """
        CREATE TABLE imported_issues (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL CHECK (key GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'),
            language TEXT NOT NULL,
            subject TEXT NOT NULL,
            html TEXT NOT NULL,
            text TEXT NOT NULL,
            file TEXT NOT NULL,
            source TEXT NOT NULL UNIQUE,
            hashes TEXT NOT NULL CHECK (json_valid(hashes)),
            imported_at TEXT NOT NULL,
            withdrawn_at TEXT NOT NULL DEFAULT '',
            withdrawn_by TEXT NOT NULL DEFAULT '',
            why TEXT NOT NULL DEFAULT '',
            erased INTEGER NOT NULL DEFAULT 0 CHECK (erased IN (0, 1)),
            UNIQUE (key, language)
        ) STRICT;
        CREATE VIRTUAL TABLE imported_words USING fts5 (
            subject, text, content = 'imported_issues', content_rowid = 'id',
            tokenize = 'unicode61 remove_diacritics 2'
        )
        """,
    )
