"""The outbox of notices: mails to one person about their own subscription.

Separate from the outbox of deliveries, because a notice belongs to no issue and must not wait for one
that is being sent (docs/adr/0013-notices.md). It has the same states and the same promise. The sender
holds the lock of notices, so a row that is `sending` at its start was left by a dead process.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.delivery import DeliveryState, Outcome, Reason
from alerts.store import stamp
from alerts.store.signing_keys import all_secrets


class NoticeKind(StrEnum):
    """The kind of a notice."""

    CONFIRM = "confirm"  # confirm the subscription
    MOVE = "move"  # confirm the new address
    ALREADY = "already"  # “you are already subscribed”
    DATA = "data"  # the link to download all stored data
    ERASE = "erase"  # the link to erase all stored data
    LEFT = "left"  # “you are unsubscribed”, with a link to undo it
    SIGN_IN = "sign_in"  # the link that signs in at the desk, to who works on the alert
    COMMENTS = "comments"  # what colleagues said at the desk, to who works on the alert
    WELCOME = "welcome"  # to who has just confirmed, with the latest issue


SIGN_UPS = (NoticeKind.CONFIRM, NoticeKind.MOVE, NoticeKind.ALREADY)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to send. `message` is None until its bytes are frozen, together with the `sender` of
    the envelope."""

    id: int
    kind: NoticeKind
    subscriber_id: int | None
    confirmation_id: int | None
    sign_in_id: int | None
    email: str
    language: str
    message: bytes | None
    sender: str
    state: DeliveryState
    attempts: int
    created_at: str


def mailbox(db: Database, address: Address) -> bytes:
    """A keyed hash of the mailbox behind that address, for counting (rule X9).

    At large providers, a +tag and dots before the @ do not make another mailbox; elsewhere, two people
    who differ only by these share a count, which delays the second one by at most a day.
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
    sign_in_id: int | None = None,
    due_at: datetime | None = None,
) -> int:
    """Queue a notice, due at once or at `due_at`; returns its id. Notices about a sign-up count towards the
    limit for an unanswered mailbox."""
    cursor = db.conn.execute(
        """INSERT INTO notices (id, kind, counts, subscriber_id, confirmation_id, sign_in_id, email,
                                language, mailbox, due_at, created_at, changed_at)
           VALUES (abs(random()) >> 4, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            kind,
            kind in SIGN_UPS,
            subscriber_id,
            confirmation_id,
            sign_in_id,
            str(address),
            language,
            mailbox(db, address),
            stamp(due_at or now),
            stamp(now),
            stamp(now),
        ),
    )
    return int(cursor.lastrowid or 0)


def counted(db: Database, box: bytes, since: datetime) -> tuple[int, int]:
    """The numbers of notices about sign-ups to a mailbox since then, and of those it never answered."""
    row = db.conn.execute(
        """SELECT coalesce(sum(created_at > ?), 0), coalesce(sum(counts), 0) FROM notices
            WHERE mailbox = ? AND kind IN (SELECT value FROM json_each(?))""",
        (stamp(since), box, json.dumps(SIGN_UPS)),
    ).fetchone()
    return int(row[0]), int(row[1])


def lately(db: Database, kind: NoticeKind, subscriber_id: int, since: datetime) -> int:
    """The number of notices of a kind to one person since then."""
    row = db.conn.execute(
        "SELECT count(*) FROM notices WHERE kind = ? AND subscriber_id = ? AND created_at > ?",
        (kind, subscriber_id, stamp(since)),
    ).fetchone()
    return int(row[0])


def unused(db: Database, notice_id: int, kind: NoticeKind, subscriber_id: int) -> bool:
    """Whether there is a notice of that kind to that person whose link was not used."""
    found = db.conn.execute(
        "SELECT 1 FROM notices WHERE id = ? AND kind = ? AND subscriber_id = ? AND used_at = ''",
        (notice_id, kind, subscriber_id),
    ).fetchone()
    return found is not None


def use(db: Database, notice_id: int, kind: NoticeKind, subscriber_id: int, now: datetime) -> bool:
    """Use the link of a notice; returns whether this was the first time."""
    used = db.conn.execute(
        """UPDATE notices SET used_at = ?
            WHERE id = ? AND kind = ? AND subscriber_id = ? AND used_at = ''""",
        (stamp(now), notice_id, kind, subscriber_id),
    )
    return used.rowcount == 1


def answered(db: Database, box: bytes) -> None:
    """Record that the owner of a mailbox has answered, so that earlier notices no longer count."""
    db.conn.execute("UPDATE notices SET counts = 0 WHERE mailbox = ? AND counts = 1", (box,))


