"""Migration 48: jobs."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m048_jobs(db: Database) -> None:
    """Long work that was asked for. Of one kind and subject, one at most is open: that is what keeps the
    same work from being done twice at once."""
    run(
        db,
        """
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            arguments TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
            done INTEGER NOT NULL DEFAULT 0,
            total INTEGER NOT NULL DEFAULT 0,
            words TEXT NOT NULL DEFAULT '',
            started_by TEXT NOT NULL,
            asked_at TEXT NOT NULL,
            began_at TEXT NOT NULL DEFAULT '',
            ended_at TEXT NOT NULL DEFAULT '',
            result TEXT,
            fault TEXT NOT NULL DEFAULT ''
        );
        CREATE UNIQUE INDEX jobs_open ON jobs (kind, subject) WHERE state IN ('waiting', 'running')
        """,
    )
