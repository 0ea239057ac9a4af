"""The lease under which deliveries are lent to the hub: one for all of them, and it never expires.

Its `holder` names the generation in the hub. Nobody but the control node ends it: after the outcomes have
come back, or, if the hub is lost, by holding what was lent, as after a restore (docs/adr/0044).
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from alerts.domain.delivery import Owed
from alerts.domain.errors import SettingsError
from alerts.domain.month import Month
from alerts.domain.send_window import ReaderGroup
from alerts.store import claims, stamp, transaction, windows
from alerts.store.claims import Claimed
from alerts.store.outbox import IN_GROUPS, due
from alerts.store.recipients import ELIGIBLE, NOT_DECLINED
from alerts.store.windows import ClosedUntil

_OWED = """
    SELECT d.id, d.edition_id, d.subscriber_id, s.email, s.name, d.attempts, s.mark,
           s.uncounted_since <> ''
      FROM deliveries AS d INDEXED BY deliveries_held
      JOIN subscribers AS s ON s.id = d.subscriber_id
"""
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HubLease:
    """The open lease of the hub and its generation there."""

    id: int
    generation: int


def current(db: Database) -> HubLease | None:
    """The open lease; None if nothing is lent."""
    row = db.conn.execute("SELECT id, holder FROM leases WHERE host = ?", (claims.HUB,)).fetchone()
    return HubLease(int(row[0]), int(row[1])) if row else None


def begin(db: Database, generation: int) -> HubLease:
    """Begin the lease of a new generation."""
    with transaction(db):
        return HubLease(claims.open_lease(db, str(generation), claims.HUB, NEVER), generation)


def take(
    db: Database,
    lease: HubLease,
    limit: int,
    now: datetime,
    months: Sequence[Month],
    *,
    doubtful: bool,
    groups: Collection[ReaderGroup] = (),
    closed_until: ClosedUntil | None = None,
) -> Claimed:
    """Lease up to `limit` due deliveries to the hub, as `claims.claim` does; returns the new ones alone.

    Of those that were lent before, a worker may be sending one, so what is checked of a claim must not touch
    them: first those behind them in the table are taken, and where there are none, others under a lease of
    their own first.
    """
    given = {
        **due(now, months, doubtful),
        "groups": json.dumps(list(groups)),
        "connections": 1,
        "limit": limit,
    }
    chosen = f"AND {IN_GROUPS}" if groups else ""
    with transaction(db):
        last = db.conn.execute(
            """SELECT id FROM deliveries INDEXED BY deliveries_held WHERE lease_id = ?
                ORDER BY id DESC LIMIT 1""",
            (lease.id,),
        ).fetchone()
        behind = {**given, "leases": json.dumps([lease.id]), "after": last[0] if last else 0}
        claimed = claims.take(db, [lease.id], now, chosen, behind, closed_until)
        if claimed.last:
            return claimed
        staging = claims.open_lease(db, str(lease.generation), claims.HUB, NEVER)
        before = {**given, "leases": json.dumps([staging]), "after": 0}
        claimed = claims.take(db, [staging], now, chosen, before, closed_until)
        db.conn.execute(
            "UPDATE deliveries SET lease_id = ? WHERE lease_id = ?", (lease.id, staging)
        )
        db.conn.execute("DELETE FROM leases WHERE id = ?", (staging,))
    return claimed


def lent(db: Database, lease: HubLease) -> int:
    """The number of deliveries that are lent."""
    row = db.conn.execute(
        "SELECT count(*) FROM deliveries INDEXED BY deliveries_held WHERE lease_id = ?", (lease.id,)
    ).fetchone()
    return int(row[0])


def lent_deliveries(db: Database, lease: HubLease, after: int, limit: int) -> Sequence[Owed]:
    """Lent deliveries with ids above `after`, in order of id."""
    rows = db.conn.execute(
        f"{_OWED} WHERE d.lease_id = ? AND d.id > ? ORDER BY d.id LIMIT ?",
        (lease.id, after, limit),
    ).fetchall()
    return [Owed(*row) for row in rows]


def attempts(db: Database, ids: Iterable[int]) -> dict[int, int]:
    """The number of attempts so far of each of these deliveries."""
    rows = db.conn.execute(
        "SELECT id, attempts FROM deliveries WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return dict(rows.fetchall())


def stopped(db: Database, lease: HubLease, closed_until: ClosedUntil | None) -> list[int]:
    """The lent deliveries of people who may no longer be mailed, or whose send window is closed."""
    closed: list[int] = []
    if closed_until:
        with transaction(db):
            closed = windows.closed(db, [lease.id], closed_until)
    rows = db.conn.execute(
        f"""SELECT d.id FROM deliveries AS d INDEXED BY deliveries_held
             WHERE d.lease_id = ? AND NOT EXISTS (
                   SELECT 1 FROM subscribers AS s
                    WHERE s.id = d.subscriber_id AND {ELIGIBLE} AND {NOT_DECLINED})""",  # noqa: S608
        (lease.id,),
    ).fetchall()
    return sorted({*closed, *(delivery_id for (delivery_id,) in rows)})


def take_back(
    db: Database,
    lease: HubLease,
    ids: Collection[int],
    now: datetime,
    closed_until: ClosedUntil | None,
) -> tuple[int, Sequence[Owed]]:
    """What follows for deliveries that are not in the hub any more and were not begun: they are skipped, or
    wait for their window. Returns how many were skipped, and those for which neither is true any more."""
    if not ids:
        return 0, ()
    with transaction(db):
        skipped = claims.skip(db, [lease.id], now, among=ids)
        if closed_until:
            windows.give_back(db, [lease.id], closed_until, now, among=ids)
        rows = db.conn.execute(
            f"{_OWED} WHERE d.lease_id = ? AND d.id IN (SELECT value FROM json_each(?)) ORDER BY d.id",  # noqa: S608
            (lease.id, json.dumps(list(ids))),
        ).fetchall()
    return len(skipped), [Owed(*row) for row in rows]


def hold(db: Database, lease: HubLease, now: datetime) -> int:
    """The hub is lost: hold what was lent, because workers may have sent it; returns how many."""
    with transaction(db):
        held = db.conn.execute(
            """UPDATE deliveries
                  SET state = 'in_doubt', reason = 'held', doubted = 1, lease_id = NULL, changed_at = ?,
                      reply = 'the hub was lost before it told the outcome'
                WHERE lease_id = ?""",
            (stamp(now), lease.id),
        ).rowcount
        db.conn.execute("DELETE FROM leases WHERE id = ?", (lease.id,))
    return held


def refuse_lent(db: Database) -> None:
    """Raise `SettingsError` where deliveries are lent to a hub that is not set any more."""
    if lease := current(db):
        number = lent(db, lease)
        raise SettingsError(
            f"delivery.hub: {number} deliveries are lent to the hub of the last send; set it again. If that"
            " hub is lost for good, name an empty one: then they are held (docs/hub.md)"
        )