def recover(db: Database, now: datetime) -> int:
    """Mark the notices that a dead process was sending as in doubt, due at once; returns how many.

    A welcome may have arrived, and nobody gets two: it has failed.
    """
    db.conn.execute(
        f"""UPDATE notices SET state = 'failed', reason = ?, {_EMPTIED}, changed_at = ?
             WHERE state = 'sending' AND kind = 'welcome'""",  # noqa: S608
        (Reason.UNANSWERED, stamp(now)),
    )
    cursor = db.conn.execute(
        """UPDATE notices SET state = 'in_doubt', reason = ?, due_at = ?, changed_at = ?
            WHERE state = 'sending'""",
        (Reason.UNANSWERED, stamp(now), stamp(now)),
    )
    return cursor.rowcount


_COLUMNS = """id, kind, subscriber_id, confirmation_id, sign_in_id, email, language, message, sender, state,
              attempts, created_at"""


def due(db: Database, now: datetime, limit: int) -> Sequence[Notice]:
    """The notices that are due, oldest first."""
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
    """Take a notice for sending these bytes from that sender, if it may still be sent; returns whether.

    One statement also checks that its request is still open and its address may be mailed, and of a
    welcome that its reader is still subscribed; otherwise the notice is settled as `skipped`.
    """
    taken = db.conn.execute(
        """UPDATE notices SET state = 'sending', sender = :sender, message = :message, changed_at = :now
            WHERE id = :id AND state IN ('queued', 'deferred', 'in_doubt')
              AND (confirmation_id IS NULL OR EXISTS (SELECT 1 FROM confirmations AS c
                     WHERE c.id = confirmation_id
                       AND c.state = CASE kind WHEN 'welcome' THEN 'done' ELSE 'mailed' END))
              AND (kind <> 'welcome' OR EXISTS (SELECT 1 FROM subscribers AS s
                     WHERE s.id = subscriber_id AND s.status = 'active' AND s.email_key = :key))
              AND NOT EXISTS (SELECT 1 FROM suppressions AS x
                     WHERE x.email_key = :key AND (kind = 'welcome' OR x.reason <> 'unsubscribed'))""",
        {
            "sender": sender,
            "message": message,
            "now": stamp(now),
            "id": notice.id,
            "key": Address.parse(notice.email).key,
        },
    ).rowcount
    if not taken:
        skip(db, notice.id, Reason.SUPPRESSED, now)
    return bool(taken)


_EMPTIED = "email = '', sender = '', message = NULL"


def skip(db: Database, notice_id: int, reason: Reason, now: datetime) -> None:
    """Settle an open notice that is not sent."""
    db.conn.execute(
        f"""UPDATE notices SET state = 'skipped', reason = ?, {_EMPTIED}, changed_at = ?
             WHERE id = ? AND state IN ('queued', 'deferred', 'in_doubt')""",  # noqa: S608
        (reason, stamp(now), notice_id),
    )


def retry_later(db: Database, notice_id: int, due_at: datetime, now: datetime) -> None:
    """Set when a notice that could not be made is tried again; that counts as an attempt."""
    db.conn.execute(
        """UPDATE notices SET state = 'deferred', attempts = attempts + 1, due_at = ?, changed_at = ?
            WHERE id = ? AND state IN ('queued', 'deferred')""",
        (stamp(due_at), stamp(now), notice_id),
    )


def settle(
    db: Database, notice_id: int, outcome: Outcome, attempts: int, due_at: datetime, now: datetime
) -> None:
    """Write the outcome of an attempt; a final one empties the notice."""
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
    """Skip all open notices to one person, for an erasure."""
    db.conn.execute(
        f"""UPDATE notices SET state = 'skipped', reason = ?, {_EMPTIED}, reply = '', changed_at = ?
             WHERE subscriber_id = ? AND state IN ('queued', 'deferred', 'in_doubt', 'sending')""",  # noqa: S608
        (Reason.ERASED, stamp(now), subscriber_id),
    )


def of_subscriber(db: Database, subscriber_id: int) -> Sequence[dict[str, Any]]:
    """The notices to one person: `kind`, `state`, `created_at`, `changed_at`."""
    return list(
        db.query(
            """SELECT kind, state, created_at, changed_at FROM notices
                WHERE subscriber_id = ? ORDER BY created_at, id""",
            (subscriber_id,),
        )
    )


def _notice(row: dict[str, Any]) -> Notice:
    state = DeliveryState(row["state"])
    return Notice(**{**row, "kind": NoticeKind(row["kind"]), "state": state})
