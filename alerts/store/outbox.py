"""The outbox: deliveries, and the leases under which a process works them.

What is owed is decided here, by rows. A claim is one statement; it and the filling of the outbox are
the only places that say who may be mailed (`ELIGIBLE`). A lease is worked in order of delivery id,
each row settled before the next body is sent, so that of the rows of a dead holder only the first
can have reached the relay: `recover` puts that one in doubt and frees the rest.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.model import DeliveryState, Month, Outcome, Owed, Reason
from alerts.store import moment, stamp, transaction

OPEN = ("queued", "sending", "deferred", "in_doubt")

# `s` is a subscriber who may be mailed.
_ELIGIBLE = """
    s.status = 'active'
    AND NOT EXISTS (SELECT 1 FROM suppressions AS x WHERE x.email_key = s.email_key)
"""


@dataclass(frozen=True, slots=True)
class Settlement:
    """One outcome to be written: of which delivery, when it is due again if it is, since when.

    It counts only while that lease holds the delivery.
    """

    delivery_id: int
    lease_id: int
    outcome: Outcome
    attempts: int
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, order=True)
class Audience:
    """Readers who are owed the same: their language, and the sections they want (none: all)."""

    language: str
    sections: tuple[str, ...] = ()


def audiences(db: Database) -> tuple[Audience, ...]:
    """The audiences of those who would get an issue now, the largest first.

    Counted into a table of their own: GROUP BY would sort a million rows in memory first.
    """
    db.conn.execute(
        """CREATE TEMP TABLE audiences (language TEXT, sections TEXT, people INTEGER,
                                        PRIMARY KEY (language, sections)) WITHOUT ROWID"""
    )
    db.conn.execute(
        f"""INSERT INTO audiences SELECT s.language, s.sections, 1 FROM subscribers AS s
             WHERE {_ELIGIBLE}
            ON CONFLICT DO UPDATE SET people = people + 1"""  # noqa: S608
    )
    rows = db.conn.execute(
        "SELECT language, sections FROM audiences ORDER BY people DESC, language, sections"
    ).fetchall()
    db.conn.execute("DROP TABLE audiences")
    return tuple(Audience(language, tuple(json.loads(wanted))) for language, wanted in rows)


def fill(
    db: Database,
    issue_id: int,
    edition_of: Mapping[Audience, int],
    now: datetime,
    unwanted: Collection[Audience] = (),
) -> int:
    """Owe everyone eligible the edition of their audience; returns how many.

    Whoever asked for a pause that is not over, or is of an `unwanted` audience, to whom the issue has
    nothing to say, is in the books too, as `skipped`. `edition_of` names an edition for each of
    `audiences`. To be called in the transaction that
    freezes the issue. One statement, in order of subscriber id, so that the index is filled in order.
    """
    db.conn.execute(
        """CREATE TEMP TABLE edition_of (language TEXT, sections TEXT, edition_id INTEGER,
                                         unwanted INTEGER, PRIMARY KEY (language, sections))"""
    )
    db.conn.executemany(
        "INSERT INTO edition_of VALUES (?, ?, ?, ?)",
        [
            (one.language, json.dumps(one.sections, ensure_ascii=False), edition, one in unwanted)
            for one, edition in edition_of.items()
        ],
    )
    cursor = db.conn.execute(
        f"""INSERT INTO deliveries (issue_id, edition_id, subscriber_id, due_at, changed_at, state, reason)
            SELECT :issue, e.edition_id, s.id, :now, :now,
                   CASE WHEN s.paused_until > :now OR e.unwanted THEN 'skipped' ELSE 'queued' END,
                   CASE WHEN s.paused_until > :now THEN 'paused'
                        WHEN e.unwanted THEN 'nothing_wanted' ELSE '' END
              FROM subscribers AS s CROSS JOIN edition_of AS e
                ON e.language = s.language AND e.sections = s.sections
             WHERE {_ELIGIBLE}
             ORDER BY s.id""",  # noqa: S608
        {"issue": issue_id, "now": stamp(now)},
    )
    db.conn.execute("DROP TABLE edition_of")
    return cursor.rowcount


def count_due(db: Database, now: datetime, months: Sequence[Month], doubtful: bool) -> int:
    """How many deliveries of those months could be claimed now."""
    row = db.conn.execute(
        f"SELECT count(*) FROM deliveries AS d INDEXED BY deliveries_open WHERE {_DUE}",  # noqa: S608
        _due(now, months, doubtful),
    )
    return int(row.fetchone()[0])


def open_months(
    db: Database, queued_since: datetime
) -> tuple[tuple[Month, ...], tuple[Month, ...]]:
    """The months whose issues still have something open: those queued since then, those before."""
    rows = db.conn.execute(
        "SELECT month, queued_at >= ? FROM issues WHERE state = 'queued' ORDER BY month",
        (stamp(queued_since),),
    ).fetchall()
    since = [(Month.parse(month), recent) for month, recent in rows]
    return tuple(m for m, recent in since if recent), tuple(m for m, recent in since if not recent)


# The first line as the index deliveries_open has it, to the letter.
_DUE = """
    (d.state = 'queued' OR d.state = 'deferred' OR d.state = 'in_doubt') AND d.due_at <= :now
    AND (d.state <> 'in_doubt' OR (:doubtful AND d.reason <> 'held'))
    AND d.issue_id IN (SELECT id FROM issues WHERE month IN (SELECT value FROM json_each(:months)))
