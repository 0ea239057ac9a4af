"""Carries over people who left after a backup was made, from the database that the backup replaces.

A backup lacks unsubscribes, suppressions and erasures made after it; these people must not be mailed
again because a disk failed. Only departures are carried over, never the opposite.
"""

import sqlite3
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.address import mailbox_key
from alerts.domain.subscriber import Subscriber, SubscriberStatus
from alerts.store import audit_log, stamp, subscribers, transaction


def carry_over(db: Database, former: Path, now: datetime) -> int | None:
    """Remove from `db` everyone who has left the database at `former`; returns their number.

    None, and no change, if `former` cannot be read, for example because it is damaged.
    """
    try:
        db.conn.create_function("mailbox_key", 1, _mailbox_key, deterministic=True)
        db.conn.execute("ATTACH ? AS former", (str(former),))
        with transaction(db):
            _erase(db, now)
            left = _suppressed(db) + _unsubscribed(db, now)
        db.conn.execute("DETACH former")
    except sqlite3.DatabaseError:
        return None
    return left


def _mailbox_key(key: str | None) -> str | None:
    """The present form of a key that another version may have written."""
    return mailbox_key(*key.rsplit("@", 1)) if key else None


def _suppressed(db: Database) -> int:
    """Add suppressed and erased addresses; hashes are only valid under the same key."""
    return db.conn.execute(
        """INSERT OR IGNORE INTO suppressions (email_key, address_hash, reason, note, since)
           SELECT mailbox_key(email_key), address_hash, reason, note, since
             FROM former.suppressions
            WHERE address_hash IS NULL
               OR (SELECT secret FROM former.secrets ORDER BY id LIMIT 1)
                = (SELECT secret FROM main.secrets ORDER BY id LIMIT 1)"""
    ).rowcount


def _unsubscribed(db: Database, now: datetime) -> int:
    rows = db.conn.execute(
        """UPDATE main.subscribers SET status = 'unsubscribed', updated_at = ?
            WHERE status IN ('active', 'pending') AND email_key IN
                  (SELECT mailbox_key(email_key) FROM former.subscribers WHERE status = 'unsubscribed')
           RETURNING id""",
        (stamp(now),),
    ).fetchall()
    for (subscriber_id,) in rows:
        audit_log.record(db, now, "subscriber.unsubscribed", subscriber_id=subscriber_id)
    return len(rows)


def _erase(db: Database, now: datetime) -> None:
    """Erased people have no address, so they are found by the same row of the same project."""
    rows = db.conn.execute(
        """SELECT s.id, s.email, s.language FROM main.subscribers AS s
             JOIN former.subscribers AS f ON f.id = s.id AND f.created_at = s.created_at
            WHERE f.status = 'erased' AND s.status <> 'erased'
              AND (SELECT secret FROM former.secrets ORDER BY id LIMIT 1)
                = (SELECT secret FROM main.secrets ORDER BY id LIMIT 1)"""
    ).fetchall()
    for subscriber_id, email, language in rows:
        person = Subscriber(
            id=subscriber_id, email=email, status=SubscriberStatus.ACTIVE, language=language
        )
        subscribers.erase(db, person, now)
        audit_log.record(db, now, "subscriber.erased", subscriber_id=subscriber_id)
