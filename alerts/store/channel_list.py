"""What became of the posts of channels, and what a person decides on them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.store import stamp, transaction
from alerts.store.channel_posts import ChannelFigures


@dataclass(frozen=True, slots=True)
class ListedPost:
    """A post as it stands; `article` is empty for that of an issue, `url` is where it is."""

    id: int
    channel: str
    month: str
    article: str
    state: str
    attempts: int
    changed_at: str
    answer: str
    url: str


def figures(db: Database, channel: str) -> ChannelFigures:
    """How it stands with a channel."""
    row = db.conn.execute(
        """SELECT CAST(total(state IN ('queued', 'posting')) AS INTEGER),
                  CAST(total(state = 'posted') AS INTEGER), CAST(total(state = 'held') AS INTEGER),
                  CAST(total(state = 'given_up') AS INTEGER),
                  coalesce(min(due_at) FILTER (WHERE state = 'queued'), '')
             FROM channel_posts WHERE channel = ?""",
        (channel,),
    ).fetchone()
    last = db.conn.execute(
        """SELECT answer, changed_at FROM channel_posts
            WHERE channel = ? AND attempts > 0 AND answer <> ''
            ORDER BY changed_at DESC, id DESC LIMIT 1""",
        (channel,),
    ).fetchone()
    return ChannelFigures(*row, *(last or ("", "")))


def listed(db: Database, channel: str, states: Sequence[str]) -> Sequence[ListedPost]:
    """The posts of a channel in these states, oldest first."""
    rows = db.conn.execute(
        """SELECT p.id, p.channel, i.month, p.article_id, p.state, p.attempts, p.changed_at, p.answer, p.url
             FROM channel_posts AS p JOIN issues AS i ON i.id = p.issue_id
            WHERE p.channel = ? AND p.state IN (SELECT value FROM json_each(?)) ORDER BY p.id""",
        (channel, json.dumps(list(states))),
    )
    return [ListedPost(*row) for row in rows.fetchall()]


def requeue(db: Database, channel: str, now: datetime) -> int:
    """Make what waits or was given up due now; how many. What is held is for a person to decide."""
    with transaction(db):
        cursor = db.conn.execute(
            """UPDATE channel_posts SET due_at = '', state = 'queued', changed_at = ?,
                      attempts = CASE state WHEN 'given_up' THEN 0 ELSE attempts END
                WHERE channel = ? AND state IN ('queued', 'given_up')""",
            (stamp(now), channel),
        )
    return cursor.rowcount


def decide(db: Database, numbers: Sequence[int], state: str, answer: str, now: datetime) -> int:
    """Settle that these held posts are there (`posted`), or are not (`queued`, sent again); how many."""
    with transaction(db):
        cursor = db.conn.execute(
            """UPDATE channel_posts SET state = ?, answer = ?, doubted_at = '', due_at = '', attempts = 0,
                      changed_at = ?
                WHERE id IN (SELECT value FROM json_each(?)) AND state = 'held'""",
            (state, answer, stamp(now), json.dumps(list(numbers))),
        )
    return cursor.rowcount
