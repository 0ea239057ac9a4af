"""Migration 45: issues that are dropped on purpose."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m045_dropped_issues(db: Database) -> None:
    """A month whose issue shall not be sent (docs/adr/0038): `dropped_at` is empty for all others. What is
    dropped can't be queued, and what is queued or sent can't be dropped."""
    run(
        db,
        """
        ALTER TABLE issues ADD COLUMN dropped_at TEXT NOT NULL DEFAULT ''
            CHECK (dropped_at = '' OR state IN ('draft', 'approved'));
        ALTER TABLE issues ADD COLUMN dropped_by TEXT NOT NULL DEFAULT '';
        ALTER TABLE issues ADD COLUMN dropped_why TEXT NOT NULL DEFAULT ''
        """,
    )
