"""What relays have reported: which events were seen, and how many of which kind."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.store import stamp, transaction


@dataclass(frozen=True, slots=True)
class RelayCount:
    """How many events of a kind a relay has reported, and when the last one."""

    relay: str
    kind: str
    number: int
    last_at: str


def seen(db: Database, relay: str, name: str) -> bool:
    """Whether that relay has reported an event with that id before."""
    row = db.conn.execute(
        "SELECT EXISTS (SELECT 1 FROM relay_events WHERE relay = ? AND digest = ?)",
        (relay, _digest(name)),
    ).fetchone()
    return bool(row[0])


def note(db: Database, relay: str, name: str, kind: str, now: datetime) -> None:
    """Remember an event by its id, and count it; an empty id is only counted."""
    with transaction(db):
        if name:
            db.conn.execute(
                "INSERT OR IGNORE INTO relay_events (relay, digest, at) VALUES (?, ?, ?)",
                (relay, _digest(name), stamp(now)),
            )
        db.conn.execute(
            """INSERT INTO relay_counts (relay, kind, number, last_at) VALUES (?, ?, 1, ?)
               ON CONFLICT (relay, kind) DO UPDATE
                  SET number = number + 1, last_at = excluded.last_at""",
            (relay, kind, stamp(now)),
        )


def counts(db: Database) -> Sequence[RelayCount]:
    """How much each relay has reported, by kind."""
    rows = db.conn.execute(
        "SELECT relay, kind, number, last_at FROM relay_counts ORDER BY relay, kind"
    ).fetchall()
    return [RelayCount(*row) for row in rows]


def forget(db: Database, before: datetime) -> None:
    """Forget the ids of events from before that moment."""
    with transaction(db):
        db.conn.execute("DELETE FROM relay_events WHERE at < ?", (stamp(before),))


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
