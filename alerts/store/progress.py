"""The progress of a running send, read from the database by another process."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import moment, stamp

_WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """The processes that hold deliveries of the month, as (process, host), and the rate of settling."""

    holders: tuple[tuple[str, str], ...]
    rate: float  # deliveries per second, over the last minute or since the send began


def progress(db: Database, month: Month, now: datetime) -> Progress:
    """The progress of a month's issue."""
    holders = db.conn.execute(
        """SELECT DISTINCT l.holder, l.host FROM deliveries AS d INDEXED BY deliveries_held
             JOIN leases AS l ON l.id = d.lease_id
            WHERE d.lease_id IS NOT NULL AND l.expires_at > ?
              AND d.issue_id = (SELECT id FROM issues WHERE month = ?)""",
        (stamp(now), str(month)),
    ).fetchall()
    settled, first = db.conn.execute(
        """SELECT count(*), min(changed_at) FROM deliveries
            WHERE issue_id = (SELECT id FROM issues WHERE month = ?) AND changed_at >= ?
              AND state IN ('sent', 'failed', 'deferred', 'skipped')""",
        (str(month), stamp(now - _WINDOW)),
    ).fetchone()
    # Stamps are whole seconds, so the span is one longer than their difference.
    span = (now - moment(first)).total_seconds() + 1 if first else 1.0
    return Progress(tuple(holders), settled / max(span, 1.0))
