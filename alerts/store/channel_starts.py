"""Which channels there are, and since when each is posted to. Read whenever a project is opened."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from alerts.store import stamp, transaction


def agree(db: Database, wanted: Mapping[str, str], now: datetime) -> None:
    """Note which channels there are, each with what makes it another one when it changes.

    A new or changed one begins now; what was still owed to one that is gone or changed is dropped.
    """
    there = dict(db.conn.execute("SELECT channel, identity FROM channel_starts").fetchall())
    if there == dict(wanted):
        return
    new = {name: text for name, text in wanted.items() if there.get(name) != text}
    over = [name for name in there if wanted.get(name) != there[name]]
    with transaction(db):
        db.conn.execute(
            """UPDATE channel_posts SET state = 'dropped', changed_at = ?
                WHERE state IN ('queued', 'posting', 'held')
                  AND channel IN (SELECT value FROM json_each(?))""",
            (stamp(now), json.dumps(over)),
        )
        db.conn.executemany(
            "DELETE FROM channel_starts WHERE channel = ?", [(name,) for name in over]
        )
        db.conn.executemany(
            "INSERT INTO channel_starts (channel, identity, since) VALUES (?, ?, ?)",
            [(name, text, stamp(now)) for name, text in sorted(new.items())],
        )


def hold_all(db: Database, now: datetime) -> None:
    """Hold what is open, and owe nothing of issues that were queued before now: another copy of the
    database may have posted them. In a transaction of the caller."""
    db.conn.execute(
        """UPDATE channel_posts SET state = 'held', changed_at = ?
            WHERE state IN ('queued', 'posting')""",
        (stamp(now),),
    )
    db.conn.execute("UPDATE channel_starts SET since = ?", (stamp(now),))
