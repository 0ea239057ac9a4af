"""Events: dated facts about subscribers, issues and deliveries; append-only."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.store import stamp


def record(
    db: Database,
    at: datetime,
    kind: str,
    *,
    subscriber_id: int | None = None,
    issue_id: int | None = None,
    delivery_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append one event. `kind` is a name such as `subscriber.unsubscribed`; `detail` contains no
    address."""
    db.conn.execute(
        """INSERT INTO events (at, kind, subscriber_id, issue_id, delivery_id, detail)
           VALUES (?, ?, ?, ?, ?, ?)""",
        (
            stamp(at),
            kind,
            subscriber_id,
            issue_id,
            delivery_id,
            json.dumps(detail or {}, sort_keys=True),
        ),
    )


def record_news(
    db: Database, at: datetime, kind: str, issue_id: int, detail: Mapping[str, Any], since: str = ""
) -> bool:
    """Append an event of an issue, unless the last one of that kind has the same detail and was after
    `since` (as stored); says whether it did."""
    row = db.conn.execute(
        "SELECT at, detail FROM events WHERE issue_id = ? AND kind = ? ORDER BY id DESC LIMIT 1",
        (issue_id, kind),
    ).fetchone()
    if row and row[0] >= since and json.loads(row[1]) == detail:
        return False
    record(db, at, kind, issue_id=issue_id, detail=detail)
    return True


def of_issue(db: Database, issue_id: int) -> tuple[Mapping[str, Any], ...]:
    """The events of an issue, oldest first: `at`, `kind` and `detail`; without those of deliveries."""
    rows = db.query(
        """SELECT at, kind, detail FROM events
            WHERE issue_id = ? AND delivery_id IS NULL ORDER BY id""",
        (issue_id,),
    )
    return tuple({**row, "detail": json.loads(row["detail"])} for row in rows)


def of_subscriber(db: Database, subscriber_id: int) -> tuple[Mapping[str, Any], ...]:
    """The events of one person and their deliveries, oldest first: `at`, `kind` and `detail`."""
    rows = db.query(
        """SELECT at, kind, detail FROM events
            WHERE id IN (SELECT id FROM events WHERE subscriber_id = :who
                         UNION SELECT id FROM events WHERE delivery_id IN
                               (SELECT id FROM deliveries WHERE subscriber_id = :who))
            ORDER BY at, id""",
        {"who": subscriber_id},
    )
    return tuple({**row, "detail": json.loads(row["detail"])} for row in rows)
