"""Sources that have moved."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m034_moved_sources(db: Database) -> None:
    """`moved_to`: where a source has moved for good, as was told last; `gone`: its server answered 410.
    `former_locations`: where sources were before they were moved; such a location is known, too
    (docs/adr/0030-moved-sources.md)."""
    run(
        db,
        """
        ALTER TABLE sources ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';
        ALTER TABLE sources ADD COLUMN gone INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1));
        CREATE TABLE former_locations (
            location TEXT PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
            since TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX former_locations_of_source ON former_locations (source_id);
        """,
    )
