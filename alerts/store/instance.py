"""The row with the identity of this copy of the database, and its generation; see generation_markers.py."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.store import stamp
from alerts.store.generation_markers import InstanceLocation


@dataclass(frozen=True, slots=True)
class InstanceIdentity:
    """The row. `place` is None until an admin has adopted this copy."""

    project: str
    generation: int
    place: InstanceLocation | None
    since: str
    unsure_through: str


def get(db: Database) -> InstanceIdentity | None:
    """The identity; None before it was ever recorded."""
    row = db.conn.execute(
        "SELECT project, generation, place, since, unsure_through FROM home"
    ).fetchone()
    if row is None:
        return None
    project, generation, place, since, unsure_through = row
    where = InstanceLocation.from_json(place) if place else None
    return InstanceIdentity(project, generation, where, since, unsure_through)


def put(db: Database, identity: InstanceIdentity) -> None:
    """Write the row."""
    db.conn.execute(
        """INSERT INTO home (id, project, generation, place, since, unsure_through)
           VALUES (1, :project, :generation, :place, :since, :unsure_through)
           ON CONFLICT (id) DO UPDATE
              SET project = :project, generation = :generation, place = :place, since = :since,
                  unsure_through = :unsure_through""",
        {
            "project": identity.project,
            "generation": identity.generation,
            "place": identity.place.to_json() if identity.place else None,
            "since": identity.since,
            "unsure_through": identity.unsure_through,
        },
    )


def advance(db: Database) -> int:
    """Raise the generation by one; returns it."""
    row = db.conn.execute(
        "UPDATE home SET generation = generation + 1 RETURNING generation"
    ).fetchall()
    return int(row[0][0])


def latest_queued(db: Database) -> str:
    """The latest month whose issue was queued, here or as far as is known; empty for none."""
    row = db.conn.execute(
        """SELECT max(coalesce((SELECT max(substr(month, 1, 7)) FROM issues
                                 WHERE corrects IS NULL
                                   AND (state IN ('queued', 'sent') OR recalled_at <> '')), ''),
                      coalesce((SELECT unsure_through FROM home), ''))"""
    ).fetchone()
    return str(row[0])


def hold(db: Database, month: str, now: datetime) -> int:
    """Hold the open deliveries of that month, or of all if it is empty; returns their number.

    Another copy of the database may have sent them, so only an admin decides whether they are sent or
    accepted as arrived. Call it in a transaction, with the project's lock held.
    """
    held = db.conn.execute(
        """UPDATE deliveries
              SET state = 'in_doubt', reason = 'held', doubted = 1, lease_id = NULL, changed_at = ?
            WHERE state IN ('queued', 'sending', 'deferred', 'in_doubt') AND reason <> 'held'
              AND issue_id IN (SELECT id FROM issues WHERE month = ? OR ? = '')""",
        (stamp(now), month, month),
    ).rowcount
    db.conn.execute(
        "DELETE FROM leases WHERE id NOT IN (SELECT lease_id FROM deliveries WHERE lease_id NOT NULL)"
    )
    return held
