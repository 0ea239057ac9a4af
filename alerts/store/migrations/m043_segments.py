"""Migration 43: issues for a segment of the readers."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m043_segments(db: Database) -> None:
    """`segment` is the question about readers whom the issue is for, as in `--where`; empty: everybody.
    `people` is how many it was queued for, NULL before (docs/adr/0037)."""
    run(
        db,
        """
        ALTER TABLE issues ADD COLUMN segment TEXT NOT NULL DEFAULT '';
        ALTER TABLE issues ADD COLUMN people INTEGER;
        UPDATE issues SET people = (SELECT count(*) FROM deliveries WHERE issue_id = issues.id)
            WHERE state IN ('queued', 'sent')
        """,
    )
