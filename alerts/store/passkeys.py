"""Passkeys of people, and the challenges that wait for an answer; a challenge is answered once.

Of a passkey there is the public key alone; of the browser that was asked, the hash of its cookie.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.store import stamp

MOST_CHALLENGES = 10_000  # that wait at once


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a person; `used_at` is empty before its first use. Moments are UTC, ISO 8601."""

    id: int
    person_id: int
    credential: bytes
    public_key: bytes
    uses: int  # as its authenticator counts
    name: str
    added_at: str
    used_at: str


_SELECT = (
    "SELECT id, person_id, credential, public_key, uses, name, added_at, used_at FROM passkeys"
)


def add(
    db: Database,
    person_id: int,
    credential: bytes,
    public_key: bytes,
    uses: int,
    name: str,
    now: datetime,
) -> bool:
    """Add a passkey; False where it is there already."""
    added = db.conn.execute(
        """INSERT INTO passkeys (person_id, credential, public_key, uses, name, added_at)
           VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (credential) DO NOTHING""",
        (person_id, credential, public_key, uses, name, stamp(now)),
    )
    return added.rowcount == 1


def of_person(db: Database, person_id: int) -> Sequence[Passkey]:
    """Those of a person, the oldest first."""
    rows = db.conn.execute(f"{_SELECT} WHERE person_id = ? ORDER BY id", (person_id,))
    return [Passkey(*row) for row in rows]


def find(db: Database, credential: bytes) -> Passkey | None:
    """That with this credential id."""
    row = db.conn.execute(f"{_SELECT} WHERE credential = ?", (credential,)).fetchone()
    return Passkey(*row) if row else None


def used(db: Database, passkey_id: int, uses: int, now: datetime) -> None:
    """Note a use, and what its authenticator counts."""
    db.conn.execute(
        "UPDATE passkeys SET uses = ?, used_at = ? WHERE id = ?", (uses, stamp(now), passkey_id)
    )


def remove(db: Database, person_id: int, passkey_id: int) -> bool:
    """Remove one of a person; False where there is none."""
    gone = db.conn.execute(
        "DELETE FROM passkeys WHERE id = ? AND person_id = ?", (passkey_id, person_id)
    )
    return gone.rowcount == 1


def challenge(
    db: Database,
    value: bytes,
    browser: bytes,
    person_id: int | None,
    now: datetime,
    until: datetime,
) -> None:
    """Keep a challenge for that browser; with `person_id`, for a passkey that they add. Those that have
    expired, and the oldest of too many, are forgotten."""
    db.conn.execute("DELETE FROM passkey_challenges WHERE until <= ?", (stamp(now),))
    db.conn.execute(
        "INSERT INTO passkey_challenges (challenge, browser, person_id, until) VALUES (?, ?, ?, ?)",
        (value, browser, person_id, stamp(until)),
    )
    db.conn.execute(
        """DELETE FROM passkey_challenges WHERE challenge IN
               (SELECT challenge FROM passkey_challenges ORDER BY until DESC LIMIT -1 OFFSET ?)""",
        (MOST_CHALLENGES,),
    )


def take(db: Database, value: bytes, browser: bytes, person_id: int | None, now: datetime) -> bool:
    """Use a challenge up; False where that browser was not asked it, or too long ago, or for another."""
    gone = db.conn.execute(
        """DELETE FROM passkey_challenges
            WHERE challenge = ? AND browser = ? AND person_id IS ? AND until > ?""",
        (value, browser, person_id, stamp(now)),
    )
    return gone.rowcount == 1
