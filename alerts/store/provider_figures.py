"""What came of the copies of issues by the domain of their readers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.store.bounces import BOUNCED, COMPLAINED

_DOMAIN = "lower(substr(s.email, instr(s.email, '@') + 1))"


@dataclass(frozen=True, slots=True)
class DomainFigures:
    """The copies of issues for one domain: accepted; deferred at least once; refused for good. `began` and
    `ended`: the first and last acceptance, as stored."""

    domain: str
    sent: int
    deferred: int
    failed: int
    began: str
    ended: str


def copies(db: Database, issues: Sequence[int]) -> Sequence[DomainFigures]:
    """The copies of those issues, by domain; those of erased readers have an empty one."""
    rows = db.conn.execute(
        f"""SELECT CASE WHEN instr(s.email, '@') THEN {_DOMAIN} ELSE '' END,
                   CAST(total(d.state = 'sent') AS INTEGER),
                   CAST(total(d.attempts > 1 OR d.state = 'deferred') AS INTEGER),
                   CAST(total(d.state = 'failed') AS INTEGER),
                   coalesce(min(d.changed_at) FILTER (WHERE d.state = 'sent'), ''),
                   coalesce(max(d.changed_at) FILTER (WHERE d.state = 'sent'), '')
              FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
             WHERE d.issue_id IN (SELECT value FROM json_each(?)) GROUP BY 1""",  # noqa: S608
        (json.dumps(list(issues)),),
    ).fetchall()
    return [DomainFigures(*row) for row in rows]


def returned(db: Database, issues: Sequence[int]) -> Sequence[tuple[str, str, int]]:
    """(domain, kind, number) of bounces (hard, soft, ours) and complaints (complaint) of those issues."""
    rows = db.conn.execute(
        f"""SELECT CASE WHEN instr(s.email, '@') THEN {_DOMAIN} ELSE '' END,
                   CASE e.kind WHEN '{COMPLAINED}' THEN 'complaint'
                               ELSE coalesce(e.detail ->> 'kind', '') END,
                   count(DISTINCT e.delivery_id)
              FROM events AS e INDEXED BY events_by_issue
              JOIN deliveries AS d ON d.id = e.delivery_id JOIN subscribers AS s ON s.id = d.subscriber_id
             WHERE e.kind IN ('{BOUNCED}', '{COMPLAINED}')
               AND e.issue_id IN (SELECT value FROM json_each(?))
             GROUP BY 1, 2""",  # noqa: S608
        (json.dumps(list(issues)),),
    ).fetchall()
    return [tuple(row) for row in rows]
