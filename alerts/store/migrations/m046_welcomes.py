"""Migration 46: welcomes, which are notices of a kind of their own."""

from sqlite_utils import Database

from alerts.store.migrations.m019_notices_of_their_own import ALL_KINDS
from alerts.store.migrations.registry import MIGRATIONS, run

WITH_WELCOMES = ALL_KINDS.replace(")", ", 'welcome')")


@MIGRATIONS()
def m046_welcomes(db: Database) -> None:
    """The kind `welcome`: at most one for a confirmed request. `home.no_welcome_before`: who asked to join
    before then gets none, as another copy of the database may have sent it (docs/adr/0039). No table
    refers to `notices`, so it is made again."""
    columns = ", ".join(row[1] for row in db.conn.execute("PRAGMA table_info(notices)"))
    (made,) = db.conn.execute("SELECT sql FROM sqlite_master WHERE name = 'notices'").fetchone()
    indexes = [
        sql
        for (sql,) in db.conn.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'notices' AND type = 'index' AND sql <> ''"
        )
    ]
    anew = made.replace("notices", "notices_anew", 1).replace(ALL_KINDS, WITH_WELCOMES)
    run(
        db,
        f"""
        {anew};
        INSERT INTO notices_anew ({columns}) SELECT {columns} FROM notices;
        DROP TABLE notices;
        ALTER TABLE notices_anew RENAME TO notices;
        ALTER TABLE home ADD COLUMN no_welcome_before TEXT NOT NULL DEFAULT ''
        """,  # noqa: S608 - names of columns, from SQLite itself
    )
    for index in indexes:
        db.conn.execute(index)
    run(
        db,
        """
        CREATE UNIQUE INDEX notices_welcome_once ON notices (confirmation_id) WHERE kind = 'welcome';
        CREATE INDEX notices_welcomes ON notices (subscriber_id) WHERE kind = 'welcome'
        """,
    )
