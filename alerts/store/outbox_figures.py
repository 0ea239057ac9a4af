"""Figures of the outbox: the number of deliveries in each state, and the next due date.

None of them grows with the months that are kept: an issue that is sent has its counts kept beside it, and
the rest starts from the few issues that are open, or from the open deliveries (docs/adr/0042).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState
from alerts.domain.month import Month
from alerts.store import moment, settled_counts, stamp
from alerts.store.outbox import listed
from alerts.store.settled_counts import QUARTER

# Condition: the row of `deliveries` was last changed since then. A delivery is attempted while its issue is
# open, so only issues that are open, or were closed since, are looked at.
ATTEMPTED_SINCE = """changed_at >= :since AND issue_id IN (
    SELECT id FROM issues WHERE state <> 'sent' OR sent_at IS NULL OR sent_at >= :since)"""


def counts(db: Database, month: Month) -> dict[str, int]:
    """The number of deliveries of the month's issue in each state, with every state.

    Those of an issue that is sent are kept (`settled_counts`). Others are counted in one pass, because
    GROUP BY would sort a million rows in memory first.
    """
    return settled_counts.kept(db, month) or counted(db, month)


def last_sent(db: Database, issue_id: int) -> str:
    """When a copy of the issue was last accepted, as stored; empty where none was."""
    row = db.conn.execute(
        "SELECT max(changed_at) FROM deliveries WHERE issue_id = ? AND state = 'sent'", (issue_id,)
    ).fetchone()
    return row[0] or ""


def counted(db: Database, month: Month) -> dict[str, int]:
    """The same, counted row by row."""
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
        """SELECT i.of_month, d.state, count(*)
             FROM issues AS i CROSS JOIN deliveries AS d INDEXED BY deliveries_by_issue ON d.issue_id = i.id
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
        f"""SELECT changed_at, count(*) FROM deliveries
            WHERE {ATTEMPTED_SINCE} AND attempts > 0 GROUP BY changed_at ORDER BY changed_at""",  # noqa: S608
        {"since": stamp(since)},
    ).fetchall()
    return [(moment(at), number) for at, number in rows]


def days_of_sending(db: Database, *, before: datetime) -> int:
    """The number of days before that midnight, in its time zone, on which something was sent.

    Told by quarters of an hour, since the offsets of all time zones from UTC are multiples of them; those of
    issues that are sent are kept (`settled_counts`).
    """
    rows = db.conn.execute(
        f"""SELECT value FROM settled_counts AS c, json_each(c.quarters)
             WHERE value < :before
            UNION
            SELECT {QUARTER} AS quarter FROM deliveries
             WHERE issue_id IN (SELECT id FROM issues WHERE id NOT IN (SELECT issue_id FROM settled_counts))
               AND changed_at < :before AND attempts > 0""",  # noqa: S608
        {"before": stamp(before)},
    )
    return len({moment(at).astimezone(before.tzinfo).date() for (at,) in rows})


def data_version(db: Database) -> int:
    """A number that changes when another connection has written to the database."""
    return int(db.conn.execute("PRAGMA data_version").fetchone()[0])
