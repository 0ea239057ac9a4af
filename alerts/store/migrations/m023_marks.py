"""Migration 23: marks, which make the numbers in links different in every copy of the database."""

from sqlite_utils import Database

from alerts.store.link_numbers import register_mark
from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m023_marks(db: Database) -> None:
    """What makes the numbers in links and return paths unlike those of any other copy of the database
    (docs/adr/0020). People of before get a mark that follows from their address, as all do, so it is the
    same in every copy; and the links that they were mailed, with the bare number, stay good."""
    run(
        db,
        """
        ALTER TABLE subscribers ADD COLUMN mark INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE subscribers ADD COLUMN old_links INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE issues ADD COLUMN mark INTEGER NOT NULL DEFAULT 0
        """,
    )
    secret = db.conn.execute("SELECT secret FROM secrets ORDER BY id LIMIT 1").fetchone()
    if secret is not None:
        register_mark(db, secret[0])
        db.conn.execute(
            "UPDATE subscribers SET old_links = 1, mark = new_mark(coalesce(email_key, ''))"
        )
