"""Dispatch: the outbox is worked until nothing is due.

    orders.py   what it is told, and what it reports
    claims.py   what is claimed, dealt out to the connections, and who has left meanwhile
    ledger.py   the books: what came of each message
    limits.py   how fast each destination may be sent to
    lanes.py    the connections, all driven by the calling thread

Each connection works deliveries under a lease of its own, in order, and has each outcome on disk before
the next body leaves: as a receipt, one line for those that come in together. Before each message
it is looked at whether its reader may still be mailed.

The same call goes on after anything: a kill, a crash, a relay that was away. Knows neither who runs it
nor which transport it drives; the clock, the chance and the wish to stop come from outside.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlite_utils import Database

from alerts.dispatch.claims import Claims
from alerts.dispatch.lanes import Lanes
from alerts.dispatch.ledger import Ledger
from alerts.dispatch.limits import Limits
from alerts.dispatch.orders import Destination, Orders, Report, World
from alerts.message import Frame
from alerts.model import IssueState
from alerts.store import issues, outbox
from alerts.store.receipts import Receipts

__all__ = ["Destination", "Orders", "Report", "World", "dispatch"]

Watch = Callable[[Report, int], None]


def dispatch(db: Database, orders: Orders, world: World, watch: Watch) -> Report:
    """Send what is due, with the project's lock held.

    Calls `watch(report, due)` now and then. Raises whatever is met that is not an outcome (a full disk,
    a broken template), where it can once all connections have come to rest; and at once, with nothing
    claimed, where the keys that sign one of the issues are gone.
    """
    for month in orders.months:  # before anything is claimed, so that nothing is in doubt
        stored = issues.get(db, month)
        if stored is not None and stored.state is IssueState.QUEUED:
            world.keyring.signer(Frame.from_json(stored.frame))
    report = Report()
    left = orders.limit
    with Receipts(db, durable=orders.durable) as receipts:
        receipts.fold()
        outbox.recover(db, orders.host, world.now())
        limits = Limits(db, orders, world)
        while due := outbox.count_due(db, world.now(), orders.months, orders.resend_in_doubt):
            due = due if left is None else min(due, left)
            claims = Claims(db, limits.destinations, orders, world, due, report)
            ledger = Ledger(db, receipts, claims, limits, world, report)
            with _kept(ledger), Lanes(claims, limits, ledger, world, due) as lanes:
                before = report.outcomes.total()
                while lanes.turn():
                    watch(report, due)
            done = report.outcomes.total() - before
            left = None if left is None else left - done
            if not done:  # all that was due was put back, if anything
                report.relay_fault = report.relay_fault or ledger.refusal
            if left == 0 or not done or report.relay_fault or world.stop.is_set():
                break
    report.stopped = world.stop.is_set()
    issues.close_finished(db, world.now())
    return report


@contextmanager
def _kept(ledger: Ledger) -> Iterator[None]:
    """See to it that what was settled in the block is in the outbox, and raise what broke in it."""
    try:
        yield
    finally:
        ledger.fold()
    if ledger.fault is not None:
        raise ledger.fault
