"""Deliveries and the send windows of their readers: what waits for an opening, and what is due until when.

A reader's window depends on their language and time zone, so it is asked for once for each group of
readers, and each act is one statement for any number of deliveries. Which windows are closed is an argument.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.domain.send_window import ReaderGroup
from alerts.store import moment, stamp
from alerts.store.outbox import DUE, due, listed
from alerts.store.recipients import Recipients, chosen

ClosedUntil = Callable[[Iterable[ReaderGroup]], Mapping[ReaderGroup, datetime]]
"""When the windows open that are closed now, by group; no group whose window is open."""

_OF_MONTHS = """
    d.issue_id IN (SELECT id FROM issues WHERE of_month IN (SELECT value FROM json_each(:months)))
"""
# Must be the same as in the index deliveries_open.
_OPEN = "(d.state = 'queued' OR d.state = 'deferred' OR d.state = 'in_doubt')"
_OPENING = """
    (SELECT o.at FROM subscribers AS s JOIN openings AS o ON o.language = s.language AND o.zone = s.timezone
      WHERE s.id = d.subscriber_id)
"""
# What is queued goes at the opening or, where its window is open, now: settings and readers may have
# changed. What is deferred or in doubt has a moment of its own, and is postponed where that has come.
_MOMENT = f"""
    CASE WHEN d.state = 'queued' THEN coalesce({_OPENING}, min(d.due_at, :now))
         WHEN d.due_at <= :now THEN coalesce({_OPENING}, d.due_at)
         ELSE d.due_at END
