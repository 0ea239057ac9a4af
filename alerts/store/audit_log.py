"""Events: dated facts about subscribers, issues and deliveries; append-only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event of an issue. `at` is as it is stored; those with one `act` in `detail` belong together."""

    id: int
    at: str
    kind: str
    detail: Mapping[str, Any]


def next_id(db: Database) -> int:
    """The id of the next event, within the transaction that records it."""
    (last,) = db.conn.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()
    return int(last) + 1


def recent(db: Database, issue_id: int, most: int) -> tuple[LoggedEvent, ...]:
    """The newest events of an issue that changed a story or a text of it, the newest first."""
    rows = db.conn.execute(
        """SELECT id, at, kind, detail FROM events
            WHERE issue_id = ? AND delivery_id IS NULL
              AND (kind = 'article.added' OR detail ->> '$.changes' IS NOT NULL)
            ORDER BY id DESC LIMIT ?""",
        (issue_id, most),
    )
    return tuple(map(_logged, rows.fetchall()))


def of_act(db: Database, issue_id: int, event_id: int) -> tuple[LoggedEvent, ...]:
    """The event of that id, and all that belong to the same act."""
    rows = db.conn.execute(
        """SELECT e.id, e.at, e.kind, e.detail FROM events AS e JOIN events AS one ON one.id = :id
            WHERE e.issue_id = :issue AND e.delivery_id IS NULL
              AND (e.id = :id OR e.detail ->> '$.act' = one.detail ->> '$.act')
            ORDER BY e.id""",
        {"id": event_id, "issue": issue_id},
    )
    return tuple(map(_logged, rows.fetchall()))


def issue_of(db: Database, event_id: int) -> int | None:
    """The issue of an event; None where there is no such event, or it has none."""
    row = db.conn.execute(
        "SELECT issue_id FROM events WHERE id = ? AND delivery_id IS NULL", (event_id,)
    ).fetchone()
    return row[0] if row else None


def _logged(row: tuple[int, str, str, str]) -> LoggedEvent:
    number, at, kind, detail = row
    return LoggedEvent(number, at, kind, json.loads(detail))


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
