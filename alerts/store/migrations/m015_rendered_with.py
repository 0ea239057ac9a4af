"""Migration 15: the versions of the programs that rendered an issue."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS


@MIGRATIONS()
def m015_rendered_with(db: Database) -> None:
    """The versions that an issue's editions were rendered with, by name: empty before it is frozen, and
    for issues that were frozen before these were stored."""
    # Before SQLite 3.45, json_valid(NULL) is false.
    db.conn.execute(
        """ALTER TABLE issues ADD COLUMN rendered_with TEXT
               CHECK (rendered_with IS NULL OR json_valid(rendered_with))"""
    )
