"""Answers to requests that came with an Idempotency-Key, so that a repeated one gets the same answer.

A key belongs to one token. It is claimed before the request is carried out (status 0), and holds the
answer afterwards. Where both happen in one transaction with the work, a crash leaves all of it or nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.store import stamp

KEPT = timedelta(days=1)
CUT_OFF = timedelta(minutes=10)  # no request lasts so long: its process is dead


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a key stands for; `status` 0: the request is being carried out. `request` is the digest of the
    request that it was first used for."""

    request: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes


def claim(
    db: Database, token_id: int, key: str, request: bytes, now: datetime
) -> KeptAnswer | None:
    """Claim a key for a request: None where it was free, or else what it stands for."""
    db.conn.execute(
        "DELETE FROM api_answers WHERE begun_at < ? OR (status = 0 AND begun_at < ?)",
        (stamp(now - KEPT), stamp(now - CUT_OFF)),
    )
    added = db.conn.execute(
        """INSERT INTO api_answers (token_id, key, request, begun_at) VALUES (?, ?, ?, ?)
           ON CONFLICT DO NOTHING""",
        (token_id, key, request, stamp(now)),
    )
    if added.rowcount:
        return None
    found = db.conn.execute(
        "SELECT request, status, headers, body FROM api_answers WHERE token_id = ? AND key = ?",
        (token_id, key),
    ).fetchone()
    asked, status, headers, body = found
    return KeptAnswer(asked, status, json.loads(headers), body)


def keep(
    db: Database, token_id: int, key: str, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Store the answer to the request that has claimed the key."""
    db.conn.execute(
        """UPDATE api_answers SET status = ?, headers = ?, body = ?
            WHERE token_id = ? AND key = ? AND status = 0""",
        (status, json.dumps(dict(headers)), body, token_id, key),
    )


def release(db: Database, token_id: int, key: str) -> None:
    """Free a key whose request was refused and has changed nothing."""
    db.conn.execute(
        "DELETE FROM api_answers WHERE token_id = ? AND key = ? AND status = 0", (token_id, key)
    )


def forget(db: Database, before: datetime) -> int:
    """Delete the answers of requests that began before then; how many."""
    return db.conn.execute("DELETE FROM api_answers WHERE begun_at < ?", (stamp(before),)).rowcount


def forget_all(db: Database) -> None:
    """Delete every answer: one of them may quote a person who is being erased."""
    db.conn.execute("DELETE FROM api_answers WHERE status <> 0")
