"""Migration 44: special alerts, and readers who want none."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m044_specials(db: Database) -> None:
    """The key in `issues.month` is a month, or that of a special alert: `2026-10-call-to-action`; of a
    correction it is followed by `/1`. So `of_month` is what stands before that, and `kind` follows from the
    key. `no_specials_since`: when a reader said that they want no special alerts, empty for those who do
    (docs/adr/0037)."""
    run(
        db,
        """
        ALTER TABLE issues DROP COLUMN of_month;
        ALTER TABLE issues ADD COLUMN of_month TEXT GENERATED ALWAYS AS (
            CASE WHEN corrects IS NULL THEN month ELSE substr(month, 1, instr(month, '/') - 1) END) VIRTUAL;
        ALTER TABLE issues ADD COLUMN kind TEXT GENERATED ALWAYS AS (
            CASE WHEN corrects IS NOT NULL THEN 'correction'
                 WHEN length(month) > 7 THEN 'special' ELSE 'month' END) VIRTUAL;
        ALTER TABLE subscribers ADD COLUMN no_specials_since TEXT NOT NULL DEFAULT ''
        """,
    )
