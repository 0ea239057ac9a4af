"""The outbox of channels: what is to be posted where, and what became of it.

A post is `posting` from before it is sent until its answer is settled, so a process that is killed in between
leaves it so, and the next one knows that it is in doubt. Rows are made from what is there (`make`): an issue
whose first copy was accepted, so nothing that is killed can forget them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import moment, stamp, transaction


@dataclass(frozen=True, slots=True)
class OwedPost:
    """A post that is to be made: of an issue, or (`article`) of one of its stories. `doubted_at` is when it
    may have been made already; None where it certainly was not."""

    id: int
    name: str
    month: Month
    article: str
    language: str
    attempts: int
    doubted_at: datetime | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """How many posts of a channel are made, wait, are held for a person, and were given up; the last
    answer."""

    waiting: int
    posted: int
    held: int
    given_up: int
    next_due: str
    answer: str
    answered_at: str


# An issue of which the archive shows the present version: neither recalled nor withdrawn.
_OPEN = """i.state IN ('queued', 'sent') AND i.shown = i.version
           AND NOT EXISTS (SELECT 1 FROM withdrawals AS w
                            WHERE w.issue_id = i.id AND w.article_id IN ('', p.article_id))"""
_SHOWN = f"""{_OPEN}
    AND EXISTS (SELECT 1 FROM editions AS e WHERE e.issue_id = i.id AND e.version = i.shown
                   AND e.language = p.language AND e.sections = '[]')
    AND (p.article_id = '' OR EXISTS (
         SELECT 1 FROM archived AS a WHERE a.issue_id = i.id AND a.version = i.shown
            AND a.language = p.language AND a.article_id = p.article_id))"""  # noqa: S608


_OWED = """
    FROM issues AS i JOIN channel_starts AS c ON c.channel = :channel
    {of} WHERE i.kind <> 'correction' AND i.segment = '' AND i.queued_at >= c.since
     AND i.state IN ('queued', 'sent') AND i.shown = i.version
     AND NOT EXISTS (SELECT 1 FROM channel_posts AS p WHERE p.channel = :channel
                        AND p.issue_id = i.id AND p.article_id = {article})
     AND (i.state = 'sent' OR EXISTS (
          SELECT 1 FROM deliveries AS d WHERE d.issue_id = i.id AND d.state = 'sent'))
     AND NOT EXISTS (SELECT 1 FROM withdrawals AS w
                      WHERE w.issue_id = i.id AND w.article_id IN ('', {article}))
