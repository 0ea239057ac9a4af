"""Subscribers: one row per person, found by a key that all spellings of an address share.

Whole files of people are imported by `subscriber_import.py`. Long lists are read in pages, because a
long read would block writers (rollback journal).
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.subscriber import FIELD, FIELDS, Subscriber, SubscriberStatus
from alerts.domain.subscriber_fields import FieldKind
from alerts.store import api_answers, jobs, signing_keys, stamp, suppressions
from alerts.store.link_numbers import derived_mark
from alerts.store.subscriber_filter import STANDING, condition
from alerts.store.subscriber_query import Query

PAGE = 1000
_COLUMNS = f"""id, {", ".join(FIELD)},
              EXISTS (SELECT 1 FROM suppressions AS x WHERE x.email_key = subscribers.email_key)
              AS suppressed"""  # noqa: S608
_WRITTEN = tuple(name for name in FIELD if name != "created_at")  # set once, by `add`
_WORDS = tuple(field.name for field in FIELDS if field.kind is FieldKind.WORDS)
_ADD = f"""INSERT INTO subscribers ({", ".join(_WRITTEN)}, email_key, created_at, updated_at, mark)
           VALUES ({", ".join(f":{name}" for name in _WRITTEN)}, :email_key, :now, :now, :mark)
           RETURNING id"""  # noqa: S608
_CHANGE = f"""UPDATE subscribers SET {", ".join(f"{name} = :{name}" for name in _WRITTEN)},
                  email_key = :email_key, updated_at = :now
           WHERE id = :id"""  # noqa: S608
_EMPTIED = ", ".join(f"{field.name} = '{field.empty}'" for field in FIELDS if not field.outlasts)


def find(db: Database, address: Address) -> Subscriber | None:
    """The person with that address, if any."""
    rows = db.query(f"SELECT {_COLUMNS} FROM subscribers WHERE email_key = ?", (address.key,))  # noqa: S608
    return next((_subscriber(row) for row in rows), None)


def by_id(db: Database, subscriber_id: int) -> Subscriber | None:
    """The person with that id, even if erased; for an id that was merged, the person who has it now."""
    rows = db.query(
        f"""SELECT {_COLUMNS} FROM subscribers
             WHERE id = coalesce((SELECT kept_id FROM merged_subscribers WHERE id = :id), :id)""",  # noqa: S608
        {"id": subscriber_id},
    )
    return next((_subscriber(row) for row in rows), None)


def add(db: Database, subscriber: Subscriber, now: datetime) -> int:
    """Insert a person (their `id` is ignored); returns the id given."""
    values = _values(subscriber, now)
    values["mark"] = derived_mark(signing_keys.first(db), values["email_key"])
    row = db.conn.execute(_ADD, values).fetchone()
    return int(row[0])


def change(db: Database, subscriber: Subscriber, now: datetime) -> None:
    """Write every field of an existing person; of a former address, a hash is kept."""
    values = _values(subscriber, now)
    row = db.conn.execute(
        "SELECT email_key FROM subscribers WHERE id = ?", (subscriber.id,)
    ).fetchone()
    if row and row[0] and row[0] != values["email_key"]:
        suppressions.remember(db, subscriber.id, row[0])
    db.conn.execute(_CHANGE, values)


def leave(db: Database, subscriber_id: int, now: datetime) -> None:
    """Set a person to unsubscribed."""
    db.conn.execute(
        "UPDATE subscribers SET status = 'unsubscribed', updated_at = ? WHERE id = ?",
        (stamp(now), subscriber_id),
    )


def erase(db: Database, subscriber: Subscriber, now: datetime) -> None:
    """Empty every personal field, also in what relays said about them; secure_delete zeroes it.

    Their language stays, for counting."""
    key = Address.parse(subscriber.email).key
    db.conn.execute(
        f"""UPDATE subscribers SET {_EMPTIED}, email_key = NULL, status = 'erased', updated_at = ?
           WHERE id = ?""",  # noqa: S608
        (stamp(now), subscriber.id),
    )
    api_answers.forget_all(db)
    jobs.forget_mentions(db, subscriber.email)
    db.conn.execute(
        "UPDATE quarantine SET sender = '' WHERE instr(lower(sender), lower(?))",
        (subscriber.email,),
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
    """Delete a person who is pending and never had a delivery, with what happened to them."""
    who = """(SELECT s.id FROM subscribers AS s WHERE s.id = ? AND s.status = 'pending'
               AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.subscriber_id = s.id))"""
    db.conn.execute(f"DELETE FROM events WHERE subscriber_id = {who}", (subscriber_id,))  # noqa: S608
    db.conn.execute(f"DELETE FROM subscribers WHERE id = {who}", (subscriber_id,))  # noqa: S608


def listed(
    db: Database,
    *,
    status: str = "",
    language: str = "",
    tag: str = "",
    where: Query | None = None,
    after: int = 0,
) -> Iterator[Subscriber]:
    """People in order of id from that after `after`, read in pages; empty: any. The erased only if asked
    for by status.

    `status` is that which is shown: the suppressed have none but `suppressed`.
    """
    wanted, values = condition(where) if where else ("1", [])
    for number in range(len(values)):
        wanted = wanted.replace("?", f":where{number}", 1)
    asked = {f"where{number}": value for number, value in enumerate(values)}
    last = after
    while True:
        page = list(
            db.query(
                f"""SELECT {_COLUMNS} FROM subscribers
                    WHERE id > :last AND CASE :status WHEN '' THEN status <> 'erased'
                                                      ELSE {STANDING} = :status END
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


def _values(person: Subscriber, now: datetime) -> dict[str, Any]:
    """What is written of a person, by the names of the parameters."""
    values = {name: getattr(person, name) for name in _WRITTEN}
    lists = {name: _json(values[name]) for name in _WORDS}
    key = Address.parse(person.email).key
    return {**values, **lists, "id": person.id, "email_key": key, "now": stamp(now)}


def _subscriber(row: dict[str, Any]) -> Subscriber:
    lists = {name: tuple(json.loads(row[name])) for name in _WORDS}
    told = {"suppressed": bool(row["suppressed"])}
    return Subscriber(**{**row, **lists, **told, "status": SubscriberStatus(row["status"])})


def unknown_sections(db: Database, known: Sequence[str]) -> tuple[str, ...]:
    """The sections that somebody wants and that are none of these."""
    rows = db.conn.execute(
        """SELECT DISTINCT wanted.value FROM subscribers AS s, json_each(s.sections) AS wanted
            WHERE s.sections <> '[]' AND s.status <> 'erased'
              AND wanted.value NOT IN (SELECT value FROM json_each(?)) ORDER BY wanted.value""",
        (json.dumps(list(known)),),
    )
    return tuple(section for (section,) in rows)
