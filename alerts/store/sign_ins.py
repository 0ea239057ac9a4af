"""Links that sign a person in, and the sessions that they begin.

The database holds hashes of what browsers hold. A link works once; a session until it ends or is
revoked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.store import moment, stamp

KEPT = timedelta(days=7)  # how long a link or a session is kept that has ended


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link that signs in, or (`person_id` None) a request for one. `browser` is the hash of the cookie
    without which it does nothing; None for any browser."""

    id: int
    email: str
    language: str
    person_id: int | None
    browser: bytes | None
    until: datetime
    used: bool


@dataclass(frozen=True, slots=True)
class DeskSession:
    """A signed-in browser; `proved_at` is when its person last proved who they are."""

    hash: bytes
    person_id: int
    began_at: datetime
    until: datetime
    proved_at: datetime


def ask(
    db: Database,
    email: str,
    now: datetime,
    until: datetime,
    *,
    language: str = "",
    browser: bytes | None = None,
    person_id: int | None = None,
) -> int:
    """Record a link; with `person_id` it is decided already. Returns its id, which is random."""
    cursor = db.conn.execute(
        """INSERT INTO sign_in_links
                  (id, email, language, person_id, browser, asked_at, until, decided_at)
           VALUES (abs(random()) >> 8, ?, ?, ?, ?, ?, ?, ?)""",
        (
            email,
            language,
            person_id,
            browser,
            stamp(now),
            stamp(until),
            stamp(now) if person_id is not None else None,
        ),
    )
    return int(cursor.lastrowid or 0)


_LINK = "SELECT id, email, language, person_id, browser, until, used_at FROM sign_in_links"


def undecided(db: Database, limit: int) -> Sequence[SignInLink]:
    """Requests of visitors of whom nobody has looked up who they are, oldest first."""
    rows = db.conn.execute(f"{_LINK} WHERE decided_at IS NULL ORDER BY asked_at LIMIT ?", (limit,))
    return [_link(row) for row in rows.fetchall()]


def decide(db: Database, link_id: int, person_id: int | None, now: datetime) -> None:
    """Record for whom a request is; None for nobody."""
    db.conn.execute(
        "UPDATE sign_in_links SET person_id = ?, decided_at = ? WHERE id = ?",
        (person_id, stamp(now), link_id),
    )


def mailed_since(db: Database, person_id: int, since: datetime) -> int:
    """How many links were asked for a person since then."""
    row = db.conn.execute(
        "SELECT count(*) FROM sign_in_links WHERE person_id = ? AND asked_at > ?",
        (person_id, stamp(since)),
    ).fetchone()
    return int(row[0])


def link(db: Database, link_id: int) -> SignInLink | None:
    """The link with that id."""
    row = db.conn.execute(f"{_LINK} WHERE id = ?", (link_id,)).fetchone()
    return _link(row) if row else None


def use(db: Database, link_id: int, now: datetime) -> bool:
    """Use a link up; False where that was done before."""
    cursor = db.conn.execute(
        "UPDATE sign_in_links SET used_at = ? WHERE id = ? AND used_at IS NULL",
        (stamp(now), link_id),
    )
    return cursor.rowcount == 1


def begin(db: Database, digest: bytes, person_id: int, now: datetime, until: datetime) -> None:
    """Begin a session of a person who has just proved who they are."""
    db.conn.execute(
        "INSERT INTO sessions (hash, person_id, began_at, until, proved_at) VALUES (?, ?, ?, ?, ?)",
        (digest, person_id, stamp(now), stamp(until), stamp(now)),
    )


def session(db: Database, digest: bytes, now: datetime) -> DeskSession | None:
    """The session of a cookie with that hash, unless it has ended."""
    row = db.conn.execute(
        """SELECT hash, person_id, began_at, until, proved_at FROM sessions
            WHERE hash = ? AND until > ?""",
        (digest, stamp(now)),
    ).fetchone()
    return DeskSession(row[0], row[1], *map(moment, row[2:])) if row else None


def end(db: Database, digest: bytes) -> None:
    """End a session."""
    db.conn.execute("DELETE FROM sessions WHERE hash = ?", (digest,))


def end_all(db: Database, person_id: int) -> int:
    """End all sessions of a person; returns how many there were."""
    cursor = db.conn.execute("DELETE FROM sessions WHERE person_id = ?", (person_id,))
    return cursor.rowcount


def forget(db: Database, before: datetime) -> None:
    """Delete links and sessions that ended before then, but for links that a notice refers to."""
    db.conn.execute("DELETE FROM sessions WHERE until < ?", (stamp(before),))
    db.conn.execute(
        "UPDATE notices SET sign_in_id = NULL WHERE sign_in_id IN"
        " (SELECT id FROM sign_in_links WHERE until < ?)",
        (stamp(before),),
    )
    db.conn.execute("DELETE FROM sign_in_links WHERE until < ?", (stamp(before),))


def _link(row: tuple[int, str, str, int | None, bytes | None, str, str | None]) -> SignInLink:
    number, email, language, person_id, browser, until, used_at = row
    return SignInLink(
        number, email, language, person_id, browser, moment(until), used_at is not None
    )
