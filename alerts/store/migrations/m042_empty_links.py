"""The pages behind links that gave no article."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m042_empty_links(db: Database) -> None:
    """`page`: a page that a listing or sitemap leads to, and that is no article; `asked_at`: when it was
    asked for last, which is done once a day."""
    run(
        db,
        """
        CREATE TABLE empty_links (
            page TEXT PRIMARY KEY CHECK (page <> ''),
            asked_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
    )
