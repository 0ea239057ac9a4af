"""What a year of issues came to: sent, bounced, left, joined, read, and how much is in each language."""

import json
from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store.bounces import BOUNCED

Counts = Mapping[str, int]


def issues_until(db: Database, last: Month, most: int) -> Sequence[tuple[int, Month]]:
    """The (id, month) of the last monthly issues that were queued or sent, the oldest first."""
    rows = db.conn.execute(
        """SELECT id, month FROM issues WHERE kind = 'month' AND month <= ?
              AND state IN ('queued', 'sent') ORDER BY month DESC LIMIT ?""",
        (str(last), most),
    ).fetchall()
    return [(number, Month.parse(month)) for number, month in reversed(rows)]


def bounced(db: Database, issues: Sequence[int]) -> Sequence[tuple[int, str, str, int]]:
    """The bounced copies by issue, kind and provider, which is the domain of the address."""
    rows = db.conn.execute(
        """SELECT e.issue_id, coalesce(e.detail ->> 'kind', ''),
                  lower(substr(s.email, instr(s.email, '@') + 1)), count(DISTINCT e.delivery_id)
             FROM events AS e INDEXED BY events_by_issue
             JOIN deliveries AS d ON d.id = e.delivery_id JOIN subscribers AS s ON s.id = d.subscriber_id
            WHERE e.kind = ? AND e.issue_id IN (SELECT value FROM json_each(?))
            GROUP BY 1, 2, 3""",
        (BOUNCED, json.dumps(list(issues))),
    ).fetchall()
    return [(number, kind, domain, count) for number, kind, domain, count in rows]


def left(db: Database, since: Month) -> Counts:
    """How many people unsubscribed, by month (UTC)."""
    rows = db.conn.execute(
        """SELECT substr(at, 1, 7), count(DISTINCT subscriber_id) FROM events
            WHERE kind = 'subscriber.unsubscribed' AND at >= ? GROUP BY 1""",
        (str(since),),
    )
    return dict(rows.fetchall())


def joined(db: Database, since: Month) -> Counts:
    """How many people who are, or were, on the list were added, by month (UTC)."""
    rows = db.conn.execute(
        """SELECT substr(created_at, 1, 7), count(*) FROM subscribers
            WHERE created_at >= ? AND status <> 'pending' GROUP BY 1""",
        (str(since),),
    )
    return dict(rows.fetchall())


def active(db: Database) -> int:
    """How many people are active now."""
    row = db.conn.execute("SELECT count(*) FROM subscribers WHERE status = 'active'").fetchone()
    return int(row[0])


def coverage(db: Database, issue_id: int) -> Sequence[tuple[str, int, int]]:
    """By language of an issue's editions: the stories, and those whose title is in it."""
    rows = db.conn.execute(
        """SELECT a.language, count(*), total(a.title_language = a.language) FROM archived AS a
             JOIN issues AS i ON i.id = a.issue_id AND i.version = a.version
            WHERE a.issue_id = ? GROUP BY a.language ORDER BY a.language""",
        (issue_id,),
    ).fetchall()
    return [(language, number, int(own)) for language, number, own in rows]


def read(db: Database, issue_id: int) -> tuple[int, int]:
    """The counted opens and clicks of an issue."""
    row = db.conn.execute(
        """SELECT total(CASE WHEN archived_id <= 0 THEN number END),
                  total(CASE WHEN archived_id > 0 THEN number END) FROM counts WHERE issue_id = ?""",
        (issue_id,),
    ).fetchone()
    return int(row[0]), int(row[1])
