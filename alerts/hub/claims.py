"""What a worker asks of the hub: claim, settle, renew, release. Each is one statement and one commit.

A lease is a row that the control node deletes once it has expired. Every write names its lease and its send,
so whoever was given up writes nothing (the fence), not even where the hub was made anew and its numbers begin
again. Whatever changes what a lease holds renews it in the same statement: giving it up at that moment waits,
and then sees that it lives. The deliveries of a lease are sent in order of id, each settled
before the body of the next: of a lease that is given up, only the first delivery can have reached the relay.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from alerts.domain.delivery import DeliveryState, Outcome, Owed, Reason, Reply
from alerts.hub.database import HubDatabase

LEASE = 30  # seconds that a lease lasts unless renewed
CONTROL = 60  # seconds without a sign of the control node after which workers rest

# Which history of data this is: another one after a failover, or a restore of the cluster.
CLUSTER = """
    (SELECT system_identifier::text FROM pg_control_system())
    || '.' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
"""
# Condition: the send goes on, its control node lives, and the hub has forgotten nothing of it.
_GOES_ON = f"""
    s.open AND s.seen_at > clock_timestamp() - make_interval(secs => %(control)s) AND s.cluster = {CLUSTER}
"""


@dataclass(frozen=True, slots=True)
class LentSend:
    """The send that is lent out. `goes_on`: deliveries may be claimed; `waiting` are those to be claimed."""

    generation: int
    orders: Mapping[str, Any]
    total: int
    goes_on: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """What a worker sees with each statement: the leases that are still its own, the revoked deliveries among
    them, whether the send goes on, and whether it is asked to end."""

    leases: frozenset[int]
    revoked: frozenset[int]
    goes_on: bool
    drain: bool


def current(hub: HubDatabase) -> LentSend | None:
    """The send that is lent out by this cluster, if there is one."""
    rows = hub.rows(
        f"""SELECT s.generation, s.orders, s.total, {_GOES_ON},
                   EXISTS (SELECT 1 FROM alerts_hub.slips WHERE state = 'open' AND NOT revoked)
              FROM alerts_hub.sends AS s WHERE s.cluster = {CLUSTER}""",  # noqa: S608
        {"control": CONTROL},
    )
    return LentSend(*rows[0]) if rows else None


def waiting_places(hub: HubDatabase, places: int) -> frozenset[int]:
    """Those of so many destinations for which deliveries are to be claimed; one look at an index for each."""
    rows = hub.rows(
        """SELECT n FROM generate_series(0, %(places)s - 1) AS n
            WHERE EXISTS (SELECT 1 FROM alerts_hub.slips AS p
                           WHERE p.state = 'open' AND p.place = n AND NOT p.revoked)""",
        {"places": places},
    )
    return frozenset(place for (place,) in rows)


def register(hub: HubDatabase, worker: str, host: str, done: int, fault: str) -> bool:
    """Say that a worker is here; whether it is asked to end."""
    rows = hub.rows(
        """INSERT INTO alerts_hub.workers AS w (id, host, seen_at, done, fault)
           VALUES (%(id)s, %(host)s, clock_timestamp(), %(done)s, %(fault)s)
           ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, done = excluded.done,
                                          fault = excluded.fault
           RETURNING w.drain""",
        {"id": worker, "host": host, "done": done, "fault": fault},
    )
    return bool(rows[0][0])


def leave(hub: HubDatabase, worker: str) -> None:
    """Say that a worker has ended."""
    hub.rows("DELETE FROM alerts_hub.workers WHERE id = %(id)s", {"id": worker})


def drain(hub: HubDatabase) -> int:
    """Ask all workers to end after what they hold; returns how many."""
    return len(hub.rows("UPDATE alerts_hub.workers SET drain = true RETURNING id"))


def open_lease(hub: HubDatabase, generation: int, worker: str) -> int:
    """Begin the lease of one connection."""
    rows = hub.rows(
        """INSERT INTO alerts_hub.leases (generation, worker, expires_at)
           VALUES (%(generation)s, %(worker)s, clock_timestamp() + make_interval(secs => %(lease)s))
           RETURNING id""",
        {"generation": generation, "worker": worker, "lease": LEASE},
    )
    return int(rows[0][0])


def claim(hub: HubDatabase, generation: int, lease: int, place: int, most: int) -> Sequence[Owed]:
    """Take up to `most` open deliveries of a destination for a lease that holds none, those first whose
    send window closes first, in order of id; and renew it.

    The lock on the send makes the control node, which is about to close it, wait for this claim: what it
    then takes back is in nobody's hands.
    """
    rows = hub.rows(
        f"""WITH send AS (
                SELECT s.generation FROM alerts_hub.sends AS s
                 WHERE s.generation = %(generation)s AND {_GOES_ON} FOR SHARE),
            fence AS (
                UPDATE alerts_hub.leases AS l
                   SET expires_at = clock_timestamp() + make_interval(secs => %(lease_time)s)
                  FROM send
                 WHERE l.id = %(lease)s AND l.generation = send.generation
                   AND NOT EXISTS (SELECT 1 FROM alerts_hub.slips WHERE state = 'leased' AND lease = l.id)
                RETURNING l.id),
            taken AS (
                SELECT p.id FROM alerts_hub.slips AS p
                 WHERE p.state = 'open' AND p.place = %(place)s AND NOT p.revoked
                   AND EXISTS (SELECT 1 FROM fence)
                 ORDER BY p.closes, p.id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
            UPDATE alerts_hub.slips AS p SET state = 'leased', lease = %(lease)s
              FROM taken WHERE p.id = taken.id
            RETURNING p.id, p.edition_id, p.subscriber_id, p.email, p.name, p.attempts, p.mark,
                      p.uncounted""",  # noqa: S608
        {
            "lease": lease,
            "generation": generation,
            "place": place,
            "most": most,
            "lease_time": LEASE,
            "control": CONTROL,
        },
    )
    return [Owed(*row) for row in sorted(rows)]


def settle(
    hub: HubDatabase,
    generation: int,
    worker: str,
    leases: Sequence[int],
    outcomes: Sequence[tuple[int, int, Outcome]],
) -> Sight:
    """Write outcomes of (lease, delivery), renew the leases, and see what has changed.

    An outcome is written only while its lease holds the delivery. A delivery that was not tried is put back.
    """
    rows = hub.rows(
        f"""WITH fence AS (
                UPDATE alerts_hub.leases AS l
                   SET expires_at = clock_timestamp() + make_interval(secs => %(lease_time)s)
                 WHERE l.id = ANY(%(leases)s) AND l.generation = %(generation)s
                RETURNING l.id),
            written AS (
                UPDATE alerts_hub.slips AS p
                   SET state = CASE WHEN o.back THEN 'open' ELSE 'done' END, lease = NULL,
                       outcome = CASE WHEN o.back THEN NULL ELSE o.outcome END
                  FROM json_to_recordset(%(rows)s::json)
                       AS o(id bigint, lease bigint, back boolean, outcome jsonb)
                 WHERE p.id = o.id AND p.lease = o.lease
                   AND EXISTS (SELECT 1 FROM fence AS f WHERE f.id = o.lease)
                RETURNING p.id)
            SELECT (SELECT coalesce(array_agg(id), '{{}}') FROM fence),
                   (SELECT coalesce(array_agg(p.id), '{{}}') FROM alerts_hub.slips AS p
                     WHERE p.revoked AND p.lease = ANY(%(leases)s)),
                   coalesce((SELECT {_GOES_ON} FROM alerts_hub.sends AS s
                              WHERE s.generation = %(generation)s), false),
                   coalesce((SELECT drain FROM alerts_hub.workers WHERE id = %(worker)s), false),
                   (SELECT count(*) FROM written)""",  # noqa: S608
        {
            "leases": list(leases),
            "generation": generation,
            "worker": worker,
            "lease_time": LEASE,
            "control": CONTROL,
            "rows": json.dumps(
                [
                    {
                        "id": delivery_id,
                        "lease": lease,
                        "back": not told.tried,
                        "outcome": asdict(told),
                    }
                    for lease, delivery_id, told in outcomes
                ]
            ),
        },
    )
    kept, revoked, goes_on, asked, _ = rows[0]
    return Sight(frozenset(kept), frozenset(revoked), bool(goes_on), bool(asked))


def give_back(
    hub: HubDatabase, generation: int, leases: Sequence[int], revoked: Sequence[int]
) -> frozenset[int]:
    """Give back deliveries that were revoked and not begun: the control node takes them. Returns those that
    the leases still held."""
    rows = hub.rows(
        """WITH fence AS (
               UPDATE alerts_hub.leases AS l
                  SET expires_at = clock_timestamp() + make_interval(secs => %(lease_time)s)
                WHERE l.id = ANY(%(leases)s) AND l.generation = %(generation)s
               RETURNING l.id)
           UPDATE alerts_hub.slips SET state = 'open', lease = NULL
            WHERE id = ANY(%(ids)s) AND lease IN (SELECT id FROM fence) AND revoked
           RETURNING id""",
        {
            "ids": list(revoked),
            "leases": list(leases),
            "generation": generation,
            "lease_time": LEASE,
        },
    )
    return frozenset(one for (one,) in rows)


def release(hub: HubDatabase, generation: int, leases: Sequence[int]) -> None:
    """End leases; the deliveries that they still hold were not begun and are open again."""
    hub.rows(
        """WITH ended AS (
               DELETE FROM alerts_hub.leases
                WHERE id = ANY(%(leases)s) AND generation = %(generation)s RETURNING id)
           UPDATE alerts_hub.slips SET state = 'open', lease = NULL
            WHERE state = 'leased' AND lease IN (SELECT id FROM ended)""",
        {"leases": list(leases), "generation": generation},
    )


def outcome_of(kept: Mapping[str, Any]) -> Outcome:
    """An outcome as it was written by `settle`."""
    reply = kept["reply"]
    return Outcome(
        DeliveryState(kept["state"]),
        Reply(int(reply["code"]), str(reply["text"])),
        Reason(kept["reason"]),
        bool(kept["relay_fault"]),
        bool(kept["tried"]),
        bool(kept["about_us"]),
        bool(kept["halts"]),
    )
