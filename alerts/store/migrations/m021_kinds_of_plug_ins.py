"""Migration 21: a source may be of a kind that a plug-in reads."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m021_kinds_of_plug_ins(db: Database) -> None:
    """Any name is allowed as the kind of a source; `sources/kinds.py` decides which are known.

    A column cannot lose its CHECK, so `kind` is a new one.
    """
    run(
        db,
        """
        ALTER TABLE sources ADD COLUMN any_kind TEXT NOT NULL DEFAULT 'feed' CHECK (any_kind <> '');
        UPDATE sources SET any_kind = kind;
        ALTER TABLE sources DROP COLUMN kind;
        ALTER TABLE sources RENAME COLUMN any_kind TO kind
        """,
    )
