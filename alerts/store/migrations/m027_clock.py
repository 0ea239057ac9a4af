"""What the database knows of the time, apart from the clock of the machine."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m027_clock(db: Database) -> None:
    """`clock.latest`: the latest moment at which a command has committed (docs/adr/0024). `told_at` is what
    the Date of a source's last answer said, `told_when` what our clock said at that moment; both empty
    where there was none. `said` is what `run` and `send` said last of how things stand, by topic."""
    run(
        db,
        """
        CREATE TABLE clock (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            latest TEXT NOT NULL DEFAULT ''
        ) STRICT;
        INSERT INTO clock (id) VALUES (1);
        ALTER TABLE sources ADD COLUMN told_at TEXT NOT NULL DEFAULT '';
        ALTER TABLE sources ADD COLUMN told_when TEXT NOT NULL DEFAULT '';
        CREATE TABLE said (
            topic TEXT PRIMARY KEY,
            key TEXT NOT NULL,
            words TEXT NOT NULL,
            code INTEGER NOT NULL,
            said_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
    )
