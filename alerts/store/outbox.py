"""The outbox: the deliveries, and the leases under which processes send them.

A claim is one statement; it and the filling of the outbox are the only places that decide who may be
mailed (`recipients.ELIGIBLE`). The rows of a lease are sent in order of delivery id, and each is settled
before the next body is sent, so of the rows of a dead process only the first can have reached the relay:
`recover` marks that one as in doubt and releases the rest.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import stamp
from alerts.store.recipients import ELIGIBLE, EVERYBODY, Recipients, chosen

OPEN = ("queued", "sending", "deferred", "in_doubt")

# Why the delivery `d` of somebody who may not be mailed is skipped: the strongest reason that applies.
GONE = """
    (SELECT CASE WHEN s.status = 'erased' THEN 'erased' WHEN s.status <> 'active' THEN 'unsubscribed'
                 WHEN EXISTS (SELECT 1 FROM suppressions AS x WHERE x.email_key = s.email_key)
                 THEN 'suppressed' ELSE 'no_specials' END
       FROM subscribers AS s WHERE s.id = d.subscriber_id)
"""
# The state and the reason with which somebody of the audience `e` is owed an edition.
_STATE_AND_REASON = (
    "CASE WHEN s.paused_until > :now OR e.unwanted THEN 'skipped' ELSE 'queued' END",
    "CASE WHEN s.paused_until > :now THEN 'paused' WHEN e.unwanted THEN 'nothing_wanted' ELSE '' END",
)
_FILL = f"""
    INSERT INTO deliveries (issue_id, edition_id, subscriber_id, due_at, changed_at, state, reason)
    SELECT :issue, e.edition_id, s.id, :now, :now, {", ".join(_STATE_AND_REASON)}
      FROM subscribers AS s CROSS JOIN edition_of AS e
        ON e.language = s.language AND e.sections = s.sections
"""  # noqa: S608
# Condition: the delivery `d` has certainly not left, and no admin decided against it.
_NOT_LEFT = """
    NOT d.doubted AND (d.state IN ('queued', 'deferred')
                       OR (d.state = 'skipped' AND d.reason <> 'cancelled'))
"""


@dataclass(frozen=True, slots=True, order=True)
class Audience:
    """Readers who get the same edition: their language, and the sections they chose (none: all)."""

    language: str
    sections: tuple[str, ...] = ()


def audiences(db: Database, recipients: Recipients = EVERYBODY) -> tuple[Audience, ...]:
    """The audiences of everybody who would get an issue for these recipients now, the largest first.

    Counted into a temporary table, because GROUP BY would sort a million rows in memory first.
    """
    db.conn.execute(
        """CREATE TEMP TABLE audiences (language TEXT, sections TEXT, people INTEGER,
                                        PRIMARY KEY (language, sections)) WITHOUT ROWID"""
    )
    with chosen(db, recipients) as condition:
        db.conn.execute(
            f"""INSERT INTO audiences SELECT s.language, s.sections, 1 FROM subscribers AS s
                 WHERE {condition}
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
    recipients: Recipients = EVERYBODY,
) -> int:
    """Create a delivery for everyone of the recipients who may be mailed, with the edition of their
    audience; returns how many.

    People who asked for a pause that is not over, or who belong to an `unwanted` audience (the issue
    has nothing in the sections that they chose), get a delivery that is `skipped`. `edition_of` has an
    edition for each of `audiences`. Must be called in the transaction that freezes the issue. One
    statement, in order of subscriber id, so that the index is filled in order.
    """
    _put_editions(db, edition_of, unwanted)
    with chosen(db, recipients) as condition:
        cursor = db.conn.execute(
            f"{_FILL} WHERE {condition} ORDER BY s.id", {"issue": issue_id, "now": stamp(now)}
        )
    db.conn.execute("DROP TABLE edition_of")
    return cursor.rowcount


