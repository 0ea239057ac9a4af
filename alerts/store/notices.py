"""The outbox of notices: mails to one person about their own subscription.

Beside the outbox of deliveries, because a notice belongs to no issue and must not wait for one that is
being sent (docs/adr/0013-notices.md). It has the same states and the same promise. Whoever works it
holds the lock of notices, so a row that is `sending` when work begins was left by a dead process.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from alerts.address import Address
from alerts.model import DeliveryState, Outcome, Reason
from alerts.store import stamp
from alerts.store.secrets import all_secrets


class NoticeKind(StrEnum):
    """What a notice says."""

    CONFIRM = "confirm"  # press here to join
    MOVE = "move"  # press here to have the alert sent to this address
    ALREADY = "already"  # you are subscribed already


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice that is owed. `message` is None until its bytes are frozen, and with them the
    `sender` of the envelope."""

    id: int
    kind: NoticeKind
    subscriber_id: int | None
    confirmation_id: int | None
    email: str
    language: str
    message: bytes | None
    sender: str
    state: DeliveryState
    attempts: int
    created_at: str


def mailbox(db: Database, address: Address) -> bytes:
    """The keyed hash of where mail to that address ends up, for counting (rule X9).

    A +tag and dots before the @ make no other mailbox at the large providers; elsewhere, two people
    who differ by them alone share a count, which costs the second one a day at most.
    """
    local = address.local.lower().partition("+")[0].replace(".", "") or address.local
    secret = next(iter(all_secrets(db).values()))
    return hmac.digest(secret, f"mailbox\0{local}@{address.domain}".encode(), "sha256")[:16]


def add(
    db: Database,
    kind: NoticeKind,
    address: Address,
    language: str,
    now: datetime,
    *,
    subscriber_id: int | None,
    confirmation_id: int | None = None,
) -> int:
    """Owe a notice; returns its id."""
    cursor = db.conn.execute(
        """INSERT INTO notices (kind, subscriber_id, confirmation_id, email, language, mailbox,
                                due_at, created_at, changed_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            kind,
            subscriber_id,
            confirmation_id,
            str(address),
            language,
            mailbox(db, address),
            stamp(now),
            stamp(now),
            stamp(now),
        ),
    )
    return int(cursor.lastrowid or 0)


def counted(db: Database, box: bytes, since: datetime) -> tuple[int, int]:
    """How many notices a mailbox was owed since then, and how many that it never answered."""
    row = db.conn.execute(
        "SELECT coalesce(sum(created_at > ?), 0), coalesce(sum(counts), 0) FROM notices WHERE mailbox = ?",
        (stamp(since), box),
    ).fetchone()
    return int(row[0]), int(row[1])


def answered(db: Database, box: bytes) -> None:
    """The owner of a mailbox has answered: what it was sent so far was welcome."""
    db.conn.execute("UPDATE notices SET counts = 0 WHERE mailbox = ? AND counts = 1", (box,))


def recover(db: Database, now: datetime) -> int:
    """Put what a dead process was sending in doubt, due at once; returns how many."""
    cursor = db.conn.execute(
        """UPDATE notices SET state = 'in_doubt', reason = ?, due_at = ?, changed_at = ?
            WHERE state = 'sending'""",
        (Reason.UNANSWERED, stamp(now), stamp(now)),
    )
    return cursor.rowcount


_COLUMNS = """id, kind, subscriber_id, confirmation_id, email, language, message, sender, state,
              attempts, created_at"""


def due(db: Database, now: datetime, limit: int) -> Sequence[Notice]:
    """The notices whose moment has come, oldest first."""
    rows = db.query(
        f"""SELECT {_COLUMNS} FROM notices INDEXED BY notices_open
             WHERE state IN ('queued', 'deferred', 'in_doubt') AND due_at <= ?
             ORDER BY due_at, id LIMIT ?""",  # noqa: S608
        (stamp(now), limit),
    )
    return [_notice(row) for row in rows]


def next_due(db: Database) -> str:
    """When the earliest open notice is due, or an empty text."""
    row = db.conn.execute(
        """SELECT min(due_at) FROM notices INDEXED BY notices_open
            WHERE state IN ('queued', 'deferred', 'in_doubt')"""
    ).fetchone()
    return row[0] or ""


def claim(db: Database, notice: Notice, sender: str, message: bytes, now: datetime) -> bool:
    """Take a notice to send those bytes from that sender, if it may be sent still; returns whether.

    In one statement with the question whether its wish is still open and its address may be mailed;
    where not, it is settled as `skipped`.
    """
    taken = db.conn.execute(
        """UPDATE notices SET state = 'sending', sender = ?, message = ?, changed_at = ?
            WHERE id = ? AND state IN ('queued', 'deferred', 'in_doubt')
              AND (confirmation_id IS NULL OR EXISTS (SELECT 1 FROM confirmations AS c
                     WHERE c.id = confirmation_id AND c.state = 'mailed'))
              AND NOT EXISTS (SELECT 1 FROM suppressions AS x
                     WHERE x.email_key = ? AND x.reason <> 'unsubscribed')""",
        (sender, message, stamp(now), notice.id, Address.parse(notice.email).key),
    ).rowcount
    if not taken:
        db.conn.execute(
            f"""UPDATE notices SET state = 'skipped', reason = ?, {_EMPTIED}, changed_at = ?
                 WHERE id = ? AND state IN ('queued', 'deferred', 'in_doubt')""",  # noqa: S608
            (Reason.SUPPRESSED, stamp(now), notice.id),
        )
    return bool(taken)


_EMPTIED = "email = '', sender = '', message = NULL"


def settle(
    db: Database, notice_id: int, outcome: Outcome, attempts: int, due_at: datetime, now: datetime
) -> None:
    """Write the outcome of an attempt; one that is final empties the notice."""
    final = outcome.state in (DeliveryState.SENT, DeliveryState.FAILED)
    db.conn.execute(
        f"""UPDATE notices
               SET state = ?, reason = ?, reply = ?, attempts = ?, due_at = ?, changed_at = ?
                   {"," + _EMPTIED if final else ""}
             WHERE id = ? AND state = 'sending'""",  # noqa: S608
        (
            outcome.state,
            outcome.reason,
            "" if final else str(outcome.reply),
            attempts,
            stamp(due_at),
            stamp(now),
            notice_id,
        ),
    )


def drop(db: Database, subscriber_id: int, now: datetime) -> None:
    """Skip what one person is still owed, for an erasure."""
    db.conn.execute(
        f"""UPDATE notices SET state = 'skipped', reason = ?, {_EMPTIED}, reply = '', changed_at = ?
             WHERE subscriber_id = ? AND state IN ('queued', 'deferred', 'in_doubt', 'sending')""",  # noqa: S608
        (Reason.ERASED, stamp(now), subscriber_id),
    )


def of_subscriber(db: Database, subscriber_id: int) -> Sequence[dict[str, Any]]:
    """What one person was sent: `kind`, `state`, `created_at`, `changed_at`."""
    return list(
        db.query(
            """SELECT kind, state, created_at, changed_at FROM notices
                WHERE subscriber_id = ? ORDER BY id""",
            (subscriber_id,),
        )
    )


def _notice(row: dict[str, Any]) -> Notice:
    state = DeliveryState(row["state"])
    return Notice(**{**row, "kind": NoticeKind(row["kind"]), "state": state})
