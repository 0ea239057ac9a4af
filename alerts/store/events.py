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
    """Append one fact. `kind` is a word such as `subscriber.unsubscribed`; no address in `detail`."""
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


def of_issue(db: Database, issue_id: int) -> tuple[Mapping[str, Any], ...]:
    """What happened to an issue, oldest first: `at`, `kind` and `detail`; deliveries apart."""
    rows = db.query(
        """SELECT at, kind, detail FROM events
            WHERE issue_id = ? AND delivery_id IS NULL ORDER BY id""",
        (issue_id,),
    )
    return tuple({**row, "detail": json.loads(row["detail"])} for row in rows)


def of_subscriber(db: Database, subscriber_id: int) -> tuple[Mapping[str, Any], ...]:
    """What happened to one person, oldest first: `at`, `kind` and `detail`."""
    rows = db.query(
        "SELECT at, kind, detail FROM events WHERE subscriber_id = ? ORDER BY id", (subscriber_id,)
    )
    return tuple({**row, "detail": json.loads(row["detail"])} for row in rows)
