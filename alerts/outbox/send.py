"""Sends the outbox until nothing is due.

    options.py      arguments and result
    claims.py       leases, divided among the connections; skips readers who have unsubscribed
    settlements.py  writes the outcome of each message
    limits.py       rate limits per destination
    connections.py  the connections, all driven by the calling thread

Each connection sends deliveries under a lease of its own, in order, and has each outcome on disk before
the next body is sent: as a receipt, one line for outcomes that come in together. Before each message,
it is checked that its reader may still be mailed, and that its issue was not recalled.

The same call continues after a kill, a crash or an outage of the relay. Clock, randomness and the stop
request are arguments.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlite_utils import Database

from alerts.mail.issue_headers import Frame
from alerts.outbox import relay_limit
from alerts.outbox.bell import Bell
from alerts.outbox.claims import Claims
from alerts.outbox.connections import SendConnections
from alerts.outbox.limits import SendLimits
from alerts.outbox.options import Destination, Orders, SendReport, World
from alerts.outbox.settlements import Settlements
from alerts.outbox.windows import next_round
from alerts.store import issue_versions, settled_counts
from alerts.store.receipts import Receipts, settle_left

__all__ = ["Destination", "Orders", "SendReport", "World", "dispatch"]

Watch = Callable[[SendReport, int], None]


def dispatch(db: Database, orders: Orders, world: World, watch: Watch) -> SendReport:
    """Send the due deliveries, with the project's lock held.

    Calls `watch(report, due)` from time to time. Raises exceptions that are not outcomes (a full disk,
    a broken template), if possible after all connections have finished; and at once, with nothing
    claimed, if the keys that sign one of the issues are missing.
    """
    for month in orders.months:  # before anything is claimed, so that no delivery is in doubt
        for frame in issue_versions.frames_owed(db, month):
            world.keyring.signer(Frame.from_json(frame))
    report = SendReport()
    left = orders.limit
    settle_left(db, orders.host, world.now())
    with (
        Bell() as bell,
        Receipts(db, durable=orders.durable, woken=bell.ring, steady=world.steady) as receipts,
    ):
        limits = SendLimits(db, orders, world)
        known = relay_limit.current(db, orders.relay, world.now())
        room = relay_limit.room(db, known, world.now())
        short = room.number is not None and (left is None or room.number < left)
        left = room.number if short else left
        while left != 0 and (round_ := next_round(db, orders, world.now())).due:
            due = round_.due if left is None else min(round_.due, left)
            everything = report.outcomes.total() + (
                round_.all if left is None else min(round_.all, left)
            )
            claims = Claims(db, limits.destinations, orders, world, due, report, round_.groups)
            settlements = Settlements(db, receipts, claims, limits, world, report)
            with (
                _kept(settlements),
                SendConnections(claims, limits, settlements, world, due, bell) as connections,
            ):
                before = report.outcomes.total()
                while connections.turn():
                    watch(report, everything)
            done = report.outcomes.total() - before
            left = None if left is None else left - done
            if not done:  # every due delivery was deferred, or there was none
                report.relay_fault = report.relay_fault or settlements.refusal
            if left == 0 or not done or report.relay_fault or world.stop.is_set():
                break
        relay_limit.conclude(db, orders, world, report, known if short and left == 0 else None)
    report.stopped = world.stop.is_set()
    settled_counts.close_finished(db, world.now())
    return report


@contextmanager
def _kept(settlements: Settlements) -> Iterator[None]:
    """Write the settled outcomes of the block to the outbox, then raise its exception, if any."""
    try:
        yield
    finally:
        settlements.fold()
    if settlements.fault is not None:
        raise settlements.fault