"""


def _due(now: datetime, months: Sequence[Month], doubtful: bool) -> dict[str, object]:
    return {"now": stamp(now), "months": _listed(months), "doubtful": doubtful}


def _listed(months: Sequence[Month]) -> str:
    """Months as a JSON array, for json_each."""
    return json.dumps([str(month) for month in months])


def open_lease(db: Database, holder: str, host: str, expires_at: datetime) -> int:
    """Begin a lease for one connection; returns its id, which no other lease ever has.

    So whoever comes back late, its lease taken over by another machine, settles nothing of theirs.
    """
    cursor = db.conn.execute(
        """INSERT INTO leases (id, holder, host, expires_at)
           VALUES (abs(random() % 9007199254740991), ?, ?, ?)""",
        (holder, host, stamp(expires_at)),
    )
    return int(cursor.lastrowid or 0)


def renew(db: Database, leases: Sequence[int], expires_at: datetime) -> bool:
    """Put off the end of leases; False where another machine has ended one of them."""
    renewed = db.conn.execute(
        "UPDATE leases SET expires_at = ? WHERE id IN (SELECT value FROM json_each(?))",
        (stamp(expires_at), json.dumps(list(leases))),
    ).rowcount
    return renewed == len(leases)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim took: each delivery with its lease, in order of id; how many were skipped; and the
    highest id of both, 0 where nothing was due."""

    rows: Sequence[tuple[int, Owed]]
    skipped: int
    last: int


def claim(
    db: Database,
    leases: Sequence[int],
    limit: int,
    now: datetime,
    expires_at: datetime,
    months: Sequence[Month],
    *,
    after: int,
    doubtful: bool,
    domains: Sequence[str] = (),
    other_than: Sequence[str] = (),
) -> Claimed:
    """Take up to `limit` due deliveries with ids above `after`, dealt out among the leases in turn.

    Neighbours in the table go to different connections, so what these settle together lies on the
    same pages. Whoever may not be mailed any more is settled as `skipped` on the way. `doubtful`
    says whether deliveries in doubt are sent again; `domains` and `other_than` choose by the domain
    of the address, where they are given.
    """
    listed = json.dumps(list(leases))
    chosen = f"AND {_IN_DOMAINS}" if domains else f"AND NOT {_IN_DOMAINS}" if other_than else ""
    with transaction(db):
        db.conn.execute(
            "UPDATE leases SET expires_at = ? WHERE id IN (SELECT value FROM json_each(?))",
            (stamp(expires_at), listed),
        )
        taken = db.conn.execute(
            f"""UPDATE deliveries SET state = 'sending', changed_at = :now,
                       lease_id = json_extract(:leases, '$[' || (id % :lanes) || ']')
                 WHERE id IN (SELECT d.id FROM deliveries AS d INDEXED BY deliveries_open
                               WHERE {_DUE} AND d.id > :after {chosen}
                               ORDER BY d.id LIMIT :limit)""",  # noqa: S608
            {
                **_due(now, months, doubtful),
                "domains": json.dumps(list(domains or other_than)),
                "leases": listed,
                "lanes": len(leases),
                "after": after,
                "limit": limit,
            },
        ).rowcount
        skipped = skip(db, leases, now, after=after) if taken else []
        rows = db.conn.execute(
            """SELECT d.lease_id, d.id, d.edition_id, d.subscriber_id, s.email, s.name, d.attempts
                 FROM deliveries AS d INDEXED BY deliveries_held
                 JOIN subscribers AS s ON s.id = d.subscriber_id
                WHERE d.lease_id IN (SELECT value FROM json_each(?)) AND d.id > ? ORDER BY d.id""",
            (listed, after),
        ).fetchall()
    last = max((*skipped, *(row[1] for row in rows)), default=0)
    return Claimed([(lease, Owed(*row)) for lease, *row in rows], len(skipped), last)