"""


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """How many deliveries of a group of readers wait, and until when."""

    group: ReaderGroup
    at: datetime
    number: int


def plan(db: Database, closed_until: ClosedUntil, now: datetime, months: Sequence[Month]) -> None:
    """Make what is open of those months due at the opening of its window, in the transaction of the
    caller."""
    openings = closed_until(_counted(db, f"{_OPEN} AND {_OF_MONTHS}", {"months": listed(months)}))
    with _put_openings(db, openings):
        db.conn.execute(
            f"""UPDATE deliveries AS d INDEXED BY deliveries_open SET due_at = {_MOMENT}
                 WHERE {_OPEN} AND {_OF_MONTHS} AND d.due_at <> {_MOMENT}""",  # noqa: S608
            {"now": stamp(now), "months": listed(months)},
        )


def due_groups(
    db: Database, now: datetime, months: Sequence[Month], *, doubtful: bool
) -> Mapping[ReaderGroup, int]:
    """The groups of readers to whom something could be sent now, and how much to each."""
    return _counted(db, DUE, due(now, months, doubtful))


def give_back(
    db: Database,
    leases: Iterable[int],
    closed_until: ClosedUntil,
    now: datetime,
    *,
    in_flight: Iterable[int] = (),
    after: int = 0,
    among: Iterable[int] | None = None,
) -> list[int]:
    """Give back the leased deliveries whose window is closed, to be due at its opening; in the transaction
    of the caller. Only those `among` these, if they are given.

    Those `in_flight`, whose body is being sent, are left to their outcome. Returns the ids given back,
    which the holder must not begin any more.
    """
    held = {"leases": json.dumps(list(leases)), "after": after}
    openings = _openings(db, held, closed_until)
    if not openings:
        return []
    only = "" if among is None else "AND d.id IN (SELECT value FROM json_each(:among))"
    with _put_openings(db, openings):
        back = db.conn.execute(
            f"""UPDATE deliveries AS d INDEXED BY deliveries_held
                   SET state = CASE WHEN attempts = 0 THEN 'queued' ELSE 'deferred' END,
                       lease_id = NULL, changed_at = :now, due_at = {_OPENING}
                 WHERE d.lease_id IN (SELECT value FROM json_each(:leases)) AND d.id > :after
                   AND d.id NOT IN (SELECT value FROM json_each(:in_flight)) {only}
                   AND {_OPENING} IS NOT NULL
                RETURNING id""",  # noqa: S608
            {
                **held,
                "now": stamp(now),
                "in_flight": json.dumps(list(in_flight)),
                "among": json.dumps(list(among or ())),
            },
        ).fetchall()
    return [delivery_id for (delivery_id,) in back]


def closed(db: Database, leases: Iterable[int], closed_until: ClosedUntil) -> list[int]:
    """The leased deliveries whose window is closed; in a transaction of the caller."""
    held = {"leases": json.dumps(list(leases)), "after": 0}
    openings = _openings(db, held, closed_until)
    if not openings:
        return []
    with _put_openings(db, openings):
        rows = db.conn.execute(
            f"""SELECT d.id FROM deliveries AS d INDEXED BY deliveries_held
                 WHERE d.lease_id IN (SELECT value FROM json_each(:leases)) AND {_OPENING} IS NOT NULL""",  # noqa: S608
            held,
        ).fetchall()
    return [delivery_id for (delivery_id,) in rows]


def _openings(
    db: Database, held: Mapping[str, object], closed_until: ClosedUntil
) -> Mapping[ReaderGroup, datetime]:
    """When the windows open that are closed now, of the readers of leased deliveries."""
    rows = db.conn.execute(
        """SELECT DISTINCT s.language, s.timezone
             FROM deliveries AS d INDEXED BY deliveries_held JOIN subscribers AS s ON s.id = d.subscriber_id
            WHERE d.lease_id IN (SELECT value FROM json_each(:leases)) AND d.id > :after""",
        held,
    )
    return closed_until([ReaderGroup(*row) for row in rows.fetchall()])


def readers(db: Database) -> Mapping[ReaderGroup, int]:
    """The groups of all active readers, and how many are in each."""
    return _grouped(
        db, "SELECT s.language, s.timezone, 1 FROM subscribers AS s WHERE s.status = 'active'", {}
    )


def of_recipients(db: Database, wanted: Recipients) -> Mapping[ReaderGroup, int]:
    """The same of those who would get an issue for these recipients now."""
    with chosen(db, wanted) as condition:
        rows = f"SELECT s.language, s.timezone, 1 FROM subscribers AS s WHERE {condition}"  # noqa: S608
        return _grouped(db, rows, {})


def waiting(db: Database, now: datetime, months: Sequence[Month]) -> Sequence[WaitingGroup]:
    """What is queued of those months for a later moment, by group; the earliest first."""
    db.conn.execute(
        """CREATE TEMP TABLE waiting (language TEXT, zone TEXT, at TEXT, number INTEGER,
                                      PRIMARY KEY (language, zone, at)) WITHOUT ROWID"""
    )
    try:
        db.conn.execute(
            f"""INSERT INTO waiting SELECT s.language, s.timezone, d.due_at, 1
                  FROM deliveries AS d INDEXED BY deliveries_open
                  JOIN subscribers AS s ON s.id = d.subscriber_id
                 WHERE {_OPEN} AND d.state = 'queued' AND d.due_at > :now AND {_OF_MONTHS}
                ON CONFLICT DO UPDATE SET number = number + 1""",  # noqa: S608
            {"now": stamp(now), "months": listed(months)},
        )
        rows = db.conn.execute(
            "SELECT * FROM waiting ORDER BY at, number DESC, language, zone"
        ).fetchall()
    finally:
        db.conn.execute("DROP TABLE waiting")
    return [
        WaitingGroup(ReaderGroup(language, zone), moment(at), number)
        for language, zone, at, number in rows
    ]


def only_waits(db: Database, now: datetime, month: Month) -> bool:
    """Whether all that is open of a month, and of its corrections, is queued for a later moment."""
    values = {"now": stamp(now), "month": str(month)}
    of_month = "d.issue_id IN (SELECT id FROM issues WHERE of_month = :month)"
    open_, other = (
        db.conn.execute(
            f"""SELECT EXISTS (SELECT 1 FROM deliveries AS d
                                WHERE d.state IN ('queued', 'sending', 'deferred', 'in_doubt')
                                  AND {of_month} AND {which})""",  # noqa: S608
            values,
        ).fetchone()[0]
        for which in ("1", "NOT (d.state = 'queued' AND d.due_at > :now)")
    )
    return bool(open_) and not other


def _counted(db: Database, which: str, values: Mapping[str, object]) -> Mapping[ReaderGroup, int]:
    """The groups of the readers of open deliveries, with their number."""
    return _grouped(
        db,
        f"""SELECT s.language, s.timezone, 1
              FROM deliveries AS d INDEXED BY deliveries_open JOIN subscribers AS s ON s.id = d.subscriber_id
             WHERE {which}""",  # noqa: S608
        values,
    )


def _grouped(db: Database, rows: str, values: Mapping[str, object]) -> Mapping[ReaderGroup, int]:
    """Rows counted by group, into a temporary table: GROUP BY would sort a million rows in memory."""
    db.conn.execute(
        """CREATE TEMP TABLE reader_groups (language TEXT, zone TEXT, number INTEGER,
                                            PRIMARY KEY (language, zone)) WITHOUT ROWID"""
    )
    try:
        db.conn.execute(
            f"INSERT INTO reader_groups {rows} ON CONFLICT DO UPDATE SET number = number + 1",
            values,
        )
        found = db.conn.execute("SELECT * FROM reader_groups ORDER BY language, zone").fetchall()
    finally:
        db.conn.execute("DROP TABLE reader_groups")
    return {ReaderGroup(language, zone): number for language, zone, number in found}


@contextmanager
def _put_openings(db: Database, openings: Mapping[ReaderGroup, datetime]) -> Iterator[None]:
    """The openings as a temporary table, for the block; what raises in it ends the transaction, too."""
    db.conn.execute(
        """CREATE TEMP TABLE openings (language TEXT, zone TEXT, at TEXT,
                                       PRIMARY KEY (language, zone)) WITHOUT ROWID"""
    )
    db.conn.executemany(
        "INSERT INTO openings VALUES (?, ?, ?)",
        [(*group, stamp(at)) for group, at in openings.items()],
    )
    yield
    db.conn.execute("DROP TABLE openings")