"""
_OF_ISSUE = """JOIN editions AS e ON e.issue_id = i.id AND e.version = i.shown
                AND e.language = :language AND e.sections = '[]'"""
_OF_STORY = """JOIN archived AS a ON a.issue_id = i.id AND a.version = i.shown
                AND a.language = :language"""


def any_owed(db: Database, channel: str, language: str, *, stories: bool) -> bool:
    """Whether a channel is owed a post that has no row yet."""
    owed, values = _owed_of(stories), {"channel": channel, "language": language}
    return bool(db.conn.execute(f"SELECT EXISTS (SELECT 1 {owed})", values).fetchone()[0])


def _owed_of(stories: bool) -> str:
    article = "a.article_id" if stories else "''"
    return _OWED.format(of=_OF_STORY if stories else _OF_ISSUE, article=article)


def make(
    db: Database, channel: str, language: str, now: datetime, unsure_through: str, *, stories: bool
) -> int:
    """Note what a channel is owed and has no row for yet; how many posts.

    Those of months to `unsure_through`, which another copy of the database may have posted, are held.
    """
    if not any_owed(db, channel, language, stories=stories):
        return 0
    article = "a.article_id" if stories else "''"
    owed = _owed_of(stories)
    values = {"channel": channel, "language": language, "now": stamp(now), "unsure": unsure_through}
    order = "i.queued_at, a.id" if stories else "i.queued_at, i.id"
    with transaction(db):
        made = db.conn.execute(
            f"""INSERT INTO channel_posts
                   (channel, issue_id, article_id, language, name, state, made_at, changed_at)
                SELECT :channel, i.id, {article}, :language, lower(hex(randomblob(16))),
                       CASE WHEN substr(i.of_month, 1, 7) <= :unsure THEN 'held' ELSE 'queued' END,
                       :now, :now {owed} ORDER BY {order}""",
            values,
        )
    return made.rowcount


_SELECT = """SELECT p.id, p.name, i.month, p.article_id, p.language, p.attempts, p.doubted_at, p.made_at
               FROM channel_posts AS p JOIN issues AS i ON i.id = p.issue_id"""


def due(db: Database, channel: str, now: datetime, most: int) -> Sequence[OwedPost]:
    """What is to be posted now, in the order it was made."""
    rows = db.conn.execute(
        f"""{_SELECT} WHERE p.channel = ? AND p.state = 'queued' AND p.due_at <= ? AND {_SHOWN}
             ORDER BY p.id LIMIT ?""",
        (channel, stamp(now), most),
    ).fetchall()
    return [_owed(row) for row in rows]


def torn(db: Database, channel: str) -> Sequence[OwedPost]:
    """What a process was posting when it ended; the caller holds the lock, so none is posting now."""
    rows = db.conn.execute(
        f"{_SELECT} WHERE p.channel = ? AND p.state = 'posting' ORDER BY p.id", (channel,)
    ).fetchall()
    return [_owed(row) for row in rows]


def _owed(row: Sequence[str | int]) -> OwedPost:
    number, name, month, article, language, attempts, doubted, made = row
    return OwedPost(
        int(number),
        str(name),
        Month.parse(str(month)),
        str(article),
        str(language),
        int(attempts),
        moment(str(doubted)) if doubted else None,
        moment(str(made)),
    )


def any_due(db: Database, channel: str, now: datetime) -> bool:
    """Whether anything is to be posted now, or was being posted by a process that ended."""
    row = db.conn.execute(
        f"""SELECT EXISTS (SELECT 1 FROM channel_posts AS p JOIN issues AS i ON i.id = p.issue_id
                            WHERE p.channel = ? AND (p.state = 'posting' OR p.state = 'queued'
                              AND p.due_at <= ? AND {_SHOWN}))""",  # noqa: S608
        (channel, stamp(now)),
    ).fetchone()
    return bool(row[0])


def claim(db: Database, post: OwedPost, now: datetime) -> bool:
    """Begin to post it, from now on in doubt; False where it may not be posted any more."""
    with transaction(db):
        cursor = db.conn.execute(
            f"""UPDATE channel_posts AS p SET state = 'posting', attempts = attempts + 1,
                       doubted_at = CASE doubted_at WHEN '' THEN ?1 ELSE doubted_at END, changed_at = ?1
                 WHERE id = ?2 AND state = 'queued'
                   AND EXISTS (SELECT 1 FROM issues AS i WHERE i.id = p.issue_id AND {_SHOWN})""",  # noqa: S608
            (stamp(now), post.id),
        )
    return cursor.rowcount == 1


def settle(
    db: Database,
    post: OwedPost,
    state: str,
    answer: str,
    now: datetime,
    *,
    again: datetime | None = None,
    doubted: bool = False,
    url: str = "",
) -> None:
    """Note what came of it: `posted` (at `url`), `queued` (`again` then), `held` or `given_up`; and whether
    it is still `doubted` that it is there."""
    with transaction(db):
        db.conn.execute(
            """UPDATE channel_posts SET state = ?, answer = ?, url = ?, due_at = ?, changed_at = ?,
                      doubted_at = CASE WHEN ? THEN doubted_at ELSE '' END
                WHERE id = ? AND state IN ('posting', 'queued')""",
            (state, answer, url, stamp(again) if again else "", stamp(now), doubted, post.id),
        )


def pause(db: Database, channel: str, until: datetime) -> None:
    """Post nothing more to a channel until then."""
    with transaction(db):
        db.conn.execute(
            """UPDATE channel_posts SET due_at = ?1
                WHERE channel = ?2 AND state = 'queued' AND due_at < ?1""",
            (stamp(until), channel),
        )