_IN_DOMAINS = """EXISTS (
    SELECT 1 FROM subscribers AS s
     WHERE s.id = d.subscriber_id
       AND substr(s.email_key, instr(s.email_key, '@') + 1) IN (SELECT value FROM json_each(:domains)))
"""


def skip(
    db: Database,
    leases: Iterable[int],
    now: datetime,
    *,
    in_flight: Iterable[int] = (),
    after: int = 0,
) -> list[int]:
    """Settle as `skipped` what those leases hold for people who may not be mailed any more.

    What is `in_flight`, its body on the way, is left to its outcome. Returns the ids; the holder
    drops them. The reason is the strongest that applies.
    """
    rows = db.conn.execute(
        f"""UPDATE deliveries AS d INDEXED BY deliveries_held
               SET state = 'skipped', lease_id = NULL, changed_at = :now,
                   reason = (SELECT CASE s.status WHEN 'erased' THEN 'erased'
                                                  WHEN 'active' THEN 'suppressed'
                                                  ELSE 'unsubscribed' END
                               FROM subscribers AS s WHERE s.id = d.subscriber_id)
             WHERE d.lease_id IN (SELECT value FROM json_each(:leases)) AND d.id > :after
               AND d.id NOT IN (SELECT value FROM json_each(:in_flight))
               AND NOT EXISTS (SELECT 1 FROM subscribers AS s
                                WHERE s.id = d.subscriber_id AND {_ELIGIBLE})
            RETURNING id""",  # noqa: S608
        {
            "now": stamp(now),
            "leases": json.dumps(list(leases)),
            "in_flight": json.dumps(list(in_flight)),
            "after": after,
        },
    ).fetchall()
    return [delivery_id for (delivery_id,) in rows]


def settle(db: Database, settlements: Iterable[Settlement]) -> None:
    """Write outcomes in one commit, and as few statements: a commit holds up the sender.

    Only a delivery that its lease still holds moves, so to settle the same outcomes twice changes
    nothing, and neither does an outcome that comes after another machine has taken over.
    Of someone erased meanwhile the relay's words, which may name them, are not kept.
    """
    rows = [
        (
            s.delivery_id,
            s.lease_id,
            s.outcome.state,
            s.outcome.reason,
            str(s.outcome.reply),
            s.attempts,
            stamp(s.due_at),
            stamp(s.at),
        )
        for s in settlements
    ]
    with transaction(db):
        failures = [row for row in rows if row[2] != DeliveryState.SENT]
        if failures:
            db.conn.execute(
                f"""INSERT INTO events (at, kind, delivery_id, detail)
                    SELECT o.at, 'delivery.' || o.state, o.id,
                           json_object('reason', o.reason, 'reply', {_REPLY})
                      FROM ({_OUTCOMES}) AS o
                      JOIN deliveries ON deliveries.id = o.id AND deliveries.lease_id = o.lease_id""",  # noqa: S608
                {"rows": json.dumps(failures)},
            )
        db.conn.execute(
            f"""UPDATE deliveries
                   SET state = o.state, reason = o.reason, reply = {_REPLY}, attempts = o.attempts,
                       due_at = o.due_at, lease_id = NULL, changed_at = o.at
                  FROM ({_OUTCOMES}) AS o
                 WHERE deliveries.id = o.id AND deliveries.lease_id = o.lease_id""",  # noqa: S608
            {"rows": json.dumps(rows)},
        )


# `o`: the rows of a JSON array, as a table; and what is kept of the relay's words.
_OUTCOMES = """
    SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS lease_id,
           json_extract(value, '$[2]') AS state, json_extract(value, '$[3]') AS reason,
           json_extract(value, '$[4]') AS reply, json_extract(value, '$[5]') AS attempts,
           json_extract(value, '$[6]') AS due_at, json_extract(value, '$[7]') AS at
      FROM json_each(:rows)
"""
_REPLY = """
    CASE WHEN EXISTS (SELECT 1 FROM subscribers AS s
                       WHERE s.id = deliveries.subscriber_id AND s.status = 'erased')
         THEN '' ELSE o.reply END
"""


def release(db: Database, leases: Iterable[int], now: datetime) -> None:
    """End leases; what they still hold was not begun and is owed as before."""
    with transaction(db):
        for lease_id in leases:
            _free(db, lease_id, now)


