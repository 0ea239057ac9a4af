"""What the database knows of the time: the latest moment that it has seen, and what sources told.

The latest moment only grows, by each command that commits; `mend` alone sets it back, once a wrong clock
had it too far ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.store import moment, stamp, transaction
from alerts.store.claims import HUB

_LEASES = timedelta(
    hours=25
)  # one lasts an hour, and the clocks of two machines may differ by a day


@dataclass(frozen=True, slots=True)
class TimeTold:
    """What time the Date of a source's answer said, and our clock at that moment."""

    at: datetime
    ours: datetime


def latest(db: Database) -> datetime | None:
    """The latest moment at which a command has committed; None before the first."""
    row = db.conn.execute("SELECT latest FROM clock").fetchone()
    return moment(row[0]) if row and row[0] else None


def advance(db: Database, now: datetime, step: timedelta = timedelta()) -> None:
    """Note that it is `now`, unless the database has seen that already, or is behind by no more than
    `step`: what changes nothing else need not be written each minute."""
    seen = latest(db)
    if seen is None or now - seen > step:
        db.conn.execute("UPDATE clock SET latest = :now WHERE latest < :now", {"now": stamp(now)})


def mend(db: Database, now: datetime) -> None:
    """Take `now` for right: forget later moments, what sources told of the time by another clock, and that
    the project began by it (else nothing would be owed until then).

    To be called inside a transaction.
    """
    db.conn.execute("UPDATE clock SET latest = ?", (stamp(now),))
    db.conn.execute(
        "UPDATE secrets SET created_at = :now WHERE created_at > :now", {"now": stamp(now)}
    )
    db.conn.execute(
        "UPDATE sources SET told_at = '', told_when = '' WHERE told_when > ?", (stamp(now),)
    )


_WAITING = """
    (state = 'queued' OR state = 'deferred' OR state = 'in_doubt')
    AND (due_at > :beyond OR state = 'queued' AND due_at > :now) AND (state <> 'queued' OR NOT :windows)
"""


def pull_forward(db: Database, now: datetime, longest: timedelta, *, windows: bool) -> None:
    """Make due what only a wrong clock can have postponed.

    Nothing waits longer than `longest`, the longest wait between two attempts; a delivery that was never
    tried does not wait at all, or where there are send `windows`, for the moment that `windows.plan` gives
    it; and no lease lasts longer than a day, but for that of the hub. To be called once the clock is known
    to be right.
    """
    values = {
        "now": stamp(now),
        "beyond": stamp(now + longest),
        "tomorrow": stamp(now + _LEASES),
        "windows": windows,
        "hub": HUB,
    }
    late = f"SELECT id FROM deliveries INDEXED BY deliveries_open WHERE {_WAITING}"  # noqa: S608
    leases = "SELECT id FROM leases WHERE expires_at > :tomorrow AND host <> :hub"
    notices = """SELECT id FROM notices INDEXED BY notices_open
                  WHERE state IN ('queued', 'deferred', 'in_doubt') AND due_at > :beyond"""
    db.conn.execute(
        "UPDATE relay_limits SET until = :now WHERE until > :now AND heard_at > :now", values
    )
    for rows, table, column in (
        (late, "deliveries", "due_at"),
        (leases, "leases", "expires_at"),
        (notices, "notices", "due_at"),
    ):
        if db.conn.execute(f"SELECT EXISTS ({rows})", values).fetchone()[0]:
            with transaction(db):
                db.conn.execute(
                    f"UPDATE {table} SET {column} = :now WHERE id IN ({rows})",  # noqa: S608
                    values,
                )


def told(db: Database, now: datetime, within: timedelta) -> Sequence[TimeTold]:
    """What sources told of the time no longer ago than `within`, by our clock as it is `now`.

    Not what they told at a later time by our clock: it was another clock, which was set back since.
    """
    rows = db.conn.execute(
        "SELECT told_at, told_when FROM sources WHERE told_at <> '' AND told_when BETWEEN ? AND ?",
        (stamp(now - within), stamp(now)),
    ).fetchall()
    return [TimeTold(moment(at), moment(when)) for at, when in rows]


def tell(db: Database, source_id: int, at: datetime, now: datetime) -> None:
    """Note the Date of a source's answer that came `now`."""
    db.conn.execute(
        "UPDATE sources SET told_at = ?, told_when = ? WHERE id = ?",
        (stamp(at), stamp(now), source_id),
    )
