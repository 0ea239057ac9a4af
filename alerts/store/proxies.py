"""The last reverse proxy that seemed to be before the pages although no setting names it."""

from datetime import datetime

from sqlite_utils import Database

from alerts.store import moment, stamp


def note(db: Database, peer: str, now: datetime) -> None:
    """Store the address of a peer that sends the headers of a proxy."""
    db.conn.execute(
        """INSERT INTO unnamed_proxy (id, peer, seen_at) VALUES (1, ?, ?)
           ON CONFLICT (id) DO UPDATE SET peer = excluded.peer, seen_at = excluded.seen_at""",
        (peer, stamp(now)),
    )


def noted(db: Database) -> tuple[str, datetime] | None:
    """That address, and when it was stored."""
    row = db.conn.execute("SELECT peer, seen_at FROM unnamed_proxy").fetchone()
    return (str(row[0]), moment(row[1])) if row else None
