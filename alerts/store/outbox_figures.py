"""Figures of the outbox: the number of deliveries in each state, and the next due date."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState
from alerts.domain.month import Month
from alerts.store import moment, stamp
from alerts.store.outbox import listed


def counts(db: Database, month: Month) -> dict[str, int]:
    """The number of deliveries of the month's issue in each state, with every state.

    Counted in one pass, because GROUP BY would sort a million rows in memory first.
    """
    sums = ", ".join(f"total(d.state = '{state.value}')" for state in DeliveryState)
    row = db.conn.execute(
        f"SELECT {sums} FROM deliveries AS d WHERE d.issue_id ="  # noqa: S608
        " (SELECT id FROM issues WHERE month = ?)",
        (str(month),),
    ).fetchone()
    return {state.value: int(number) for state, number in zip(DeliveryState, row, strict=True)}


def open_corrections(db: Database) -> dict[Month, dict[str, int]]:
    """The open deliveries of corrections by month and state, where there are any."""
    rows = db.conn.execute(
        """SELECT i.of_month, d.state, count(*) FROM issues AS i JOIN deliveries AS d ON d.issue_id = i.id
            WHERE i.corrects IS NOT NULL AND i.state = 'queued'
              AND d.state IN ('queued', 'sending', 'deferred', 'in_doubt')
            GROUP BY i.of_month, d.state"""
    )
    found: dict[Month, dict[str, int]] = {}
    for month, state, number in rows.fetchall():
        found.setdefault(Month.parse(month), {})[state] = number
    return found


def any_open(db: Database, month: Month) -> bool:
    """Whether anything of the month's issue, or of a correction, is still to be sent, or in doubt."""
    row = db.conn.execute(
        """SELECT EXISTS (SELECT 1 FROM deliveries AS d
                           WHERE d.issue_id IN (SELECT id FROM issues WHERE of_month = ? AND state = 'queued')
                             AND d.state IN ('queued', 'sending', 'deferred', 'in_doubt'))""",
        (str(month),),
    ).fetchone()
    return bool(row[0])


def held(db: Database, resends: bool) -> dict[Month, int]:
    """The number of deliveries in doubt that wait for an admin's decision, by month.

    All of them or, where doubtful ones are sent again, only those that another copy may have sent.
    """
    rows = db.conn.execute(
        """SELECT i.of_month, count(*) FROM deliveries AS d INDEXED BY deliveries_open
             JOIN issues AS i ON i.id = d.issue_id
            WHERE d.state = 'in_doubt' AND (d.reason = 'held' OR NOT ?)
            GROUP BY i.of_month ORDER BY i.of_month""",
        (resends,),
    ).fetchall()
    return {Month.parse(month): number for month, number in rows}


def next_due(db: Database, months: Sequence[Month], *, doubtful: bool = False) -> str:
    """The time of the earliest deferred delivery of those months, or an empty text.

    `doubtful`: deliveries in doubt are sent again, and so count too.
    """
    row = db.conn.execute(
        """SELECT min(due_at) FROM deliveries
            WHERE (state = 'deferred' OR state = 'in_doubt' AND ?)
              AND issue_id IN (SELECT id FROM issues
                                WHERE of_month IN (SELECT value FROM json_each(?)))""",
        (doubtful, listed(months)),
    ).fetchone()
    return row[0] or ""


def sent_since(db: Database, since: datetime) -> Sequence[tuple[datetime, int]]:
    """The number of deliveries by the moment of their last attempt, since then, in order."""
    rows = db.conn.execute(
        """SELECT changed_at, count(*) FROM deliveries
            WHERE changed_at >= ? AND attempts > 0 GROUP BY changed_at ORDER BY changed_at""",
        (stamp(since),),
    ).fetchall()
    return [(moment(at), number) for at, number in rows]


def days_of_sending(db: Database, *, before: datetime) -> int:
    """The number of days before that midnight, in its time zone, on which something was sent.

    Queried by quarters of an hour, since the offsets of all time zones from UTC are multiples of them.
    """
    rows = db.conn.execute(
        """SELECT DISTINCT substr(changed_at, 1, 13), substr(changed_at, 15, 2) / 15
             FROM deliveries WHERE changed_at < ? AND attempts > 0""",
        (stamp(before),),
    )
    moments = (moment(f"{hour}:{quarter * 15:02}:00Z") for hour, quarter in rows)
    return len({at.astimezone(before.tzinfo).date() for at in moments})


def data_version(db: Database) -> int:
    """A number that changes when another connection has written to the database."""
    return int(db.conn.execute("PRAGMA data_version").fetchone()[0])
