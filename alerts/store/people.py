"""The people who work on the alert, and their roles.

A removed person keeps their row, since approvals refer to it; an address has at most one that is not
removed.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.person import Person, Role, RoleHeld
from alerts.store import stamp

_SELECT = """SELECT p.id, p.email, p.name, p.added_at, p.language,
                    coalesce(group_concat(r.role || ':' || r.language), '')
               FROM people AS p LEFT JOIN roles AS r ON r.person_id = p.id
              WHERE p.removed_at IS NULL"""


def everybody(db: Database) -> tuple[Person, ...]:
    """All who were not removed, ordered by address."""
    rows = db.conn.execute(f"{_SELECT} GROUP BY p.id ORDER BY p.address")
    return tuple(_person(row) for row in rows.fetchall())


def any_there(db: Database) -> bool:
    """Whether there is anybody: else there is no desk."""
    row = db.conn.execute("SELECT 1 FROM people WHERE removed_at IS NULL LIMIT 1").fetchone()
    return row is not None


def find(db: Database, address: Address) -> Person | None:
    """The person with that address."""
    row = db.conn.execute(f"{_SELECT} AND p.address = ? GROUP BY p.id", (address.key,)).fetchone()
    return _person(row) if row else None


def get(db: Database, person_id: int) -> Person | None:
    """The person of that row, unless removed."""
    row = db.conn.execute(f"{_SELECT} AND p.id = ? GROUP BY p.id", (person_id,)).fetchone()
    return _person(row) if row else None


def add(db: Database, address: Address, name: str, now: datetime) -> int:
    """Add a person without roles; returns their id."""
    cursor = db.conn.execute(
        "INSERT INTO people (email, address, name, added_at) VALUES (?, ?, ?, ?)",
        (str(address), address.key, name, stamp(now)),
    )
    return int(cursor.lastrowid or 0)


def rename(db: Database, person_id: int, name: str) -> None:
    """Write a person's name."""
    db.conn.execute("UPDATE people SET name = ? WHERE id = ?", (name, person_id))


def speak(db: Database, person_id: int, language: str) -> None:
    """Remember the language in which a person reads the desk."""
    db.conn.execute("UPDATE people SET language = ? WHERE id = ?", (language, person_id))


def set_roles(db: Database, person_id: int, roles: Iterable[RoleHeld]) -> None:
    """Give a person exactly these roles."""
    db.conn.execute("DELETE FROM roles WHERE person_id = ?", (person_id,))
    for held in roles:
        db.conn.execute(
            "INSERT INTO roles (person_id, role, language) VALUES (?, ?, ?)",
            (person_id, held.role.value, held.language),
        )


def remove(db: Database, person_id: int, now: datetime) -> None:
    """Remove a person: no roles, no passkeys, no sessions, no links that work."""
    db.conn.execute("DELETE FROM roles WHERE person_id = ?", (person_id,))
    db.conn.execute("DELETE FROM passkeys WHERE person_id = ?", (person_id,))
    db.conn.execute("DELETE FROM sessions WHERE person_id = ?", (person_id,))
    db.conn.execute(
        "UPDATE sign_in_links SET used_at = ? WHERE person_id = ? AND used_at IS NULL",
        (stamp(now), person_id),
    )
    db.conn.execute("UPDATE people SET removed_at = ? WHERE id = ?", (stamp(now), person_id))


def erase(db: Database, address: Address) -> tuple[int, ...]:
    """Forget the name and address of all removed people who had that address; returns their ids."""
    rows = db.conn.execute(
        """UPDATE people SET name = '', email = '', address = ''
            WHERE address = ? AND removed_at IS NOT NULL RETURNING id""",
        (address.key,),
    ).fetchall()
    for (number,) in rows:
        db.conn.execute("UPDATE sign_in_links SET email = '' WHERE person_id = ?", (number,))
    return tuple(number for (number,) in rows)


def _person(row: tuple[int, str, str, str, str, str]) -> Person:
    number, email, name, added_at, language, roles = row
    held = (one.partition(":") for one in roles.split(",") if one)
    parsed = frozenset(RoleHeld(Role(role), spoken) for role, _, spoken in held)
    return Person(number, email, name, parsed, added_at, language)
