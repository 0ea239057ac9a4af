"""What the control node asks of the hub: begin, fill, watch, fold, end a send. One control node at a time:
a lock of PostgreSQL's lasts as long as its connection, and a second one is refused."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from alerts.domain.delivery import DeliveryState, Outcome, Owed, Reason, Reply
from alerts.domain.errors import LockHeld, SettingsError
from alerts.hub import schema
from alerts.hub.claims import CLUSTER, outcome_of
from alerts.hub.database import HubDatabase
from alerts.store.issues import Template

_LOCK = 4_120_266_871  # of PostgreSQL's advisory locks: the control node of this database
_COPY = """
    COPY alerts_hub.slips (id, edition_id, subscriber_id, email, name, attempts, mark, uncounted, place,
                           closes)
    FROM STDIN
"""
_DEAD = Outcome(
    DeliveryState.IN_DOUBT,
    Reply(0, "the worker was lost before it told the outcome"),
    Reason.UNANSWERED,
    relay_fault=True,
)


@dataclass(frozen=True, slots=True)
class HubReceipt:
    """The outcome of a delivery, as it stands in the hub."""

    delivery_id: int
    email: str
    outcome: Outcome


def take(hub: HubDatabase) -> None:
    """Be the control node of this hub for as long as the connection lasts, with the schema made.

    Raises `LockHeld` where another control node is.
    """
    schema.ensure(hub)
    if schema.version(hub) != schema.VERSION:
        raise SettingsError(
            "delivery.hub: its schema was made by another version of alerts; update both"
        )
    (settings,) = hub.rows(
        "SELECT pg_try_advisory_lock(%(lock)s), current_setting('fsync')", {"lock": _LOCK}
    )
    if not settings[0]:
        raise LockHeld(
            f"another control node is sending by the hub {hub.where}; wait until it has ended"
        )
    if settings[1] != "on":
        raise SettingsError(
            "delivery.hub: this PostgreSQL has fsync = off and would forget outcomes in a power loss"
        )


def known(hub: HubDatabase, generation: int) -> bool:
    """Whether the hub still has this generation, with the same history of data."""
    return bool(
        hub.rows(
            f"SELECT 1 FROM alerts_hub.sends AS s WHERE s.generation = %(g)s AND s.cluster = {CLUSTER}",  # noqa: S608
            {"g": generation},
        )
    )


def others(hub: HubDatabase, generation: int) -> str:
    """Why another control node's send cannot be cleared away yet; empty where nothing hinders it.

    Its deliveries are held in the database that lent them, once that sees that its generation is gone. A send
    that was closed, of which no worker holds anything and no outcome is left, is over: its control node was
    killed between giving back what was not sent and emptying the hub.
    """
    rows = hub.rows(
        """SELECT seen_at > clock_timestamp() - interval '90 s'
                  AND (open OR EXISTS (SELECT 1 FROM alerts_hub.slips WHERE state <> 'open'))
                  OR EXISTS (SELECT 1 FROM alerts_hub.leases AS l WHERE l.expires_at > clock_timestamp()
                      AND EXISTS (SELECT 1 FROM alerts_hub.slips AS p WHERE p.lease = l.id))
             FROM alerts_hub.sends WHERE generation <> %(g)s""",
        {"g": generation},
    )
    if any(live for (live,) in rows):
        return "the hub has a send of another database, and its control node was here a moment ago"
    return ""


def forget(hub: HubDatabase, generation: int) -> None:
    """End a send whose history the hub has lost, before what it lent is held: it is nobody's any more, so the
    next one need not wait until its control node has been away for long."""
    hub.rows("DELETE FROM alerts_hub.sends WHERE generation = %(g)s", {"g": generation})


def begin(
    hub: HubDatabase, generation: int, project: str, orders: Mapping[str, Any], *, open_: bool
) -> None:
    """Begin a send, or continue it, with whatever an abandoned one left cleared away. Unless it is `open_`,
    nothing is claimed or begun before the next `sign`."""
    hub.rows(
        f"""WITH made AS (
                INSERT INTO alerts_hub.sends AS s (generation, project, cluster, orders, open)
                VALUES (%(g)s, %(project)s, {CLUSTER}, %(orders)s, %(open)s)
                ON CONFLICT (generation) DO UPDATE SET orders = excluded.orders, open = excluded.open,
                        seen_at = clock_timestamp()
                RETURNING generation)
            DELETE FROM alerts_hub.sends WHERE generation NOT IN (SELECT generation FROM made)""",  # noqa: S608
        {"g": generation, "project": project, "orders": json.dumps(dict(orders)), "open": open_},
    )


def clear(hub: HubDatabase) -> None:
    """Empty the hub: nothing of a send, and no address, is left in it, not in its files either."""
    hub.rows("TRUNCATE alerts_hub.slips, alerts_hub.leases, alerts_hub.editions, alerts_hub.sends")


def ids(hub: HubDatabase, above: int, limit: int) -> frozenset[int]:
    """The ids of deliveries above one, the first `limit` of them."""
    rows = hub.rows(
        "SELECT id FROM alerts_hub.slips WHERE id > %(above)s ORDER BY id LIMIT %(limit)s",
        {"above": above, "limit": limit},
    )
    return frozenset(one for (one,) in rows)


def present(hub: HubDatabase, delivery_ids: Sequence[int]) -> frozenset[int]:
    """Which of these the hub has."""
    rows = hub.rows(
        "SELECT id FROM alerts_hub.slips WHERE id = ANY(%(ids)s)", {"ids": list(delivery_ids)}
    )
    return frozenset(one for (one,) in rows)


def editions(hub: HubDatabase) -> frozenset[int]:
    """The ids of the editions that the hub has."""
    return frozenset(one for (one,) in hub.rows("SELECT id FROM alerts_hub.editions"))


def add_edition(
    hub: HubDatabase, edition_id: int, sha256: str, stored: Template, secret: bytes
) -> None:
    """Lend an edition, with the key that signs its links."""
    hub.rows(
        """INSERT INTO alerts_hub.editions
                  (id, sha256, template, frame, secret_id, secret, language, mark)
           VALUES (%(id)s, %(sha256)s, %(template)s, %(frame)s, %(secret_id)s, %(secret)s, %(language)s,
                   %(mark)s)
           ON CONFLICT DO NOTHING""",
        {
            "id": edition_id,
            "sha256": sha256,
            "template": stored.octets,
            "frame": stored.frame,
            "secret_id": stored.secret_id,
            "secret": secret,
            "language": stored.language,
            "mark": stored.mark,
        },
    )


def add_deliveries(
    hub: HubDatabase, generation: int, owed: Sequence[tuple[Owed, int]], closes: int
) -> None:
    """Lend deliveries with the places of their destinations, in order of id; all of them or none. `closes`
    says when their send window does, in seconds: what closes first goes first."""
    hub.copy(
        _COPY,
        [
            (
                one.id,
                one.edition_id,
                one.subscriber_id,
                one.email,
                one.name or "",
                one.attempts,
                one.mark,
                bool(one.uncounted),
                place,
                closes,
            )
            for one, place in owed
        ],
    )
    hub.rows(
        "UPDATE alerts_hub.sends SET total = total + %(n)s WHERE generation = %(g)s",
        {"n": len(owed), "g": generation},
    )


def sign(hub: HubDatabase, generation: int, *, open_: bool) -> bool:
    """The sign of the control node; with `open_` False nothing is claimed or begun any more. False where the
    hub has forgotten this generation."""
    return bool(
        hub.rows(
            f"""UPDATE alerts_hub.sends AS s SET seen_at = clock_timestamp(), open = %(open)s
                 WHERE s.generation = %(g)s AND s.cluster = {CLUSTER} RETURNING 1""",  # noqa: S608
            {"g": generation, "open": open_},
        )
    )


def receipts(hub: HubDatabase, limit: int) -> Sequence[HubReceipt]:
    """Outcomes that were not folded yet.

    Asked by state and not by a running number: numbers are given before a commit, so a lower one can
    appear after a higher one was folded.
    """
    rows = hub.rows(
        """SELECT id, email, outcome FROM alerts_hub.slips
            WHERE state = 'done' ORDER BY id LIMIT %(limit)s""",
        {"limit": limit},
    )
    return [HubReceipt(delivery, email, outcome_of(kept)) for delivery, email, kept in rows]


def folded(hub: HubDatabase, delivery_ids: Iterable[int]) -> None:
    """Delete deliveries here whose outcome is in the outbox: their addresses are not needed any more."""
    hub.rows(
        "DELETE FROM alerts_hub.slips WHERE id = ANY(%(ids)s) AND state = 'done'",
        {"ids": list(delivery_ids)},
    )


def revoke(hub: HubDatabase, delivery_ids: Sequence[int]) -> None:
    """No body of these is begun any more: workers see it before their next one."""
    hub.rows(
        """UPDATE alerts_hub.slips SET revoked = true
            WHERE id = ANY(%(ids)s) AND state <> 'done' AND NOT revoked""",
        {"ids": list(delivery_ids)},
    )


def withdraw(hub: HubDatabase) -> frozenset[int]:
    """Take back the revoked deliveries that no worker holds; returns their ids."""
    rows = hub.rows(  # those that are revoked first: the index of them is small
        """WITH gone AS MATERIALIZED (SELECT id FROM alerts_hub.slips WHERE revoked)
           DELETE FROM alerts_hub.slips WHERE id IN (SELECT id FROM gone) AND state = 'open' AND revoked
           RETURNING id"""
    )
    return frozenset(one for (one,) in rows)


def revoked(hub: HubDatabase) -> bool:
    """Whether revoked deliveries are in the hub whose outcome is not told yet."""
    (row,) = hub.rows(
        """WITH gone AS MATERIALIZED (SELECT state FROM alerts_hub.slips WHERE revoked)
           SELECT EXISTS (SELECT 1 FROM gone WHERE state <> 'done')"""
    )
    return bool(row[0])


def reap(hub: HubDatabase) -> None:
    """Give up the leases that have expired: of each, the first delivery is in doubt, the others are open.

    Open is also what was leased by a claim that was on its way while its lease was released: nobody has
    begun it, and no lease is left that could expire.
    """
    hub.rows(
        """WITH dead AS (
               DELETE FROM alerts_hub.leases WHERE expires_at < clock_timestamp() RETURNING id),
           first AS (
               SELECT min(p.id) AS id FROM alerts_hub.slips AS p
                WHERE p.state = 'leased' AND p.lease IN (SELECT id FROM dead) GROUP BY p.lease)
           UPDATE alerts_hub.slips AS p
              SET lease = NULL,
                  state = CASE WHEN p.id IN (SELECT id FROM first) THEN 'done' ELSE 'open' END,
                  outcome = CASE WHEN p.id IN (SELECT id FROM first) THEN %(doubt)s::jsonb END
            WHERE p.state = 'leased' AND (p.lease IN (SELECT id FROM dead) OR NOT EXISTS (
                  SELECT 1 FROM alerts_hub.leases AS l WHERE l.id = p.lease))""",
        {"doubt": _doubt()},
    )


def _doubt() -> str:
    return json.dumps(asdict(_DEAD))


def held(hub: HubDatabase) -> int:
    """The number of deliveries that workers hold."""
    (row,) = hub.rows("SELECT count(*) FROM alerts_hub.slips WHERE state = 'leased'")
    return int(row[0])
