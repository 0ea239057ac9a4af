"""Requests that wait for proof of an address: to subscribe, or to move a subscription there.

`ask` is one statement that looks nobody up, so that answering a visitor takes as long for an
address that is known as for one that is not (rule X10). Requests are decided later, by
`subscribers/confirmation.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.store import stamp

JOINS = 0  # instead of a subscriber who does not exist yet


class ConfirmationState(StrEnum):
    """The states of a request."""

    ASKED = "asked"  # not decided yet
    MAILED = "mailed"  # a notice is queued or sent
    DONE = "done"  # confirmed
    OVER = "over"  # expired or refused


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One request. `subscriber_id` is the person it moves, or `JOINS`; `added_id` the person it added."""

    id: int
    subscriber_id: int
    state: ConfirmationState
    email: str
    name: str
    language: str
    consent: str
    consent_source: str
    network: str
    asked_at: str
    added_id: int | None


_COLUMNS = """id, subscriber_id, state, email, name, language, consent, consent_source, network,
              asked_at, added_id"""


def ask(
    db: Database,
    address: Address,
    now: datetime,
    *,
    language: str,
    subscriber_id: int = JOINS,
    name: str = "",
    consent: str = "",
    consent_source: str = "",
    network: str = "",
) -> None:
    """Store a request; it replaces an older one for the same address."""
    db.conn.execute(
        """INSERT INTO confirmations (id, subscriber_id, email, email_key, name, language, consent,
                                      consent_source, network, asked_at)
           VALUES (abs(random()) >> 4, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (email_key, subscriber_id) DO UPDATE
              SET state = 'asked', email = excluded.email, name = excluded.name,
                  language = excluded.language, consent = excluded.consent,
                  consent_source = excluded.consent_source, network = excluded.network,
                  asked_at = excluded.asked_at""",
        (
            subscriber_id,
            str(address),
            address.key,
            name,
            language,
            consent,
            consent_source,
            network,
            stamp(now),
        ),
    )


def open_to_join(db: Database, address: Address) -> Confirmation | None:
    """The open request to subscribe that address."""
    rows = db.query(
        f"SELECT {_COLUMNS} FROM confirmations WHERE email_key = ? AND subscriber_id = ?",  # noqa: S608
        (address.key, JOINS),
    )
    return next((_confirmation(row) for row in rows), None)


def asked(db: Database, limit: int) -> Sequence[Confirmation]:
    """The oldest undecided requests."""
    rows = db.query(
        f"SELECT {_COLUMNS} FROM confirmations WHERE state = 'asked' ORDER BY asked_at, id LIMIT ?",  # noqa: S608
        (limit,),
    )
    return [_confirmation(row) for row in rows]


def get(db: Database, confirmation_id: int) -> Confirmation | None:
    """The request with that id."""
    rows = db.query(f"SELECT {_COLUMNS} FROM confirmations WHERE id = ?", (confirmation_id,))  # noqa: S608
    return next((_confirmation(row) for row in rows), None)


def mailed(db: Database, confirmation_id: int, added_id: int | None) -> None:
    """Mark that a notice about it is queued."""
    db.conn.execute(
        "UPDATE confirmations SET state = 'mailed', added_id = ? WHERE id = ?",
        (added_id, confirmation_id),
    )


def close(db: Database, confirmation_id: int, state: ConfirmationState, subscriber_id: int) -> None:
    """Mark it as done or over, and delete its personal data."""
    db.conn.execute(
        """UPDATE confirmations
              SET state = ?, subscriber_id = ?, email = '', email_key = NULL, name = '', consent = '',
                  consent_source = '', network = '', added_id = NULL
            WHERE id = ?""",
        (state, subscriber_id, confirmation_id),
    )


def unanswered(db: Database, asked_before: datetime, limit: int) -> Sequence[Confirmation]:
    """Requests that were not confirmed in time."""
    rows = db.query(
        f"""SELECT {_COLUMNS} FROM confirmations
             WHERE state = 'mailed' AND asked_at < ? ORDER BY asked_at, id LIMIT ?""",  # noqa: S608
        (stamp(asked_before), limit),
    )
    return [_confirmation(row) for row in rows]


def remove_closed(db: Database, asked_before: datetime) -> int:
    """Delete requests that were closed long ago; returns their number."""
    cursor = db.conn.execute(
        "DELETE FROM confirmations WHERE state IN ('done', 'over') AND asked_at < ?",
        (stamp(asked_before),),
    )
    return cursor.rowcount


def forget(db: Database, address: Address, subscriber_id: int) -> None:
    """Close every request of that address or subscriber, for an erasure."""
    rows = db.conn.execute(
        "SELECT id FROM confirmations WHERE email_key = ? OR (subscriber_id = ? AND email <> '')",
        (address.key, subscriber_id),
    ).fetchall()
    for (confirmation_id,) in rows:
        close(db, confirmation_id, ConfirmationState.OVER, JOINS)


def of_subscriber(db: Database, address: Address, subscriber_id: int) -> Sequence[Confirmation]:
    """The open requests about one person: to subscribe their address, or to move."""
    rows = db.query(
        f"""SELECT {_COLUMNS} FROM confirmations
             WHERE email_key = ? OR (subscriber_id = ? AND email <> '') ORDER BY asked_at, id""",  # noqa: S608
        (address.key, subscriber_id),
    )
    return [_confirmation(row) for row in rows]


def _confirmation(row: dict[str, Any]) -> Confirmation:
    return Confirmation(**{**row, "state": ConfirmationState(row["state"])})
