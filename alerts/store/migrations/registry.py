"""The list of migrations, and how one is written (sqlite-utils `Migrations`).

Each function is applied once, in its own transaction together with the record of it. A released
migration is never edited; a change is a new file with the next number, imported in `__init__.py`.
"""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("alerts")


def run(db: Database, script: str) -> None:
    """Several statements inside the open transaction (executescript would commit it)."""
    for statement in script.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
