"""The counts of an issue that is sent, and when it was: its deliveries are final, so both are kept.

They are dropped by a trigger when the issue is sent no more (a failed delivery is sent again, an issue is
recalled), and by whoever decides a settled delivery by hand; then they are counted as those of any issue.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState
from alerts.domain.month import Month
from alerts.store import stamp, transaction

# The quarter of an hour in which a row of `deliveries` was last changed, as a moment.
QUARTER = """
    printf('%s:%02d:00Z', substr(changed_at, 1, 13), CAST(substr(changed_at, 15, 2) AS INTEGER) / 15 * 15)
"""
_KEEP = f"""
    INSERT OR REPLACE INTO settled_counts
    SELECT ?1, json_object('sent', CAST(total(state = 'sent') AS INTEGER),
                           'failed', CAST(total(state = 'failed') AS INTEGER),
                           'skipped', CAST(total(state = 'skipped') AS INTEGER)),
           (SELECT json_group_array(DISTINCT {QUARTER}) FROM deliveries
             WHERE issue_id = ?1 AND attempts > 0)
      FROM deliveries WHERE issue_id = ?1
"""  # noqa: S608


def close_finished(db: Database, now: datetime) -> Iterable[Month]:
    """Move each queued issue or correction without open deliveries to `sent`, and keep its counts; returns
    their months."""
    with transaction(db):
        rows = db.conn.execute(
            """UPDATE issues SET state = 'sent', sent_at = ?
                WHERE state = 'queued' AND NOT EXISTS (
                      SELECT 1 FROM deliveries AS d WHERE d.issue_id = issues.id
                         AND d.state IN ('queued', 'sending', 'deferred', 'in_doubt'))
               RETURNING id, of_month""",
            (stamp(now),),
        ).fetchall()
        for issue_id, _ in rows:
            db.conn.execute(_KEEP, (issue_id,))
    return [Month.parse(month) for _, month in rows]


def kept(db: Database, month: Month) -> dict[str, int]:
    """The number of deliveries of the month's issue by state, if it is sent and that is known; else empty."""
    row = db.conn.execute(
        """SELECT c.states FROM settled_counts AS c JOIN issues AS i ON i.id = c.issue_id
            WHERE i.month = ? AND i.state = 'sent'""",
        (str(month),),
    ).fetchone()
    return {state.value: 0 for state in DeliveryState} | json.loads(row[0]) if row else {}


def drop(db: Database, month: Month) -> None:
    """Count the month's issue and its corrections anew: a settled delivery was decided by hand."""
    db.conn.execute(
        "DELETE FROM settled_counts WHERE issue_id IN (SELECT id FROM issues WHERE of_month = ?)",
        (str(month),),
    )
