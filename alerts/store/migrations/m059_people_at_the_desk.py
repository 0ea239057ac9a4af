"""Migration 59: what a person has chosen for the desk."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m059_people_at_the_desk(db: Database) -> None:
    """The language in which a person reads the desk; empty: what their browser asks for."""
    run(db, "ALTER TABLE people ADD COLUMN language TEXT NOT NULL DEFAULT ''")
