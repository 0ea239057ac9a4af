"""Deliveries as an admin sees them: one by one, grouped by what went wrong, and decided on by hand.

Sending itself speaks to the outbox (`outbox.py`); nothing here touches a delivery that is `sending` or
`sent`, so an admin's act and a send under way cannot get in each other's way.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.model import DeliveryState, Month, Owed, Reason
from alerts.store import events, stamp, transaction

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Which:
    """Which deliveries of a month are meant; what is empty does not matter.

    `keys` are those of addresses, `domain` is what stands behind the @, in ASCII.
    """

    month: Month
    states: Sequence[DeliveryState] = ()
    reason: str = ""
    domain: str = ""
    keys: Sequence[str] = ()

    @property
    def parameters(self) -> dict[str, object]:
        """For `_WHICH`."""
        return {
            "month": str(self.month),
            "states": json.dumps(list(self.states)),
            "reason": self.reason,
            "domain": self.domain,
            "keys": json.dumps(list(self.keys)),
        }


# `d` is a delivery that is meant
_WHICH = """
    d.issue_id = (SELECT id FROM issues WHERE month = :month)
    AND (:states = '[]' OR d.state IN (SELECT value FROM json_each(:states)))
    AND (:reason = '' OR d.reason = :reason)
    AND ((:domain = '' AND :keys = '[]') OR d.subscriber_id IN
         (SELECT id FROM subscribers
           WHERE (:domain = '' OR substr(email_key, instr(email_key, '@') + 1) = :domain)
             AND (:keys = '[]' OR email_key IN (SELECT value FROM json_each(:keys)))))
"""


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


def listed(db: Database, which: Which) -> Iterator[Delivery]:
    """The deliveries that are meant, in the order they were queued, read in short pages."""
    last = 0
    while True:
        rows = db.conn.execute(
            f"{_SELECT} WHERE {_WHICH} AND d.id > :last ORDER BY d.id LIMIT :page",
            {**which.parameters, "last": last, "page": PAGE},
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


@dataclass(frozen=True, slots=True)
class Words:
    """What was said of how many deliveries of a state, and one of them as an example."""

    state: str
    reason: str
    reply: str
    number: int
    example: int


def words(db: Database, month: Month) -> tuple[Words, ...]:
    """Why deliveries are in the states that have reasons, those of the most first."""
    rows = db.conn.execute(
        """SELECT state, reason, reply, count(*), min(id) FROM deliveries
            WHERE issue_id = (SELECT id FROM issues WHERE month = ?)
              AND state IN ('failed', 'deferred', 'in_doubt', 'skipped')
            GROUP BY state, reason, reply ORDER BY count(*) DESC, min(id)""",
        (str(month),),
    ).fetchall()
    return tuple(Words(*row) for row in rows)


def owed(db: Database, delivery_id: int) -> Owed:
    """What the message of a delivery needs of its recipient, as the list has it now."""
    row = db.conn.execute(
        """SELECT d.id, d.edition_id, d.subscriber_id, s.email, s.name, d.attempts
             FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id WHERE d.id = ?""",
        (delivery_id,),
    ).fetchone()
    return Owed(*row)


def attempts(db: Database, delivery_id: int) -> tuple[Mapping[str, Any], ...]:
    """What went wrong with a delivery, and who decided on it, oldest first."""
    rows = db.conn.execute(
        "SELECT at, kind, detail FROM events WHERE delivery_id = ? ORDER BY id", (delivery_id,)
    ).fetchall()
    return tuple(
        {"at": at, "became": kind.removeprefix("delivery."), **json.loads(detail)}
        for at, kind, detail in rows
    )


def decide(db: Database, which: Which, becomes: DeliveryState, now: datetime) -> int:
    """Move the deliveries that are meant, whose states must be named, by hand.

    To QUEUED they are owed anew, at once, with their attempts forgotten; to SKIPPED they are
    cancelled; to SENT they are taken as arrived. Returns how many moved; each leaves an event.
    """
    if not which.states or {DeliveryState.SENT, DeliveryState.SENDING} & set(which.states):
        raise ValueError("what is sent, or on its way, is not decided by hand")
    reason = Reason.CANCELLED if becomes is DeliveryState.SKIPPED else Reason.NONE
    with transaction(db):
        moved = db.conn.execute(
            f"""UPDATE deliveries AS d
                  SET state = :becomes, reason = :why, due_at = :now, changed_at = :now,
                      attempts = CASE :becomes WHEN 'queued' THEN 0 ELSE attempts END
                WHERE {_WHICH}
               RETURNING id""",  # noqa: S608
            {**which.parameters, "becomes": becomes, "why": reason, "now": stamp(now)},
        ).fetchall()
        for (delivery_id,) in moved:
            detail: Mapping[str, Any] = {"by": "admin"}
            events.record(db, now, f"delivery.{becomes}", delivery_id=delivery_id, detail=detail)
        if moved and becomes is DeliveryState.QUEUED:
            db.conn.execute(
                "UPDATE issues SET state = 'queued', sent_at = NULL WHERE month = ? AND state = 'sent'",
                (str(which.month),),
            )
    return len(moved)
