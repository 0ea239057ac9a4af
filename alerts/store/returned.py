"""What came back of the issues: whose copy it was, what was heard of it, and how much in all.

A delivery stays `sent`: the relay took it. That it came back is an event of it, at most one of a kind.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.address import Address
from alerts.model import Month
from alerts.store import events
from alerts.store.suppressions import digest

BOUNCED, COMPLAINED = "delivery.bounced", "delivery.complained"


@dataclass(frozen=True, slots=True)
class Copy:
    """One person's copy of an issue; `email` is empty after an erasure."""

    delivery_id: int
    issue_id: int
    subscriber_id: int
    email: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What came back of an issue of which `sent` copies went out."""

    sent: int
    hard: int
    soft: int
    complaints: int

    @property
    def hard_share(self) -> float:
        """How many of those sent came back for good."""
        return self.hard / self.sent if self.sent else 0.0

    @property
    def complaint_share(self) -> float:
        """How many of those sent were complained about."""
        return self.complaints / self.sent if self.sent else 0.0


def copy(db: Database, delivery_id: int) -> Copy | None:
    """Whose copy a delivery was."""
    row = db.conn.execute(
        """SELECT d.id, d.issue_id, d.subscriber_id, s.email FROM deliveries AS d
             JOIN subscribers AS s ON s.id = d.subscriber_id WHERE d.id = ?""",
        (delivery_id,),
    ).fetchone()
    return Copy(*row) if row else None


def newest_copy(db: Database, subscriber_id: int) -> Copy | None:
    """The last copy that somebody was sent."""
    row = db.conn.execute(
        """SELECT max(id) FROM deliveries WHERE subscriber_id = ? AND state = 'sent'""",
        (subscriber_id,),
    ).fetchone()
    return copy(db, row[0]) if row and row[0] is not None else None


def hear(db: Database, heard: Copy, at: datetime, event: str, detail: dict[str, str]) -> bool:
    """Keep what was heard of a copy; False where that was known. `kind` in `detail` tells events apart."""
    known = db.conn.execute(
        """SELECT EXISTS (SELECT 1 FROM events WHERE delivery_id = ? AND kind = ?
                           AND coalesce(detail ->> 'kind', '') IN (?, ''))""",
        (heard.delivery_id, event, detail.get("kind", "")),
    ).fetchone()[0]
    if known:
        return False
    events.record(
        db, at, event, issue_id=heard.issue_id, delivery_id=heard.delivery_id, detail=detail
    )
    return True


def bounced_in_a_row(db: Database, subscriber_id: int) -> int:
    """How many of the newest copies that somebody was sent came back, up to the first that did not."""
    rows = db.conn.execute(
        """SELECT EXISTS (SELECT 1 FROM events WHERE delivery_id = d.id AND kind = ?)
             FROM deliveries AS d WHERE d.subscriber_id = ? AND d.state = 'sent' ORDER BY d.id DESC""",
        (BOUNCED, subscriber_id),
    )
    number = 0
    for (came_back,) in rows:
        if not came_back:
            break
        number += 1
    return number


def had(db: Database, subscriber_id: int, address: Address) -> bool:
    """Whether an address is one that somebody had before."""
    wanted = digest(db, address)
    rows = db.conn.execute(
        "SELECT address_hash FROM former_addresses WHERE subscriber_id = ?", (subscriber_id,)
    )
    return any(hmac.compare_digest(kept, wanted) for (kept,) in rows)


def figures(db: Database, month: Month) -> Figures:
    """What came back of that month's issue."""
    row = db.conn.execute(
        """WITH issue AS (SELECT id FROM issues WHERE month = :month),
                heard AS (SELECT kind, delivery_id, detail ->> 'kind' AS how FROM events
                           WHERE issue_id = (SELECT id FROM issue) AND kind IN (:bounced, :complained)),
                hard AS (SELECT DISTINCT delivery_id FROM heard WHERE kind = :bounced AND how = 'hard')
           SELECT (SELECT count(*) FROM deliveries
                    WHERE issue_id = (SELECT id FROM issue) AND state = 'sent'),
                  (SELECT count(*) FROM hard),
                  (SELECT count(DISTINCT delivery_id) FROM heard WHERE kind = :bounced
                      AND delivery_id NOT IN (SELECT delivery_id FROM hard)),
                  (SELECT count(DISTINCT delivery_id) FROM heard WHERE kind = :complained)""",
        {"month": str(month), "bounced": BOUNCED, "complained": COMPLAINED},
    ).fetchone()
    return Figures(*row)
