"""Whether both outboxes are at rest: then `send` changes nothing, and need not load what sends."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.store import confirmations, receipts, sign_ins, stamp

# What `send` looks for, each part of it in the module of its own.
_WORK = """
    SELECT EXISTS (SELECT 1 FROM issues WHERE state = 'queued')
        OR EXISTS (SELECT 1 FROM leases)
        OR EXISTS (SELECT 1 FROM notices WHERE state IN ('queued', 'deferred', 'in_doubt', 'sending'))
        OR EXISTS (SELECT 1 FROM confirmations
                    WHERE state = 'asked' OR (state = 'mailed' AND asked_at < :unanswered)
                       OR (state IN ('done', 'over') AND asked_at < :closed))
        OR EXISTS (SELECT 1 FROM sign_in_links WHERE decided_at IS NULL OR until < :ended)
        OR EXISTS (SELECT 1 FROM sessions WHERE until < :ended)
"""


def at_rest(db: Database, now: datetime, confirm_within: timedelta) -> bool:
    """No issue is queued, nothing is leased or left in receipts, no notice is open, no visitor's request
    waits, and none has to be ended (one that was not confirmed within `confirm_within`) or removed."""
    moments = {
        "unanswered": stamp(now - confirm_within),
        "closed": stamp(now - confirm_within - confirmations.KEPT),
        "ended": stamp(now - sign_ins.KEPT),
    }
    return not (receipts.left(db) or db.conn.execute(_WORK, moments).fetchone()[0])
