"""The outbox of hooks: what has happened, and which endpoints and commands are still to be told of it.

Triggers note the events, in the transaction of the fact itself (`hook_triggers.py`). Each is given at least
once: a row is settled after the answer, so a crash in between repeats it, with the same `name`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.store import hook_triggers, moment, stamp, transaction


@dataclass(frozen=True, slots=True)
class OwedHook:
    """An event that an endpoint is to be told of. `email` is empty after an erasure; `issue` is the key of
    the issue it is about, or empty; `attempts` were made before."""

    id: int
    name: str
    at: datetime
    kind: str
    attempts: int
    subscriber_id: int | None
    email: str
    language: str
    issue: str
    version: int | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HookFigures:
    """How many events an endpoint was told of, waits for and was given up; its last answer."""

    waiting: int
    delivered: int
    given_up: int
    next_due: str
    answer: str
    answered_at: str


_SELECT = """
    SELECT e.id, e.name, e.at, e.kind, h.attempts, e.subscriber_id, coalesce(s.email, ''),
           coalesce(s.language, ''), coalesce(i.month, ''), e.version, e.detail
      FROM hook_deliveries AS h JOIN hook_events AS e ON e.id = h.event_id
      LEFT JOIN subscribers AS s ON s.id = e.subscriber_id
      LEFT JOIN issues AS i ON i.id = e.issue_id
"""


def agree(db: Database, wanted: Mapping[str, frozenset[str]], now: datetime) -> None:
    """Note which events each endpoint wants from now on; what was owed to one that is gone is dropped."""
    there = {tuple(row) for row in db.conn.execute("SELECT endpoint, kind FROM hook_wanted")}
    asked = {(name, kind) for name, kinds in wanted.items() for kind in kinds}
    if there == asked and hook_triggers.agree(db, wanted=bool(asked)):
        return
    with transaction(db):
        hook_triggers.renew(db, wanted=bool(asked))
        db.conn.execute("DELETE FROM hook_wanted")
        db.conn.executemany("INSERT INTO hook_wanted (endpoint, kind) VALUES (?, ?)", sorted(asked))
        db.conn.execute(
            """UPDATE hook_deliveries SET state = 'dropped', changed_at = ?
                WHERE state = 'queued' AND endpoint NOT IN (SELECT value FROM json_each(?))""",
            (stamp(now), json.dumps(sorted(wanted))),
        )


def due(db: Database, endpoint: str, now: datetime, most: int) -> Sequence[OwedHook]:
    """What an endpoint is to be told of now, oldest first."""
    rows = db.conn.execute(
        f"""{_SELECT} WHERE h.endpoint = ? AND h.state = 'queued' AND h.due_at <= ?
             ORDER BY h.due_at, e.id LIMIT ?""",
        (endpoint, stamp(now), most),
    ).fetchall()
    return [_owed(row) for row in rows]


def _owed(row: Sequence[Any]) -> OwedHook:
    number, name, at, kind, attempts, whom, email, language, issue, version, detail = row
    told: Mapping[str, Any] = json.loads(detail)
    about = (kind, attempts, whom, email, language, issue, version)
    return OwedHook(number, name, moment(at), *about, told)


def any_due(db: Database, now: datetime) -> bool:
    """Whether anybody is to be told of anything now."""
    row = db.conn.execute(
        "SELECT EXISTS (SELECT 1 FROM hook_deliveries WHERE state = 'queued' AND due_at <= ?)",
        (stamp(now),),
    ).fetchone()
    return bool(row[0])


def delivered(db: Database, endpoint: str, owed: OwedHook, answer: str, now: datetime) -> None:
    """The endpoint has taken it."""
    _settle(db, endpoint, owed, "delivered", answer, now, now)


def failed(
    db: Database, endpoint: str, owed: OwedHook, answer: str, now: datetime, again: datetime | None
) -> None:
    """The endpoint has not taken it: it is tried `again` then, or (None) given up."""
    state = "queued" if again else "given_up"
    _settle(db, endpoint, owed, state, answer, now, again or now)


def _settle(
    db: Database,
    endpoint: str,
    owed: OwedHook,
    state: str,
    answer: str,
    now: datetime,
    due_at: datetime,
) -> None:
    with transaction(db):
        db.conn.execute(
            """UPDATE hook_deliveries SET state = ?, attempts = attempts + 1, answer = ?, due_at = ?,
                      changed_at = ?
                WHERE endpoint = ? AND event_id = ? AND state = 'queued'""",
            (state, answer, stamp(due_at), stamp(now), endpoint, owed.id),
        )


def pause(db: Database, endpoint: str, until: datetime, too_old: datetime, now: datetime) -> None:
    """Ask an endpoint that does not answer for nothing until then; what is older than `too_old` is given
    up."""
    with transaction(db):
        db.conn.execute(
            """UPDATE hook_deliveries SET state = 'given_up', changed_at = ?
                WHERE endpoint = ? AND state = 'queued'
                  AND event_id IN (SELECT id FROM hook_events WHERE at < ?)""",
            (stamp(now), endpoint, stamp(too_old)),
        )
        db.conn.execute(
            """UPDATE hook_deliveries SET due_at = ?
                WHERE endpoint = ? AND state = 'queued' AND due_at < ?""",
            (stamp(until), endpoint, stamp(until)),
        )


def retry(db: Database, endpoint: str, now: datetime) -> int:
    """Make all that waits or was given up due now; how many."""
    with transaction(db):
        cursor = db.conn.execute(
            """UPDATE hook_deliveries SET state = 'queued', attempts = 0, due_at = '', changed_at = ?
                WHERE endpoint = ? AND state IN ('queued', 'given_up')""",
            (stamp(now), endpoint),
        )
    return cursor.rowcount


def figures(db: Database, endpoint: str) -> HookFigures:
    """How it stands with an endpoint."""
    row = db.conn.execute(
        """SELECT CAST(total(state = 'queued') AS INTEGER), CAST(total(state = 'delivered') AS INTEGER),
                  CAST(total(state = 'given_up') AS INTEGER),
                  coalesce(min(due_at) FILTER (WHERE state = 'queued'), '')
             FROM hook_deliveries WHERE endpoint = ?""",
        (endpoint,),
    ).fetchone()
    last = db.conn.execute(
        """SELECT answer, changed_at FROM hook_deliveries WHERE endpoint = ? AND attempts > 0
            ORDER BY changed_at DESC, event_id DESC LIMIT 1""",
        (endpoint,),
    ).fetchone()
    return HookFigures(*row, *(last or ("", "")))


def tidy(db: Database, before: datetime) -> None:
    """Forget what was settled before that moment; what was given up, too."""
    old = """(SELECT e.id FROM hook_events AS e WHERE e.at < ?1 AND NOT EXISTS (
                 SELECT 1 FROM hook_deliveries AS h WHERE h.event_id = e.id
                    AND (h.state = 'queued' OR h.changed_at >= ?1)))"""
    there = db.conn.execute(f"SELECT EXISTS {old}", (stamp(before),)).fetchone()
    if there[0]:
        with transaction(db):
            db.conn.execute(f"DELETE FROM hook_events WHERE id IN {old}", (stamp(before),))  # noqa: S608
