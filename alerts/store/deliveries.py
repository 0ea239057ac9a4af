"""Deliveries for an admin: listed one by one, grouped by cause of failure, and decided by hand.

Sending uses `outbox.py` and `claims.py`. Nothing here changes a delivery that is `sending` or `sent`,
so an admin's decision and a running send do not conflict.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState, Owed, Reason
from alerts.domain.month import Month
from alerts.store import audit_log, settled_counts, stamp, transaction

PAGE = 1000


@dataclass(frozen=True, slots=True)
class DeliverySelection:
    """A selection of a month's deliveries, those of its corrections too; empty fields do not restrict it.

    `keys` are keys of addresses, `domain` is the part after the @, in ASCII.
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


# condition: the delivery `d` is selected
_WHICH = """
    d.issue_id IN (SELECT id FROM issues WHERE of_month = :month)
    AND (:states = '[]' OR d.state IN (SELECT value FROM json_each(:states)))
    AND (:reason = '' OR d.reason = :reason)
    AND ((:domain = '' AND :keys = '[]') OR d.subscriber_id IN
         (SELECT id FROM subscribers
           WHERE (:domain = '' OR substr(email, instr(email, '@') + 1) = :domain)
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
    version: int = 1
    correction: int = 0  # its number; 0: of the issue itself


_SELECT = """
    SELECT d.id, i.of_month, s.email, e.language, d.state, d.reason, d.reply, d.attempts, d.due_at,
           d.changed_at, e.version,
           CASE WHEN i.corrects IS NULL THEN 0
                ELSE CAST(substr(i.month, instr(i.month, '/') + 1) AS INTEGER) END
      FROM deliveries AS d
      JOIN issues AS i ON i.id = d.issue_id
      JOIN editions AS e ON e.id = d.edition_id
      JOIN subscribers AS s ON s.id = d.subscriber_id
"""


def listed(db: Database, which: DeliverySelection, after: int = 0) -> Iterator[Delivery]:
    """The selected deliveries of an id over `after`, in the order in which they were queued, read in short
    pages."""
    last = after
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
    """One person's copy of a month's issue, if they had one."""
    row = db.conn.execute(
        f"{_SELECT} WHERE d.subscriber_id = ? AND i.month = ?",
        (subscriber_id, str(month)),
    ).fetchone()
    return Delivery(*row) if row else None


def all_of(db: Database, subscriber_id: int) -> list[Delivery]:
    """Every copy that one person ever had, oldest first."""
    rows = db.conn.execute(f"{_SELECT} WHERE d.subscriber_id = ? ORDER BY d.id", (subscriber_id,))
    return [Delivery(*row) for row in rows]


# The edition in which the delivery `d` is sent again: of the newest version that is frozen, in the same
# language and with the same sections if there is one; the same again where a copy may have arrived.
_NEWEST = """
    CASE WHEN d.doubted THEN d.edition_id ELSE coalesce(
        (SELECT n.id FROM editions AS o JOIN editions AS n ON n.issue_id = o.issue_id
          WHERE o.id = d.edition_id
            AND n.version = (SELECT version FROM issues WHERE id = d.issue_id)
          ORDER BY n.language = o.language DESC, n.sections = o.sections DESC, n.sections = '[]' DESC, n.id
          LIMIT 1), d.edition_id) END
"""


@dataclass(frozen=True, slots=True)
class FailureCause:
    """A state, reason and reply with the number of deliveries, and one of them as an example."""

    state: str
    reason: str
    reply: str
    number: int
    example: int


def failure_causes(db: Database, month: Month) -> tuple[FailureCause, ...]:
    """The reasons and replies of deliveries, the most frequent first."""
    rows = db.conn.execute(
        """SELECT state, reason, reply, count(*), min(id) FROM deliveries
            WHERE issue_id = (SELECT id FROM issues WHERE month = ?)
              AND state IN ('failed', 'deferred', 'in_doubt', 'skipped')
            GROUP BY state, reason, reply ORDER BY count(*) DESC, min(id)""",
        (str(month),),
    ).fetchall()
    return tuple(FailureCause(*row) for row in rows)


def owed(db: Database, delivery_id: int) -> Owed:
    """The present data of a delivery's recipient, as its message needs it; None after an erasure."""
    row = db.conn.execute(
        """SELECT d.id, d.edition_id, d.subscriber_id, s.email, s.name, d.attempts, s.mark,
                  s.uncounted_since <> ''
             FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id WHERE d.id = ?""",
        (delivery_id,),
    ).fetchone()
    return Owed(*row)


def attempts(db: Database, delivery_id: int) -> tuple[Mapping[str, Any], ...]:
    """The failed attempts of a delivery and an admin's decisions on it, oldest first."""
    rows = db.conn.execute(
        "SELECT at, kind, detail FROM events WHERE delivery_id = ? ORDER BY id", (delivery_id,)
    ).fetchall()
    return tuple(
        {"at": at, "became": kind.removeprefix("delivery."), **json.loads(detail)}
        for at, kind, detail in rows
    )


def decide(db: Database, which: DeliverySelection, becomes: DeliveryState, now: datetime) -> int:
    """Change the selected deliveries, whose states must be named, by hand.

    To QUEUED: they are sent again at once, with their attempts reset. To SKIPPED: they are cancelled.
    To SENT: they count as arrived. Returns how many changed; each records an event.
    """
    if not which.states or {DeliveryState.SENT, DeliveryState.SENDING} & set(which.states):
        raise ValueError("a delivery that is sent or being sent is not decided by hand")
    reason = Reason.CANCELLED if becomes is DeliveryState.SKIPPED else Reason.NONE
    with transaction(db):
        moved = db.conn.execute(
            f"""UPDATE deliveries AS d
                  SET state = :becomes, reason = :why, due_at = :now, changed_at = :now,
                      attempts = CASE :becomes WHEN 'queued' THEN 0 ELSE attempts END,
                      edition_id = CASE :becomes WHEN 'queued' THEN {_NEWEST} ELSE edition_id END
                WHERE {_WHICH}
               RETURNING id""",  # noqa: S608
            {**which.parameters, "becomes": becomes, "why": reason, "now": stamp(now)},
        ).fetchall()
        for (delivery_id,) in moved:
            detail: Mapping[str, Any] = {"by": "admin"}
            audit_log.record(db, now, f"delivery.{becomes}", delivery_id=delivery_id, detail=detail)
        if moved:
            settled_counts.drop(db, which.month)
        if moved and becomes is DeliveryState.QUEUED:
            db.conn.execute(
                """UPDATE issues SET state = 'queued', sent_at = NULL
                    WHERE of_month = ? AND state = 'sent' AND EXISTS (
                          SELECT 1 FROM deliveries AS d
                           WHERE d.issue_id = issues.id AND d.state = 'queued')""",
                (str(which.month),),
            )
    return len(moved)
