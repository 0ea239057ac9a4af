"""Migration 19: more kinds of notices."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run

KINDS = "('confirm', 'move', 'already')"
ALL_KINDS = "('confirm', 'move', 'already', 'data', 'erase', 'left')"


@MIGRATIONS()
def m019_notices_of_their_own(db: Database) -> None:
    """Notices that prove a mailbox again (`data`, `erase`), whose link is valid once: `used_at`; and
    `left`, which says that a person is unsubscribed. No table refers to this one, so it is made
    again."""
    columns = ", ".join(row[1] for row in db.conn.execute("PRAGMA table_info(notices)"))
    (made,) = db.conn.execute("SELECT sql FROM sqlite_master WHERE name = 'notices'").fetchone()
    indexes = [
        sql
        for (sql,) in db.conn.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'notices' AND type = 'index' AND sql <> ''"
        )
    ]
    anew = made.replace("notices", "notices_anew", 1).replace(KINDS, ALL_KINDS)
    run(
        db,
        f"""
        {anew};
        INSERT INTO notices_anew ({columns}) SELECT {columns} FROM notices;
        DROP TABLE notices;
        ALTER TABLE notices_anew RENAME TO notices;
        ALTER TABLE notices ADD COLUMN used_at TEXT NOT NULL DEFAULT ''
        """,  # noqa: S608 - names of columns, from SQLite itself
    )
    for index in indexes:
        db.conn.execute(index)
