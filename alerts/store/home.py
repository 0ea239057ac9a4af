"""The one row that says where this database lives, and how often it has sent; see place.py."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.store import stamp
from alerts.store.place import Place


@dataclass(frozen=True, slots=True)
class Home:
    """The row. `place` is None while nobody has said whether this copy lives on."""

    project: str
    generation: int
    place: Place | None
    since: str
    unsure_through: str


def get(db: Database) -> Home | None:
    """Where this database lives; None before that was ever recorded."""
    row = db.conn.execute(
        "SELECT project, generation, place, since, unsure_through FROM home"
    ).fetchone()
    if row is None:
        return None
    project, generation, place, since, unsure_through = row
    where = Place.from_json(place) if place else None
    return Home(project, generation, where, since, unsure_through)


def put(db: Database, home: Home) -> None:
    """Write the row."""
    db.conn.execute(
        """INSERT INTO home (id, project, generation, place, since, unsure_through)
           VALUES (1, :project, :generation, :place, :since, :unsure_through)
           ON CONFLICT (id) DO UPDATE
              SET project = :project, generation = :generation, place = :place, since = :since,
                  unsure_through = :unsure_through""",
        {
            "project": home.project,
            "generation": home.generation,
            "place": home.place.to_json() if home.place else None,
            "since": home.since,
            "unsure_through": home.unsure_through,
        },
    )


def advance(db: Database) -> int:
    """Raise the generation by one; returns it."""
    row = db.conn.execute(
        "UPDATE home SET generation = generation + 1 RETURNING generation"
    ).fetchall()
    return int(row[0][0])


def latest_queued(db: Database) -> str:
    """The latest month of which an issue was queued, here or as far as is known; empty for none."""
    row = db.conn.execute(
        """SELECT max(coalesce((SELECT max(month) FROM issues WHERE state IN ('queued', 'sent')), ''),
                      coalesce((SELECT unsure_through FROM home), ''))"""
    ).fetchone()
    return str(row[0])


def hold(db: Database, month: str, now: datetime) -> int:
    """Hold what is unfinished of that month, or of all if it is empty; returns how many.

    Held is in doubt for good: another copy of the database may have sent it, so only an admin has it
    sent, or taken as arrived. To be called in a transaction, with the project's lock held.
    """
    held = db.conn.execute(
        """UPDATE deliveries
              SET state = 'in_doubt', reason = 'held', lease_id = NULL, changed_at = ?
            WHERE state IN ('queued', 'sending', 'deferred', 'in_doubt') AND reason <> 'held'
              AND issue_id IN (SELECT id FROM issues WHERE month = ? OR ? = '')""",
        (stamp(now), month, month),
    ).rowcount
    db.conn.execute(
        "DELETE FROM leases WHERE id NOT IN (SELECT lease_id FROM deliveries WHERE lease_id NOT NULL)"
    )
    return held
