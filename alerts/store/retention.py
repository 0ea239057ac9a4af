"""Removes old data: replies of servers, network addresses, notices, and people who left.

Each function changes only what is older than a given moment and returns the number of changes, so
repeating it changes nothing more. `secure_delete` overwrites deleted data with zeros.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.subscriber import Subscriber
from alerts.store import stamp, subscribers

_SETTLED = "state NOT IN ('queued', 'sending', 'deferred', 'in_doubt')"
_OF_DELIVERIES = "delivery_id IS NOT NULL AND detail <> '{}'"


def replies(db: Database, before: datetime) -> int:
    """Delete the replies of servers for settled deliveries, in the outbox, in events and in bounces;
    returns how many."""
    emptied = db.conn.execute(
        f"UPDATE deliveries SET reply = '' WHERE reply <> '' AND changed_at < ? AND {_SETTLED}",  # noqa: S608
        (stamp(before),),
    ).rowcount
    for words in ("$.reply", "$.diagnostic"):
        emptied += db.conn.execute(
            f"""UPDATE events SET detail = json_remove(json_set(detail, :words, ''), '$.words')
                 WHERE {_OF_DELIVERIES} AND at < :before AND json_extract(detail, :words) <> ''""",  # noqa: S608
            {"words": words, "before": stamp(before)},
        ).rowcount
    return emptied


def notices(db: Database, before: datetime) -> int:
    """Delete settled notices whose mailbox has answered since, so that they no longer count."""
    return db.conn.execute(
        "DELETE FROM notices WHERE counts = 0 AND changed_at < ? AND state IN ('sent', 'failed', 'skipped')",
        (stamp(before),),
    ).rowcount


def who_left(db: Database, before: datetime, most: int) -> Sequence[Subscriber]:
    """Some of the people who are unsubscribed and were last changed before then."""
    rows = db.conn.execute(
        "SELECT id FROM subscribers WHERE status = 'unsubscribed' AND updated_at < ? ORDER BY id LIMIT ?",
        (stamp(before), most),
    ).fetchall()
    return [p for (number,) in rows if (p := subscribers.by_id(db, number)) is not None]


def waiting(db: Database, before: datetime, most: int) -> Sequence[Subscriber]:
    """Some of the people who have been pending since before then, and who never had a delivery."""
    rows = db.conn.execute(
        """SELECT id FROM subscribers AS s WHERE status = 'pending' AND updated_at < ?
              AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.subscriber_id = s.id)
            ORDER BY id LIMIT ?""",
        (stamp(before), most),
    ).fetchall()
    return [p for (number,) in rows if (p := subscribers.by_id(db, number)) is not None]
