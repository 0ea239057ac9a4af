"""Subscribers: one row a person, found by the key that two spellings of an address share.

Whole files of them come in through `intake.py`. Long lists are read in pages, because a long read
would keep writers out (rollback journal).
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.address import Address
from alerts.model import Subscriber, SubscriberStatus
from alerts.query import Query
from alerts.store import stamp, suppressions
from alerts.store.condition import condition

PAGE = 1000
_COLUMNS = """id, email, status, language, name, tags, consent, consent_source, consent_at,
              created_at, paused_until, sections"""


def find(db: Database, address: Address) -> Subscriber | None:
    """The person with that address, if any."""
    rows = db.query(f"SELECT {_COLUMNS} FROM subscribers WHERE email_key = ?", (address.key,))  # noqa: S608
    return next((_subscriber(row) for row in rows), None)


def by_id(db: Database, subscriber_id: int) -> Subscriber | None:
    """The person with that id, the erased included."""
    rows = db.query(f"SELECT {_COLUMNS} FROM subscribers WHERE id = ?", (subscriber_id,))  # noqa: S608
    return next((_subscriber(row) for row in rows), None)


def add(db: Database, subscriber: Subscriber, now: datetime) -> int:
    """Insert a person (their `id` is ignored); returns the id given."""
    s = subscriber
    row = db.conn.execute(
        """INSERT INTO subscribers (email, email_key, name, language, status, tags, consent,
                                    consent_source, consent_at, paused_until, sections, created_at,
                                    updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
        (
            s.email,
            Address.parse(s.email).key,
            s.name,
            s.language,
            s.status,
            _json(s.tags),
            s.consent,
            s.consent_source,
            s.consent_at,
            s.paused_until,
            _json(s.sections),
            stamp(now),
            stamp(now),
        ),
    ).fetchone()
    return int(row[0])


def change(db: Database, subscriber: Subscriber, now: datetime) -> None:
    """Write every field of a person who is there already; of a former address, keep a hash."""
    s = subscriber
    key = Address.parse(s.email).key
    row = db.conn.execute("SELECT email_key FROM subscribers WHERE id = ?", (s.id,)).fetchone()
    if row and row[0] and row[0] != key:
        suppressions.remember(db, s.id, row[0])
    db.conn.execute(
        """UPDATE subscribers SET email = ?, email_key = ?, name = ?, language = ?, status = ?,
                  tags = ?, consent = ?, consent_source = ?, consent_at = ?, paused_until = ?,
                  sections = ?, updated_at = ?
           WHERE id = ?""",
        (
            s.email,
            key,
            s.name,
            s.language,
            s.status,
            _json(s.tags),
            s.consent,
            s.consent_source,
            s.consent_at,
            s.paused_until,
            _json(s.sections),
            stamp(now),
            s.id,
        ),
    )


def erase(db: Database, subscriber: Subscriber, now: datetime) -> None:
    """Empty every personal field, also in what relays said about them; secure_delete zeroes it.

    Their language stays, for counting."""
    key = Address.parse(subscriber.email).key
    db.conn.execute(
        """UPDATE subscribers SET email = '', email_key = NULL, name = '', status = 'erased',
                  tags = '[]', consent = '', consent_source = '', consent_at = '', paused_until = '',
                  sections = '[]', updated_at = ?
           WHERE id = ?""",
        (stamp(now), subscriber.id),
    )
    db.conn.execute(
        "UPDATE deliveries SET reply = '' WHERE subscriber_id = ? AND reply <> ''", (subscriber.id,)
    )
    db.conn.execute(
        """UPDATE events SET detail = json_set(detail, '$.reply', '')
           WHERE delivery_id IN (SELECT id FROM deliveries WHERE subscriber_id = ?)
             AND json_extract(detail, '$.reply') <> ''""",
        (subscriber.id,),
    )
    db.conn.execute(
        """UPDATE events SET detail = '{}'
           WHERE (subscriber_id = :id
                  OR delivery_id IN (SELECT id FROM deliveries WHERE subscriber_id = :id))
             AND (instr(lower(detail), :key) OR instr(detail, :email)
                  OR json_extract(detail, '$.network') IS NOT NULL)""",
        {"id": subscriber.id, "key": key, "email": subscriber.email},
    )


def remove(db: Database, subscriber_id: int) -> None:
    """Delete a person who is pending and was never owed a copy, with what happened to them."""
    who = """(SELECT s.id FROM subscribers AS s WHERE s.id = ? AND s.status = 'pending'
               AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.subscriber_id = s.id))"""
    db.conn.execute(f"DELETE FROM events WHERE subscriber_id = {who}", (subscriber_id,))  # noqa: S608
    db.conn.execute(f"DELETE FROM subscribers WHERE id = {who}", (subscriber_id,))  # noqa: S608


def listed(
    db: Database, *, status: str = "", language: str = "", tag: str = "", where: Query | None = None
) -> Iterator[Subscriber]:
    """People in order of id, read in pages; empty: any. The erased only if asked for by status."""
    wanted, values = condition(where) if where else ("1", [])
    for number in range(len(values)):
        wanted = wanted.replace("?", f":where{number}", 1)
    asked = {f"where{number}": value for number, value in enumerate(values)}
    last = 0
    while True:
        page = list(
            db.query(
                f"""SELECT {_COLUMNS} FROM subscribers
                    WHERE id > :last AND CASE :status WHEN '' THEN status <> 'erased'
                                                      ELSE status = :status END
                      AND (:language = '' OR language = :language)
                      AND (:tag = '' OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = :tag))
                      AND {wanted}
                    ORDER BY id LIMIT :page""",  # noqa: S608
                {
                    "last": last,
                    "status": status,
                    "language": language,
                    "tag": tag,
                    "page": PAGE,
                    **asked,
                },
            )
        )
        yield from map(_subscriber, page)
        if len(page) < PAGE:
            return
        last = page[-1]["id"]


def _json(words: tuple[str, ...]) -> str:
    return json.dumps(sorted(set(words)), ensure_ascii=False)


def _subscriber(row: dict[str, Any]) -> Subscriber:
    lists = {name: tuple(json.loads(row[name])) for name in ("tags", "sections")}
    return Subscriber(**{**row, **lists, "status": SubscriberStatus(row["status"])})


def unknown_sections(db: Database, known: Sequence[str]) -> tuple[str, ...]:
    """The sections that somebody wants and that are none of these."""
    rows = db.conn.execute(
        """SELECT DISTINCT wanted.value FROM subscribers AS s, json_each(s.sections) AS wanted
            WHERE s.sections <> '[]' AND s.status <> 'erased'
              AND wanted.value NOT IN (SELECT value FROM json_each(?)) ORDER BY wanted.value""",
        (json.dumps(list(known)),),
    )
    return tuple(section for (section,) in rows)
