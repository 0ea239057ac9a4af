"""Suppresses the addresses that bounced, complained, were blocked or deleted in another system."""

from datetime import datetime

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.entry import Standing
from alerts.domain.subscriber import SuppressionReason
from alerts.store import audit_log, suppressions


def suppress(db: Database, file: str, now: datetime) -> tuple[int, int]:
    """Suppress those people of the temporary table `chosen`; the subscribers have been merged before.

    Returns how many people this adds who are not subscribers, and how many existing subscribers it
    changes whom nothing else changed.
    """
    rows = db.conn.execute(
        """SELECT c.email, c.standing, c.id, s.id, c.id IN (SELECT id FROM differing)
             FROM chosen AS c LEFT JOIN main.subscribers AS s ON s.email_key = c.email_key
            WHERE c.suppressed IS NULL
              AND c.standing IN ('bounced', 'blocked', 'complained', 'deleted')"""
    ).fetchall()
    new = known = 0
    for email, standing, before, subscriber, changed in rows:
        address, reason = Address.parse(email), Standing(standing).suppression
        if subscriber is None:
            suppressions.add_erased(db, address, now)
            new += 1
            continue
        if reason is None or reason is SuppressionReason.ERASED:
            reason = SuppressionReason.MANUAL  # an import erases nothing that we hold
        suppressions.add(db, address, reason, f"import of {file}", now)
        audit_log.record(
            db,
            now,
            "subscriber.suppressed",
            subscriber_id=subscriber,
            detail={"reason": reason, "file": file},
        )
        known += before is not None and not changed
    return new, known
