"""The list of migrations, and how one is written (sqlite-utils `Migrations`).

Each function is applied once, in its own transaction together with the record of it. A released
migration is never edited; a change is a new file with the next number, imported in `__init__.py`.
"""

from typing import Any

from sqlite_utils import Database, Migrations


class _InOrder(Migrations):
    """In the order of their numbers, in whatever order their files were imported."""

    def pending(self, db: Database) -> list[Any]:
        return sorted(super().pending(db), key=lambda one: one.name)


MIGRATIONS = _InOrder("alerts")


def run(db: Database, script: str) -> None:
    """Several statements inside the open transaction (executescript would commit it)."""
    for statement in script.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
