"""Which answers of an issue came for many readers; see `bounces/spread.py`."""

from datetime import datetime

from sqlite_utils import Database

from alerts.store import audit_log, stamp
from alerts.store.bounces import BOUNCED

SPREAD = "bounces.spread"


def known(db: Database, issue_id: int, words: str) -> set[str]:
    """The providers, or `*` for all, for which that answer of the issue is known to be for many."""
    rows = db.conn.execute(
        """SELECT detail ->> 'provider' FROM events
            WHERE issue_id = ? AND kind = ? AND detail ->> 'words' = ?""",
        (issue_id, SPREAD, words),
    )
    return {row[0] for row in rows}


def since(db: Database, moment: datetime) -> list[tuple[str, str]]:
    """The answers for many that were found from then on: provider, or `*`, and words."""
    rows = db.conn.execute(
        """SELECT DISTINCT detail ->> 'provider', detail ->> 'words' FROM events
            WHERE kind = ? AND at >= ?""",
        (SPREAD, stamp(moment)),
    )
    return [(provider, words) for provider, words in rows]


def note(db: Database, at: datetime, issue_id: int, provider: str, words: str) -> None:
    """Remember that an answer is for many."""
    detail = {"provider": provider, "words": words}
    audit_log.record(db, at, SPREAD, issue_id=issue_id, detail=detail)


def same(db: Database, issue_id: int, words: str, domain: str) -> int:
    """How many copies of the issue came back hard with those words; of one domain, or (empty) of all."""
    row = db.conn.execute(
        """SELECT count(DISTINCT e.delivery_id) FROM events AS e
             JOIN deliveries AS d ON d.id = e.delivery_id
             JOIN subscribers AS s ON s.id = d.subscriber_id
            WHERE e.issue_id = ? AND e.kind = ? AND e.detail ->> 'kind' = 'hard'
              AND e.detail ->> 'words' = ? AND (? = '' OR lower(s.email) LIKE '%@' || ?)""",
        (issue_id, BOUNCED, words, domain, domain),
    ).fetchone()
    return int(row[0])


def sent(db: Database, issue_id: int, domain: str) -> int:
    """How many copies of the issue were sent; to one domain, or (empty) to all."""
    row = db.conn.execute(
        """SELECT count(*) FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
            WHERE d.issue_id = ? AND d.state = 'sent' AND (? = '' OR lower(s.email) LIKE '%@' || ?)""",
        (issue_id, domain, domain),
    ).fetchone()
    return int(row[0])
