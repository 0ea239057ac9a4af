"""What `run` and `send` have said last of how things stand, so that cron mails it once.

A topic is what is talked about (`run: 2026-10 held back`), its key what would have to change for it to be
news. What is said again changes nothing; a topic of which there is nothing to say any more is forgotten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.store import stamp, transaction


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that was said: with the words, and the exit code that went with them."""

    topic: str
    key: str
    words: str
    code: int = 0


def everything(db: Database, prefix: str = "") -> Sequence[Statement]:
    """What was said last of the topics with that prefix, by topic."""
    rows = db.conn.execute(
        """SELECT topic, key, words, code FROM said
            WHERE substr(topic, 1, length(:prefix)) = :prefix ORDER BY topic""",
        {"prefix": prefix},
    )
    return [Statement(*row) for row in rows.fetchall()]


def accepted_after(db: Database, topic: str) -> bool:
    """Whether a relay took anything after that was said."""
    row = db.conn.execute(
        """SELECT EXISTS (SELECT 1 FROM deliveries WHERE state = 'sent' AND changed_at > s.said_at)
               OR EXISTS (SELECT 1 FROM notices WHERE state = 'sent' AND changed_at > s.said_at)
             FROM said AS s WHERE s.topic = ?""",
        (topic,),
    ).fetchone()
    return bool(row and row[0])


def say(db: Database, prefix: str, said: Iterable[Statement], now: datetime) -> frozenset[str]:
    """Keep that this is all there is to say of the topics with that prefix; returns those that are news."""
    before = {one.topic: one for one in everything(db, prefix)}
    after = {one.topic: one for one in said}
    news = {t for t, one in after.items() if t not in before or before[t].key != one.key}
    if not news and before.keys() == after.keys():
        return frozenset()
    with transaction(db):
        for topic in before.keys() - after.keys():
            db.conn.execute("DELETE FROM said WHERE topic = ?", (topic,))
        for topic in news:
            one = after[topic]
            db.conn.execute(
                """INSERT INTO said (topic, key, words, code, said_at) VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT (topic) DO UPDATE
                      SET key = excluded.key, words = excluded.words, code = excluded.code,
                          said_at = excluded.said_at""",
                (topic, one.key, one.words, one.code, stamp(now)),
            )
    return frozenset(news)
