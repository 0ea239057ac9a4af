"""Migration 24: the content of the departures ledger in the database."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m024_departures(db: Database) -> None:
    """The content of the departures ledger in the database (docs/adr/0019). `ledger`: its name, where
    it is not that of this database's key; all slots before `position` are absorbed, and `line` is
    the last of them; `behind`: the database was found older than the ledger, and has not been
    adopted yet. `ledger_ahead` are absorbed slots after that; `ledger_owed` facts to append;
    `ledger_folders` the folders of further copies. `departed` is the state of each hash: when it
    last left and last joined, in microseconds of the Unix clock, why it must not be mailed, and who
    owns it."""
    run(
        db,
        """
        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            name TEXT NOT NULL DEFAULT '',
            position INTEGER NOT NULL DEFAULT 0,
            line TEXT NOT NULL DEFAULT '',
            behind INTEGER NOT NULL DEFAULT 0 CHECK (behind IN (0, 1))
        ) STRICT;
        INSERT INTO ledger (id) VALUES (1);
        CREATE TABLE ledger_ahead (slot INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE ledger_owed (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            address TEXT NOT NULL,
            person TEXT NOT NULL
        ) STRICT;
        CREATE TABLE ledger_folders (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE TABLE departed (
            hash TEXT PRIMARY KEY,
            left_at INTEGER NOT NULL DEFAULT 0,
            joined_at INTEGER NOT NULL DEFAULT 0,
            blocked TEXT NOT NULL DEFAULT '',
            blocked_at INTEGER NOT NULL DEFAULT 0,
            person TEXT NOT NULL DEFAULT '',
            linked_at INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID
        """,
    )
