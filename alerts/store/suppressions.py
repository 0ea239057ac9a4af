"""Addresses that must not be mailed, with the reason. They outlive the subscriber.

An address is kept by its key in clear; after an erasure only as HMAC-SHA256 under the project's
first secret, which tells whether a given address is that one and nothing else.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.address import Address, former_key
from alerts.domain.subscriber import SuppressionReason
from alerts.store import signing_keys, stamp


@dataclass(frozen=True, slots=True)
class Suppression:
    """One address; `email` is empty where only the hash is kept."""

    id: int
    email: str
    reason: SuppressionReason
    note: str
    since: str


def find(db: Database, address: Address) -> Suppression | None:
    """The suppression of that address, in clear or as a hash."""
    rows = db.query(
        """SELECT id, coalesce(email_key, '') AS email, reason, note, since FROM suppressions
           WHERE email_key = ? OR address_hash IN (?, ?)""",
        (address.key, *_digests(signing_keys.first(db), address)),
    )
    return next(map(_suppression, rows), None)


def add(
    db: Database, address: Address, reason: SuppressionReason, note: str, now: datetime
) -> bool:
    """Suppress an address unless it is already; returns whether it was not."""
    if find(db, address):
        return False
    db.conn.execute(
        "INSERT INTO suppressions (email_key, reason, note, since) VALUES (?, ?, ?, ?)",
        (address.key, reason, note, stamp(now)),
    )
    return True


def add_erased(
    db: Database,
    address: Address,
    now: datetime,
    reason: SuppressionReason = SuppressionReason.ERASED,
) -> None:
    """Keep only the hash of an address; what is known of it in clear goes, but not a graver reason."""
    known = find(db, address)
    if known is not None and reason is SuppressionReason.UNSUBSCRIBED:
        reason = known.reason
    db.conn.execute("DELETE FROM suppressions WHERE email_key = ?", (address.key,))
    db.conn.execute(
        """INSERT INTO suppressions (address_hash, reason, since) VALUES (?, ?, ?)
           ON CONFLICT (address_hash) DO UPDATE SET reason = excluded.reason""",
        (digest_of(signing_keys.first(db), address.key), reason, stamp(now)),
    )


def remember(db: Database, subscriber_id: int, email_key: str) -> None:
    """Keep the hash of an address, by its key, that a person has no longer, for `add_former`."""
    db.conn.execute(
        "INSERT INTO former_addresses VALUES (?, ?) ON CONFLICT DO NOTHING",
        (subscriber_id, digest_of(signing_keys.first(db), email_key)),
    )


def add_former(db: Database, subscriber_id: int, now: datetime, reason: SuppressionReason) -> None:
    """Suppress the addresses that a person had before, which an old list may still hold."""
    db.conn.execute(
        """INSERT INTO suppressions (address_hash, reason, since)
           SELECT address_hash, ?, ? FROM former_addresses WHERE subscriber_id = ?
           ON CONFLICT (address_hash) DO NOTHING""",
        (reason, stamp(now), subscriber_id),
    )
    db.conn.execute("DELETE FROM former_addresses WHERE subscriber_id = ?", (subscriber_id,))


def remove(db: Database, suppression: Suppression) -> None:
    """Remove a suppression, so that the address may be mailed again."""
    db.conn.execute("DELETE FROM suppressions WHERE id = ?", (suppression.id,))


def bounced_since(db: Database, since: datetime) -> list[Suppression]:
    """The suppressions of hard bounces from that moment on, whose address is stored in clear."""
    rows = db.query(
        """SELECT id, coalesce(email_key, '') AS email, reason, note, since FROM suppressions
            WHERE reason = ? AND since >= ? AND email_key IS NOT NULL ORDER BY id""",
        (SuppressionReason.HARD_BOUNCE, stamp(since)),
    )
    return [_suppression(row) for row in rows]


def listed(db: Database, after: int = 0) -> Iterator[Suppression]:
    """All suppressions of an id over `after`, in order of id, read in pages."""
    last, page = after, [{"id": after}]
    while page:
        page = list(
            db.query(
                """SELECT id, coalesce(email_key, '') AS email, reason, note, since
                   FROM suppressions WHERE id > ? ORDER BY id LIMIT 1000""",
                (last,),
            )
        )
        yield from map(_suppression, page)
        last = page[-1]["id"] if page else last


def digest(db: Database, address: Address) -> bytes:
    """The keyed hash by which an address is known that is kept in clear nowhere."""
    return digest_of(signing_keys.first(db), address.key)


def digest_of(secret: bytes, key: str) -> bytes:
    """The same of an address's key under the project's first secret."""
    return hmac.digest(secret, key.encode(), "sha256")


def register_hash(db: Database) -> bool:
    """Give SQL the functions `address_hash(email_key)` and, for Gmail's mailboxes,
    `former_hash(email_key)`; False where no hash is stored at all."""
    some = "SELECT EXISTS (SELECT 1 FROM suppressions WHERE address_hash IS NOT NULL)"
    if not db.conn.execute(some).fetchone()[0]:
        return False
    secret = signing_keys.first(db)
    db.conn.create_function(
        "address_hash", 1, lambda key: key and digest_of(secret, key), deterministic=True
    )
    db.conn.create_function(
        "former_hash", 1, lambda key: key and digest_of(secret, former_key(key))
    )
    return True


def _digests(secret: bytes, address: Address) -> tuple[bytes, bytes]:
    """The hashes by which a mailbox may be known: of its key, and of the key of older versions."""
    digest = digest_of(secret, address.key)
    return digest, digest_of(secret, address.former_key) if address.former_key else digest


def _suppression(row: dict[str, Any]) -> Suppression:
    return Suppression(**{**row, "reason": SuppressionReason(row["reason"])})
