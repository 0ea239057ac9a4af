"""Migration 37: corrections of issues that were sent."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m037_corrections(db: Database) -> None:
    """A correction is an issue of its own, with the key `2026-10/1` in `month`: so it is frozen, owed, sent
    and booked as any other. `corrects` is the issue that it is about, `of_month` the month of both."""
    run(
        db,
        """
        ALTER TABLE issues ADD COLUMN corrects INTEGER REFERENCES issues (id);
        ALTER TABLE issues ADD COLUMN of_month TEXT GENERATED ALWAYS AS (substr(month, 1, 7)) VIRTUAL
        """,
    )
