"""Tokens of the HTTP API, each by its SHA-256: 256 random bits need no slower hash.

A name names one token that is not revoked; a unique index says so.
"""

from datetime import datetime

from sqlite_utils import Database

from alerts.domain.api_token import ApiToken, TokenScope
from alerts.store import stamp

_COLUMNS = "id, name, scope, created_at, expires_at, revoked_at, used_on"


def add(
    db: Database,
    name: str,
    scope: TokenScope,
    digest: bytes,
    now: datetime,
    expires: datetime | None,
) -> bool:
    """Store a new token; False, and no change, where one of that name is in use."""
    added = db.conn.execute(
        """INSERT INTO api_tokens (name, scope, digest, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (name) WHERE revoked_at = '' DO NOTHING""",
        (name, scope, digest, stamp(now), stamp(expires) if expires else ""),
    )
    return added.rowcount == 1


def find(db: Database, digest: bytes) -> ApiToken | None:
    """The token with that digest, valid or not."""
    row = db.conn.execute(
        f"SELECT {_COLUMNS} FROM api_tokens WHERE digest = ?",  # noqa: S608
        (digest,),
    ).fetchone()
    return _token(*row) if row else None


def listed(db: Database) -> list[ApiToken]:
    """Every token, revoked ones too, in the order in which they were made."""
    rows = db.conn.execute(f"SELECT {_COLUMNS} FROM api_tokens ORDER BY id")  # noqa: S608
    return [_token(*row) for row in rows]


def revoke(db: Database, name: str, now: datetime) -> bool:
    """Revoke the token of that name, and forget what it was answered; False where there is none."""
    row = db.conn.execute(
        "UPDATE api_tokens SET revoked_at = ? WHERE name = ? AND revoked_at = '' RETURNING id",
        (stamp(now), name),
    ).fetchone()
    if row:
        db.conn.execute("DELETE FROM api_answers WHERE token_id = ?", row)
    return row is not None


def note_use(db: Database, token_id: int, day: str) -> None:
    """Note the day on which a token was used."""
    db.conn.execute("UPDATE api_tokens SET used_on = ? WHERE id = ?", (day, token_id))


def _token(
    number: int,
    name: str,
    scope: str,
    created_at: str,
    expires_at: str,
    revoked_at: str,
    used_on: str,
) -> ApiToken:
    return ApiToken(number, name, TokenScope(scope), created_at, expires_at, revoked_at, used_on)
