"""Claims: deliveries are leased to one sender, and settled with their outcome.

A claim is one statement that checks status and suppressions again. A lease that has expired leaves at
most its first row in doubt (docs/adr/0007-leases-in-order.md).
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState, Outcome, Owed, Reason
from alerts.domain.errors import TakenOver
from alerts.domain.month import Month
from alerts.domain.send_window import ReaderGroup
from alerts.store import stamp, transaction, windows
from alerts.store.outbox import DUE, GONE, IN_DOMAINS, IN_GROUPS, OUTCOMES, REPLY, due
from alerts.store.recipients import ELIGIBLE, NOT_DECLINED
from alerts.store.windows import ClosedUntil

HUB = "hub:"  # the host of the lease of what is lent to the hub; no name of a machine has a colon


@dataclass(frozen=True, slots=True)
class Settlement:
    """One outcome to write: the delivery, the next attempt if there is one, and the time.

    It is only written while that lease holds the delivery.
    """

    delivery_id: int
    lease_id: int
    outcome: Outcome
    attempts: int
    due_at: datetime
    at: datetime


def open_lease(db: Database, holder: str, host: str, expires_at: datetime) -> int:
    """Begin a lease for one connection; returns its id, which no other lease ever has.

    So a process whose lease was taken over by another machine cannot settle the other's deliveries.
    """
    cursor = db.conn.execute(
        """INSERT INTO leases (id, holder, host, expires_at, noticed)
           VALUES (abs(random() % 9007199254740991), ?, ?, ?,
                   (SELECT count(*) FROM issue_versions WHERE recalled_at <> ''))""",
        (holder, host, stamp(expires_at)),
    )
    return int(cursor.lastrowid or 0)


def renew(db: Database, leases: Sequence[int], expires_at: datetime) -> None:
    """Extend leases. Raises `TakenOver` where another machine has ended one of them."""
    renewed = db.conn.execute(
        "UPDATE leases SET expires_at = ? WHERE expires_at <> '' AND id IN (SELECT value FROM json_each(?))",
        (stamp(expires_at), json.dumps(list(leases))),
    ).rowcount
    if renewed < len(leases):
        raise TakenOver(
            "another machine has taken over this send; make sure that the clocks of both agree,"
            " then run the same command again"
        )


@dataclass(frozen=True, slots=True)
class Claimed:
    """The result of a claim: each delivery with its lease, in order of id; the number of skipped ones, and
    of those whose send window is closed; and the highest id of all, 0 where nothing was due."""

    rows: Sequence[tuple[int, Owed]]
    skipped: int
    last: int
    outside_window: int = 0


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
    groups: Collection[ReaderGroup] = (),
    closed_until: ClosedUntil | None = None,
) -> Claimed:
    """Take up to `limit` due deliveries with ids above `after`, distributed among the leases in turn.

    Neighbours in the table go to different connections, so the outcomes that are settled together are
    on the same pages. Deliveries to people who may no longer be mailed are settled as `skipped`.
    `doubtful`: deliveries in doubt are sent again; `domains` and `other_than` select by the domain of
    the address, `groups` by that of its reader. `closed_until` says which send windows are closed now.
    Raises `TakenOver`, and claims nothing, where another machine has ended one of the leases.
    """
    chosen = f"AND {IN_DOMAINS}" if domains else f"AND NOT {IN_DOMAINS}" if other_than else ""
    chosen += f" AND {IN_GROUPS}" if groups else ""
    given = {
        **due(now, months, doubtful),
        "domains": json.dumps(list(domains or other_than)),
        "groups": json.dumps(list(groups)),
        "leases": json.dumps(list(leases)),
        "connections": len(leases),
        "after": after,
        "limit": limit,
    }
    with transaction(db):
        renew(db, leases, expires_at)
        return take(db, leases, now, chosen, given, closed_until)


def take(
    db: Database,
    leases: Sequence[int],
    now: datetime,
    chosen: str,
    given: Mapping[str, object],
    closed_until: ClosedUntil | None,
) -> Claimed:
    """What `claim` does once it has renewed the leases, in the transaction of the caller; `chosen` is a
    condition on the delivery, and `given` the values of all conditions."""
    after = int(str(given["after"]))
    taken = db.conn.execute(
        f"""UPDATE deliveries SET state = 'sending', changed_at = :now,
                   lease_id = json_extract(:leases, '$[' || (id % :connections) || ']')
             WHERE id IN (SELECT d.id FROM deliveries AS d INDEXED BY deliveries_open
                           WHERE {DUE} AND d.id > :after {chosen}
                           ORDER BY d.id LIMIT :limit)""",  # noqa: S608
        given,
    ).rowcount
    skipped = skip(db, leases, now, after=after) if taken else []
    outside = (
        windows.give_back(db, leases, closed_until, now, after=after)
        if taken and closed_until
        else []
    )
    rows = db.conn.execute(
        """SELECT d.lease_id, d.id, d.edition_id, d.subscriber_id, s.email, s.name, d.attempts, s.mark,
                  s.uncounted_since <> ''
             FROM deliveries AS d INDEXED BY deliveries_held
             JOIN subscribers AS s ON s.id = d.subscriber_id
            WHERE d.lease_id IN (SELECT value FROM json_each(?)) AND d.id > ? ORDER BY d.id""",
        (given["leases"], after),
    ).fetchall()
    last = max((*skipped, *outside, *(row[1] for row in rows)), default=0)
    found = [(lease, Owed(*row)) for lease, *row in rows]
    return Claimed(found, len(skipped), last, len(outside))


def skip(
    db: Database,
    leases: Iterable[int],
    now: datetime,
    *,
    in_flight: Iterable[int] = (),
    after: int = 0,
    among: Iterable[int] | None = None,
) -> list[int]:
    """Settle as `skipped` the leased deliveries to people who may no longer be mailed; only those `among`
    these, if they are given.

    Those `in_flight`, whose body is being sent, are left to their outcome. Returns the ids, which the
    holder removes from its lists. The reason is the strongest that applies.
    """
    listed = "" if among is None else "AND d.id IN (SELECT value FROM json_each(:among))"
    rows = db.conn.execute(
        f"""UPDATE deliveries AS d INDEXED BY deliveries_held
               SET state = 'skipped', lease_id = NULL, changed_at = :now,
                   reason = {GONE}
             WHERE d.lease_id IN (SELECT value FROM json_each(:leases)) AND d.id > :after
               AND d.id NOT IN (SELECT value FROM json_each(:in_flight)) {listed}
               AND NOT EXISTS (SELECT 1 FROM subscribers AS s
                                WHERE s.id = d.subscriber_id AND {ELIGIBLE} AND {NOT_DECLINED})
            RETURNING id""",  # noqa: S608
        {
            "now": stamp(now),
            "leases": json.dumps(list(leases)),
            "in_flight": json.dumps(list(in_flight)),
            "after": after,
            "among": json.dumps(list(among or ())),
        },
    ).fetchall()
    return [delivery_id for (delivery_id,) in rows]


def settle(db: Database, settlements: Iterable[Settlement]) -> None:
    """Write outcomes in one commit, and in few statements, because a commit delays the sender.

    Only a delivery that its lease still holds changes, so settling the same outcomes twice changes
    nothing, and neither does an outcome that arrives after another machine has taken over. For a person
    who was erased meanwhile, the relay's reply, which may name them, is not stored.
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
                           json_object('reason', o.reason, 'reply', {REPLY})
                      FROM ({OUTCOMES}) AS o
                      JOIN deliveries ON deliveries.id = o.id AND deliveries.lease_id = o.lease_id""",  # noqa: S608
                {"rows": json.dumps(failures)},
            )
        db.conn.execute(
            f"""UPDATE deliveries
                   SET state = o.state, reason = o.reason, reply = {REPLY}, attempts = o.attempts,
                       due_at = o.due_at, lease_id = NULL, changed_at = o.at,
                       doubted = deliveries.doubted OR o.state = 'in_doubt'
                  FROM ({OUTCOMES}) AS o
                 WHERE deliveries.id = o.id AND deliveries.lease_id = o.lease_id""",  # noqa: S608
            {"rows": json.dumps(rows)},
        )


def release(db: Database, leases: Iterable[int], now: datetime) -> None:
    """End leases; their remaining deliveries were not begun and are queued again."""
    with transaction(db):
        for lease_id in leases:
            _free(db, lease_id, now)


def expire(db: Database, host: str, now: datetime) -> None:
    """Let the leases of dead holders be renewed no more: a holder that lives after all begins nothing new.

    The caller holds the lock of this project on this host, so every lease of this host is dead; one of
    another host is dead once it has expired. The lease of the hub is left alone (`hub_leases.py`).
    """
    with transaction(db):
        db.conn.execute(
            "UPDATE leases SET expires_at = '' WHERE (host = ? OR expires_at <= ?) AND host <> ?",
            (host, stamp(now), HUB),
        )


def recover(db: Database, now: datetime) -> int:
    """End the leases that were expired; returns how many deliveries are in doubt because of that.

    The receipts that were left when they were expired are folded. The first row that a lease still holds
    may have reached the relay; the rows after it certainly have not.
    """
    doubtful = 0
    with transaction(db):
        leases = db.conn.execute("SELECT id FROM leases WHERE expires_at = ''").fetchall()
        for (lease_id,) in leases:
            rows = db.conn.execute(
                """UPDATE deliveries SET state = 'in_doubt', lease_id = NULL, changed_at = ?, reason = ?,
                          due_at = ?, doubted = 1, reply = 'the sender was killed before it knew the outcome'
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
