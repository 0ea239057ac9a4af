"""The keys that sign links and return paths; the newest signs, all verify."""

from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from alerts.config.settings import DATABASE_NAME
from alerts.domain.errors import StoreError
from alerts.store import moment, stamp


def ensure(db: Database, secret: bytes, now: datetime) -> None:
    """Store `secret` (32 random octets) as the first key, unless there is one."""
    db.conn.execute(
        "INSERT INTO secrets (secret, created_at) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM secrets)",
        (secret, stamp(now)),
    )


def add(db: Database, secret: bytes, now: datetime) -> int:
    """Store one more key (32 random octets), which signs from now on; returns its id."""
    cursor = db.conn.execute(
        "INSERT INTO secrets (secret, created_at) VALUES (?, ?)", (secret, stamp(now))
    )
    return int(cursor.lastrowid or 0)


def all_secrets(db: Database) -> Mapping[int, bytes]:
    """Every key by its id, oldest first."""
    return {
        row["id"]: row["secret"] for row in db.query("SELECT id, secret FROM secrets ORDER BY id")
    }


def first(db: Database) -> bytes:
    """The one that never changes, under which addresses are hashed; raises `StoreError` for none."""
    row = db.conn.execute("SELECT secret FROM secrets ORDER BY id LIMIT 1").fetchone()
    if row is None:
        raise StoreError("the database holds no secret key; run `alerts init` in the project")
    return bytes(row[0])


def newest(db: Database) -> tuple[int, bytes]:
    """The key that signs, with its id; raises `StoreError` where there is none."""
    row = db.conn.execute("SELECT id, secret FROM secrets ORDER BY id DESC LIMIT 1").fetchone()
    if row is None:
        raise StoreError(f"{DATABASE_NAME}: holds no signing key; run `alerts init` once more")
    return int(row[0]), row[1]


def dates(db: Database) -> Mapping[int, str]:
    """The date when each key was made, oldest first."""
    return dict(db.conn.execute("SELECT id, created_at FROM secrets ORDER BY id").fetchall())


def project_began(db: Database) -> datetime:
    """The date when the first key was made: by `alerts init`, so when the project began."""
    row = db.conn.execute("SELECT min(created_at) FROM secrets").fetchone()
    if not row[0]:
        raise StoreError("the database has no key; run `alerts init` to make one")
    return moment(row[0])
