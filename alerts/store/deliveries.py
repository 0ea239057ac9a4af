"""Deliveries as an admin sees them: one by one, grouped by reason, and put back or taken out by hand.

Sending itself speaks to the outbox (`outbox.py`); nothing here touches a delivery that is `sending` or
`sent`, so an admin's act and a send under way cannot get in each other's way.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.model import DeliveryState, Month, Reason
from alerts.store import events, stamp, transaction

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One person's copy of an issue; `email` is empty after an erasure."""

    id: int
    month: str
    email: str
    language: str
    state: str
    reason: str
    reply: str
    attempts: int
    due_at: str
    changed_at: str


_SELECT = """
    SELECT d.id, i.month, s.email, e.language, d.state, d.reason, d.reply, d.attempts, d.due_at,
           d.changed_at
      FROM deliveries AS d
      JOIN issues AS i ON i.id = d.issue_id
      JOIN editions AS e ON e.id = d.edition_id
      JOIN subscribers AS s ON s.id = d.subscriber_id
"""


def listed(db: Database, month: Month, state: DeliveryState | None = None) -> Iterator[Delivery]:
    """The deliveries of a month, in the order they were queued, read in short pages."""
    last = 0
    while True:
        rows = db.conn.execute(
            f"""{_SELECT} WHERE i.month = ? AND (d.state = ? OR ?) AND d.id > ?
                 ORDER BY d.id LIMIT ?""",
            (str(month), state, state is None, last, PAGE),
        ).fetchall()
        yield from (Delivery(*row) for row in rows)
        if len(rows) < PAGE:
            return
        last = rows[-1][0]


def of_subscriber(db: Database, subscriber_id: int, month: Month) -> Delivery | None:
    """One person's copy of a month's issue, if they were owed one."""
    row = db.conn.execute(
        f"{_SELECT} WHERE d.subscriber_id = ? AND i.month = ?",
        (subscriber_id, str(month)),
    ).fetchone()
    return Delivery(*row) if row else None


def all_of(db: Database, subscriber_id: int) -> list[Delivery]:
    """Every copy that one person was ever owed, oldest first."""
    rows = db.conn.execute(f"{_SELECT} WHERE d.subscriber_id = ? ORDER BY d.id", (subscriber_id,))
    return [Delivery(*row) for row in rows]


def reasons(db: Database, month: Month) -> dict[str, dict[str, int]]:
    """How many deliveries of each state that has reasons have which: {"failed": {"rejected": 2}}."""
    rows = db.conn.execute(
        """SELECT d.state, d.reason, count(*) FROM deliveries AS d
             JOIN issues AS i ON i.id = d.issue_id
            WHERE i.month = ? AND d.reason <> '' AND d.state NOT IN ('sent', 'sending', 'queued')
            GROUP BY d.state, d.reason ORDER BY d.state, count(*) DESC, d.reason""",
        (str(month),),
    )
    found: dict[str, dict[str, int]] = {}
    for state, reason, number in rows:
        found.setdefault(state, {})[reason] = number
    return found


def decide(
    db: Database,
    month: Month,
    states: Sequence[DeliveryState],
    emails: Sequence[str],
    becomes: DeliveryState,
    now: datetime,
) -> int:
    """Move the month's deliveries in those states (of those addresses' keys, if any) by hand.

    To QUEUED they are owed anew, at once, with their attempts forgotten; to SKIPPED they are
    cancelled; to SENT they are taken as arrived. Returns how many moved; each leaves an event.
    """
    if {DeliveryState.SENT, DeliveryState.SENDING} & set(states):
        raise ValueError("what is sent, or on its way, is not decided by hand")
    reason = Reason.CANCELLED if becomes is DeliveryState.SKIPPED else Reason.NONE
    with transaction(db):
        moved = db.conn.execute(
            """UPDATE deliveries AS d
                  SET state = :becomes, reason = :reason, due_at = :now, changed_at = :now,
                      attempts = CASE :becomes WHEN 'queued' THEN 0 ELSE attempts END
                WHERE issue_id = (SELECT id FROM issues WHERE month = :month)
                  AND state IN (SELECT value FROM json_each(:states))
                  AND (:everyone OR subscriber_id IN
                       (SELECT id FROM subscribers
                         WHERE email_key IN (SELECT value FROM json_each(:emails))))
               RETURNING id""",
            {
                "becomes": becomes,
                "reason": reason,
                "now": stamp(now),
                "month": str(month),
                "states": json.dumps(list(states)),
                "emails": json.dumps(list(emails)),
                "everyone": not emails,
            },
        ).fetchall()
        for (delivery_id,) in moved:
            detail: Mapping[str, Any] = {"by": "admin"}
            events.record(db, now, f"delivery.{becomes}", delivery_id=delivery_id, detail=detail)
        if moved and becomes is DeliveryState.QUEUED:
            db.conn.execute(
                "UPDATE issues SET state = 'queued', sent_at = NULL WHERE month = ? AND state = 'sent'",
                (str(month),),
            )
    return len(moved)