def refill(
    db: Database,
    issue_id: int,
    edition_of: Mapping[Audience, int],
    now: datetime,
    unwanted: Collection[Audience] = (),
    recipients: Recipients = EVERYBODY,
) -> int:
    """Owe a later version of an issue to everyone of its recipients who was not mailed; returns to how
    many.

    Deliveries that have certainly not left, and those that were skipped for what may have changed since,
    become deliveries of this version's editions; people who are new among the recipients get one. Sent,
    failed and cancelled ones, and those that may have arrived, stay with the version that they have. Whoever
    has a delivery is a recipient, whatever else has changed about them. The same conditions as `fill`; no
    process may be sending.
    """
    _put_editions(db, edition_of, unwanted)
    given = {"issue": issue_id, "now": stamp(now)}
    state, reason = _STATE_AND_REASON
    moved = db.conn.execute(
        f"""UPDATE deliveries AS d
               SET edition_id = e.edition_id, state = {state}, reason = {reason}, reply = '',
                   attempts = 0, due_at = :now, changed_at = :now
              FROM subscribers AS s JOIN edition_of AS e
                ON e.language = s.language AND e.sections = s.sections
             WHERE d.issue_id = :issue AND s.id = d.subscriber_id AND {ELIGIBLE} AND {_NOT_LEFT}""",  # noqa: S608
        given,
    ).rowcount
    db.conn.execute(
        f"""UPDATE deliveries AS d
               SET state = 'skipped', changed_at = :now, reason = {GONE}
             WHERE d.issue_id = :issue AND d.state IN ('queued', 'deferred') AND NOT d.doubted
               AND NOT EXISTS (SELECT 1 FROM subscribers AS s
                                WHERE s.id = d.subscriber_id AND {ELIGIBLE})""",  # noqa: S608
        given,
    )
    with chosen(db, recipients) as condition:
        added = db.conn.execute(
            f"""{_FILL} WHERE {condition}
                   AND NOT EXISTS (SELECT 1 FROM deliveries AS d
                                    WHERE d.subscriber_id = s.id AND d.issue_id = :issue)
                 ORDER BY s.id""",  # noqa: S608
            given,
        ).rowcount
    db.conn.execute("DROP TABLE edition_of")
    return moved + added


def _put_editions(
    db: Database, edition_of: Mapping[Audience, int], unwanted: Collection[Audience]
) -> None:
    """The audiences as a temporary table, for `fill` and `refill`, which drop it."""
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


def count_due(db: Database, now: datetime, months: Sequence[Month], doubtful: bool) -> int:
    """The number of deliveries of those months that could be claimed now."""
    row = db.conn.execute(
        f"SELECT count(*) FROM deliveries AS d INDEXED BY deliveries_open WHERE {DUE}",  # noqa: S608
        due(now, months, doubtful),
    )
    return int(row.fetchone()[0])


def open_months(
    db: Database, queued_since: datetime
) -> tuple[tuple[Month, ...], tuple[Month, ...]]:
    """The months whose issues or corrections have open deliveries: those queued since then, and those
    before."""
    rows = db.conn.execute(
        """SELECT of_month, max(queued_at) >= ? FROM issues WHERE state = 'queued'
            GROUP BY of_month ORDER BY of_month""",
        (stamp(queued_since),),
    ).fetchall()
    since = [(Month.parse(month), recent) for month, recent in rows]
    return tuple(m for m, recent in since if recent), tuple(m for m, recent in since if not recent)


# The first line must be the same as in the index deliveries_open. Nothing of a recalled issue is due, and of
# an older version only what may have arrived before: the same bytes again (docs/adr/0032).
DUE = """
    (d.state = 'queued' OR d.state = 'deferred' OR d.state = 'in_doubt') AND d.due_at <= :now
    AND (d.state <> 'in_doubt' OR (:doubtful AND d.reason <> 'held'))
    AND d.issue_id IN (SELECT id FROM issues WHERE recalled_at = ''
                          AND of_month IN (SELECT value FROM json_each(:months)))
    AND (d.doubted OR d.edition_id IN (
         SELECT e.id FROM issues AS i JOIN editions AS e ON e.issue_id = i.id AND e.version = i.version
          WHERE i.of_month IN (SELECT value FROM json_each(:months))))
"""


def due(now: datetime, months: Sequence[Month], doubtful: bool) -> dict[str, object]:
    return {"now": stamp(now), "months": listed(months), "doubtful": doubtful}


def listed(months: Sequence[Month]) -> str:
    """Months as a JSON array, for json_each."""
    return json.dumps([str(month) for month in months])


IN_DOMAINS = """EXISTS (
    SELECT 1 FROM subscribers AS s
     WHERE s.id = d.subscriber_id
       AND substr(s.email, instr(s.email, '@') + 1) IN (SELECT value FROM json_each(:domains)))
"""
IN_GROUPS = """EXISTS (
    SELECT 1 FROM subscribers AS s
     WHERE s.id = d.subscriber_id
       AND (s.language, s.timezone) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')
                                      FROM json_each(:groups)))
"""


# `o`: the rows of a JSON array, as a table; and the relay's reply as it is stored.
OUTCOMES = """
    SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS lease_id,
           json_extract(value, '$[2]') AS state, json_extract(value, '$[3]') AS reason,
           json_extract(value, '$[4]') AS reply, json_extract(value, '$[5]') AS attempts,
           json_extract(value, '$[6]') AS due_at, json_extract(value, '$[7]') AS at
      FROM json_each(:rows)
"""
REPLY = """
    CASE WHEN EXISTS (SELECT 1 FROM subscribers AS s
                       WHERE s.id = deliveries.subscriber_id AND s.status = 'erased')
         THEN '' ELSE o.reply END
"""
