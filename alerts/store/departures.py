"""Who has left since a backup was made, carried over from the database that it takes the place of.

A backup knows nobody who unsubscribed, was suppressed or was erased after it was made: they must not be
mailed again because a disk failed. Only departures are carried over, never the opposite.
"""

import sqlite3
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.model import Subscriber, SubscriberStatus
from alerts.store import events, stamp, subscribers, transaction


def carry_over(db: Database, former: Path, now: datetime) -> int | None:
    """Let everyone leave `db` who has left the database at `former`; returns how many did.

    None, and `db` as it was, where that one cannot be read: it may be what the backup is to mend.
    """
    try:
        db.conn.execute("ATTACH ? AS former", (str(former),))
        with transaction(db):
            _erase(db, now)
            left = _suppressed(db) + _unsubscribed(db, now)
        db.conn.execute("DETACH former")
    except sqlite3.DatabaseError:
        return None
    return left


def _suppressed(db: Database) -> int:
    """Suppressed addresses, the erased among them; a hash means nothing under another key."""
    return db.conn.execute(
        """INSERT OR IGNORE INTO suppressions (email_key, address_hash, reason, note, since)
           SELECT email_key, address_hash, reason, note, since FROM former.suppressions
            WHERE address_hash IS NULL
               OR (SELECT secret FROM former.secrets ORDER BY id LIMIT 1)
                = (SELECT secret FROM main.secrets ORDER BY id LIMIT 1)"""
    ).rowcount


def _unsubscribed(db: Database, now: datetime) -> int:
    rows = db.conn.execute(
        """UPDATE main.subscribers SET status = 'unsubscribed', updated_at = ?
            WHERE status IN ('active', 'pending') AND email_key IN
                  (SELECT email_key FROM former.subscribers WHERE status = 'unsubscribed')
           RETURNING id""",
        (stamp(now),),
    ).fetchall()
    for (subscriber_id,) in rows:
        events.record(db, now, "subscriber.unsubscribed", subscriber_id=subscriber_id)
    return len(rows)


def _erase(db: Database, now: datetime) -> None:
    """The erased have no address to be known by: the same row of the same project."""
    rows = db.conn.execute(
        """SELECT s.id, s.email, s.language FROM main.subscribers AS s
             JOIN former.subscribers AS f ON f.id = s.id AND f.created_at = s.created_at
            WHERE f.status = 'erased' AND s.status <> 'erased'
              AND (SELECT secret FROM former.secrets ORDER BY id LIMIT 1)
                = (SELECT secret FROM main.secrets ORDER BY id LIMIT 1)"""
    ).fetchall()
    for subscriber_id, email, language in rows:
        person = Subscriber(subscriber_id, email, SubscriberStatus.ACTIVE, language)
        subscribers.erase(db, person, now)
        events.record(db, now, "subscriber.erased", subscriber_id=subscriber_id)
