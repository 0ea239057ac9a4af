"""Bounces and complaints about deliveries, as events, and their totals.

A delivery stays `sent`, because the relay accepted it. A bounce is an event of the delivery, at most
one of each kind.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.month import Month
from alerts.store import audit_log, outbox_figures, stamp
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
    """The bounces and complaints of an issue with `sent` copies."""

    sent: int
    hard: int
    soft: int
    complaints: int

    @property
    def hard_share(self) -> float:
        """Hard bounces as a share of the sent copies."""
        return self.hard / self.sent if self.sent else 0.0

    @property
    def complaint_share(self) -> float:
        """Complaints as a share of the sent copies."""
        return self.complaints / self.sent if self.sent else 0.0


def copy(db: Database, delivery_id: int | None) -> Copy | None:
    """The copy of a delivery; None where there is no such delivery."""
    row = db.conn.execute(
        """SELECT d.id, d.issue_id, d.subscriber_id, s.email FROM deliveries AS d
             JOIN subscribers AS s ON s.id = d.subscriber_id WHERE d.id = ?""",
        (delivery_id,),
    ).fetchone()
    return Copy(*row) if row else None


def newest_copy(db: Database, subscriber_id: int) -> Copy | None:
    """The last copy that was sent to that person."""
    row = db.conn.execute(
        """SELECT max(id) FROM deliveries WHERE subscriber_id = ? AND state = 'sent'""",
        (subscriber_id,),
    ).fetchone()
    return copy(db, row[0]) if row and row[0] is not None else None


def copy_to(db: Database, address: Address, since: datetime) -> Copy | None:
    """The newest copy that was sent to whoever has that address, since that moment."""
    row = db.conn.execute(
        """SELECT max(d.id) FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
            WHERE s.email_key = ? AND d.state = 'sent' AND d.changed_at >= ?""",
        (address.key, stamp(since)),
    ).fetchone()
    return copy(db, row[0]) if row and row[0] is not None else None


def hear(db: Database, heard: Copy, at: datetime, event: str, detail: dict[str, str]) -> bool:
    """Record an event about a copy; False if it was known. `kind` in `detail` distinguishes events."""
    if known(db, heard, event, detail.get("kind", "")):
        return False
    audit_log.record(
        db, at, event, issue_id=heard.issue_id, delivery_id=heard.delivery_id, detail=detail
    )
    return True


def known(db: Database, copy: Copy, event: str, kind: str) -> bool:
    """Whether that event of a copy is recorded, of that kind or of none."""
    row = db.conn.execute(
        """SELECT EXISTS (SELECT 1 FROM events WHERE delivery_id = ? AND kind = ?
                           AND coalesce(detail ->> 'kind', '') IN (?, ''))""",
        (copy.delivery_id, event, kind),
    ).fetchone()
    return bool(row[0])


def bounced_in_a_row(db: Database, subscriber_id: int) -> int:
    """How many of the newest copies sent to that person bounced, up to the first that did not.

    Bounces that are not about the recipient are skipped: they neither count nor end the series.
    """
    rows = db.conn.execute(
        """SELECT EXISTS (SELECT 1 FROM events WHERE delivery_id = d.id AND kind = ?1
                                AND coalesce(detail ->> 'about', 'recipient') = 'recipient') AS theirs
             FROM deliveries AS d WHERE d.subscriber_id = ?2 AND d.state = 'sent'
              AND (theirs OR NOT EXISTS (SELECT 1 FROM events WHERE delivery_id = d.id AND kind = ?1))
            ORDER BY d.id DESC""",
        (BOUNCED, subscriber_id),
    )
    number = 0
    for (came_back,) in rows:
        if not came_back:
            break
        number += 1
    return number


def had(db: Database, subscriber_id: int, address: Address) -> bool:
    """True if the address is a former one of that person."""
    wanted = digest(db, address)
    rows = db.conn.execute(
        "SELECT address_hash FROM former_addresses WHERE subscriber_id = ?", (subscriber_id,)
    )
    return any(hmac.compare_digest(kept, wanted) for (kept,) in rows)


def faults_of_ours(db: Database, month: Month) -> tuple[int, str]:
    """The number of copies of that month that bounced for a fault of ours, and the newest reply."""
    row = db.conn.execute(
        """SELECT count(DISTINCT delivery_id), max(id), coalesce(detail ->> 'diagnostic', '')
             FROM events WHERE kind = ? AND detail ->> 'kind' = 'ours'
              AND issue_id = (SELECT id FROM issues WHERE month = ?)""",
        (BOUNCED, str(month)),
    ).fetchone()
    return row[0], row[2] or ""


def figures(db: Database, month: Month) -> Figures:
    """The bounces and complaints of that month's issue."""
    row = db.conn.execute(
        """WITH issue AS (SELECT id FROM issues WHERE month = :month),
                heard AS (SELECT kind, delivery_id, detail ->> 'kind' AS how FROM events
                           WHERE issue_id = (SELECT id FROM issue) AND kind IN (:bounced, :complained)),
                hard AS (SELECT DISTINCT delivery_id FROM heard WHERE kind = :bounced AND how = 'hard')
           SELECT (SELECT count(*) FROM hard),
                  (SELECT count(DISTINCT delivery_id) FROM heard WHERE kind = :bounced AND how <> 'ours'
                      AND delivery_id NOT IN (SELECT delivery_id FROM hard)),
                  (SELECT count(DISTINCT delivery_id) FROM heard WHERE kind = :complained)""",
        {"month": str(month), "bounced": BOUNCED, "complained": COMPLAINED},
    ).fetchone()
    return Figures(outbox_figures.counts(db, month)["sent"], *row)
