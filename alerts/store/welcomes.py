"""Welcomes, which are notices of a kind of their own: who got one, and which may have been sent elsewhere."""

from datetime import datetime

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState, Reason
from alerts.store import stamp


def queued_since(db: Database, subscriber_id: int, since: datetime) -> bool:
    """Whether a welcome to that person was queued since then, and not skipped."""
    found = db.conn.execute(
        """SELECT 1 FROM notices WHERE kind = 'welcome' AND subscriber_id = ?
              AND state <> 'skipped' AND created_at > ?""",
        (subscriber_id, stamp(since)),
    ).fetchone()
    return found is not None


def last(db: Database, subscriber_id: int) -> tuple[DeliveryState, str, str] | None:
    """State, reason and time of the last change of the latest welcome to that person."""
    row = db.conn.execute(
        """SELECT state, reason, changed_at FROM notices WHERE kind = 'welcome' AND subscriber_id = ?
            ORDER BY created_at DESC, id LIMIT 1""",
        (subscriber_id,),
    ).fetchone()
    return (DeliveryState(row[0]), row[1], row[2]) if row else None


def hold(db: Database, now: datetime) -> None:
    """Skip open welcomes, and let nobody who asked before now get one: another copy of the database may
    have sent it. Call it in a transaction, where there is a row for this copy."""
    db.conn.execute(
        """UPDATE notices SET state = 'skipped', reason = ?, email = '', sender = '', message = NULL,
                              changed_at = ?
             WHERE kind = 'welcome' AND state IN ('queued', 'sending', 'deferred')""",
        (Reason.HELD, stamp(now)),
    )
    db.conn.execute("UPDATE home SET no_welcome_before = ?", (stamp(now),))


def held(db: Database, confirmation_id: int) -> bool:
    """Whether another copy of the database may have sent the welcome that follows that request."""
    found = db.conn.execute(
        """SELECT 1 FROM confirmations AS c JOIN home AS h ON c.asked_at < h.no_welcome_before
            WHERE c.id = ?""",
        (confirmation_id,),
    ).fetchone()
    return found is not None