def recover(db: Database, host: str, now: datetime) -> int:
    """End the leases of dead holders; returns how many deliveries are in doubt for it.

    The caller holds the lock of this project on this host, so every lease of this host is dead; one
    of another host is dead once it has expired. The first row that a lease still holds may have
    reached the relay; the rows behind it certainly have not.
    """
    doubtful = 0
    with transaction(db):
        leases = db.conn.execute(
            "SELECT id FROM leases WHERE host = ? OR expires_at <= ?", (host, stamp(now))
        ).fetchall()
        for (lease_id,) in leases:
            rows = db.conn.execute(
                """UPDATE deliveries SET state = 'in_doubt', lease_id = NULL, changed_at = ?, reason = ?,
                          due_at = ?, reply = 'the sender was killed before it knew the outcome'
                    WHERE id = (SELECT min(id) FROM deliveries WHERE lease_id = ?)
                   RETURNING id""",
                (stamp(now), Reason.UNANSWERED, stamp(now), lease_id),
            ).fetchall()
            doubtful += len(rows)
            _free(db, lease_id, now)
    return doubtful


def _free(db: Database, lease_id: int, now: datetime) -> None:
    db.conn.execute(
        """UPDATE deliveries SET lease_id = NULL, changed_at = ?,
                  state = CASE WHEN attempts = 0 THEN 'queued' ELSE 'deferred' END
            WHERE lease_id = ?""",
        (stamp(now), lease_id),
    )
    db.conn.execute("DELETE FROM leases WHERE id = ?", (lease_id,))


def counts(db: Database, month: Month) -> dict[str, int]:
    """How many deliveries of the month's issue are in each state; all states named.

    Added up in one pass: GROUP BY would sort a million rows in memory first.
    """
    sums = ", ".join(f"total(d.state = '{state.value}')" for state in DeliveryState)
    row = db.conn.execute(
        f"SELECT {sums} FROM deliveries AS d WHERE d.issue_id ="  # noqa: S608
        " (SELECT id FROM issues WHERE month = ?)",
        (str(month),),
    ).fetchone()
    return {state.value: int(number) for state, number in zip(DeliveryState, row, strict=True)}


def held(db: Database, resends: bool) -> dict[Month, int]:
    """How many deliveries in doubt wait for an admin's decision, by month.

    All of them, or where doubtful ones are sent again just those that another copy may have sent.
    """
    rows = db.conn.execute(
        """SELECT i.month, count(*) FROM deliveries AS d INDEXED BY deliveries_open
             JOIN issues AS i ON i.id = d.issue_id
            WHERE d.state = 'in_doubt' AND (d.reason = 'held' OR NOT ?)
            GROUP BY i.month ORDER BY i.month""",
        (resends,),
    ).fetchall()
    return {Month.parse(month): number for month, number in rows}


def next_due(db: Database, months: Sequence[Month], *, doubtful: bool = False) -> str:
    """When the earliest deferred delivery of those months is due, or an empty text.

    `doubtful` says whether deliveries in doubt are sent again, and so are due too.
    """
    row = db.conn.execute(
        """SELECT min(due_at) FROM deliveries
            WHERE (state = 'deferred' OR state = 'in_doubt' AND ?)
              AND issue_id IN (SELECT id FROM issues WHERE month IN (SELECT value FROM json_each(?)))""",
        (doubtful, _listed(months)),
    ).fetchone()
    return row[0] or ""


def sent_since(db: Database, since: datetime) -> Sequence[tuple[datetime, int]]:
    """How many deliveries were last tried at which moment since then, in order."""
    rows = db.conn.execute(
        """SELECT changed_at, count(*) FROM deliveries
            WHERE changed_at >= ? AND attempts > 0 GROUP BY changed_at ORDER BY changed_at""",
        (stamp(since),),
    ).fetchall()
    return [(moment(at), number) for at, number in rows]


def days_of_sending(db: Database, *, before: datetime) -> int:
    """On how many days before that midnight, in its time zone, something was sent.

    Asked for by quarters of an hour, in which all zones are apart from UTC.
    """
    rows = db.conn.execute(
        """SELECT DISTINCT substr(changed_at, 1, 13), substr(changed_at, 15, 2) / 15
             FROM deliveries WHERE changed_at < ? AND attempts > 0""",
        (stamp(before),),
    )
    moments = (moment(f"{hour}:{quarter * 15:02}:00Z") for hour, quarter in rows)
    return len({at.astimezone(before.tzinfo).date() for at in moments})


def data_version(db: Database) -> int:
    """A number that changes when another connection has written to the database."""
    return int(db.conn.execute("PRAGMA data_version").fetchone()[0])
