"""The control node's part of a send by the hub: lend the due deliveries, wait, and fold what comes back.

SQLite stays the truth: deliveries are leased there first, then copied; an outcome is committed there before
it is deleted in the hub. So after any crash the same call continues: what is leased here and unknown to the
hub was never lent, and is lent again. A hub that has forgotten the send, or has another history, is lost:
what was lent is held for a person.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState, Owed, RetryPolicy
from alerts.domain.errors import LockHeld
from alerts.hub import figures, lent, rates
from alerts.hub.database import HubDatabase, HubUnavailable
from alerts.hub.export import HubExport
from alerts.hub.stopping import HubStopping
from alerts.outbox import relay_limit
from alerts.outbox.backoff import settlement
from alerts.outbox.options import Orders, SendReport, World
from alerts.store import claims, hub_leases, issue_versions, settled_counts
from alerts.store.hub_leases import HubLease
from alerts.store.receipts import settle_left

_FOLD = 1000  # outcomes in one commit
_TICK = 0.25  # seconds between two looks
_SIGN = 2.0  # seconds between two signs of the control node, and two looks for dead workers
_NOBODY = 15.0  # seconds without a worker until that is said
_END = 45.0  # seconds that a stop waits for workers, longer than a lease


class HubLending:
    """One send by the hub, with the project's lock held; `tell` gets a sentence for a person."""

    def __init__(
        self,
        db: Database,
        hub: HubDatabase,
        orders: Orders,
        world: World,
        project: str,
        tell: Callable[[str], None],
        said_to_workers: Mapping[str, Any],
    ) -> None:
        self._known = relay_limit.current(db, orders.relay, world.now())
        room = relay_limit.room(db, self._known, world.now()).number
        if room is not None and (orders.limit is None or room < orders.limit):
            orders = replace(orders, limit=room)
        else:
            self._known = None  # it does not end this send
        self._db, self._hub, self._orders, self._world = db, hub, orders, world
        self._project, self._tell = project, tell
        self._rates = {n: one.rate for n, one in enumerate(orders.destinations) if one.rate}
        if orders.rate:
            self._rates[rates.ALL] = orders.rate
        self._to_workers = {
            **said_to_workers,
            "destinations": [one.connections for one in orders.destinations],
            "rated": [*self._rates],
        }
        self._export = HubExport(db, hub, orders, world)
        self._stopping = HubStopping(db, hub, orders, world, self._export)
        self._report = SendReport()
        self._lease: HubLease | None = None
        self._recalls = issue_versions.recalls(db)
        self._signed = self._met = self._give_up = 0.0
        self._said: set[str] = set()
        self._closing = self._taking_back = False
        self._never = threading.Event()  # what a stopped send waits with

    def run(self, watch: Callable[[SendReport, int], None]) -> SendReport:
        """Lend, wait and fold until nothing is lent and nothing is due, or until a stop is asked for."""
        settle_left(self._db, self._orders.host, self._world.now())  # of a local send
        self._met = self._world.steady()
        while True:
            try:
                if not self._hub.connected:
                    self._take_up()
                if self._world.stop.is_set() and not self._closing:
                    self._close()
                over = self._step()
                self._report.outcomes[DeliveryState.SKIPPED] += self._export.skipped
                self._export.skipped = 0
                if over:
                    break
                watch(self._report, self._report.outcomes.total() + self._left())
            except HubUnavailable as fault:
                if self._closing and not (self._lease or hub_leases.current(self._db)):
                    break
                self._once(f"{fault}; waiting for it")
            if self._closing and self._world.steady() > self._give_up:
                self._once("the hub or a worker did not answer: the same command continues")
                break
            (self._never if self._closing else self._world.stop).wait(_TICK)
        reached = None if self._export.may_lend_more else self._known
        relay_limit.conclude(self._db, self._orders, self._world, self._report, reached)
        self._report.stopped = self._world.stop.is_set()
        settled_counts.close_finished(self._db, self._world.now())
        return self._report

    def _close(self) -> None:
        """Lend no more, and take back what nobody has begun."""
        self._closing, self._give_up = True, self._world.steady() + _END

    def _left(self) -> int:
        return hub_leases.lent(self._db, self._lease) if self._lease else 0

    def _take_up(self) -> None:
        """Become the control node; continue the lease of an earlier call, or find the hub lost."""
        lent.take(self._hub)
        self._lease = self._lease or hub_leases.current(self._db)
        if self._lease and not lent.known(self._hub, self._lease.generation):
            lent.forget(self._hub, self._lease.generation)
            held = hub_leases.hold(self._db, self._lease, self._world.now())
            self._lease = None
            if held:
                self._tell(
                    f"the hub has lost the send: {held} deliveries are held, because workers may have sent"
                    " them; see `alerts delivery list --state in_doubt`"
                )
        if words := lent.others(self._hub, self._lease.generation if self._lease else 0):
            self._hub.close()
            raise LockHeld(f"{words}; run the same command again in two minutes")
        if self._lease:
            # nothing is begun until those who left meanwhile are revoked
            self._open(self._lease, open_=False)
            while self._fold():
                pass
            self._stopping.before_others(self._lease)
            self._export.lend_missing(self._lease)
        self._signed = 0.0

    def _open(self, lease: HubLease, *, open_: bool) -> None:
        rates.keep(self._hub, self._rates)
        lent.begin(self._hub, lease.generation, self._project, self._to_workers, open_=open_)

    def _step(self) -> bool:
        """One look at everything; True once the send is over."""
        if self._lease is None:
            if self._closing or not self._export.due():
                lent.clear(self._hub)
                return True
            if self._export.room(None) == 0:
                self._once("delivery.window_limit or delivery.warm_up is reached; waiting for more")
                return False
            self._begin()
        lease = self._lease
        assert lease is not None  # noqa: S101 - `_begin` made it
        now = self._world.steady()
        if now >= self._signed:
            self._signed = now + _SIGN
            if not lent.sign(self._hub, lease.generation, open_=not self._takes_back):
                self._hub.close()  # taken up anew: lost
                return False
            lent.reap(self._hub)
            self._look_at_workers(now)
        self._stopping.look(lease)
        folded = self._fold()
        if issue_versions.recalls(self._db) != self._recalls and not self._taking_back:
            self._taking_back = True  # what is still owed is lent anew afterwards
            lent.sign(self._hub, lease.generation, open_=False)
        if not folded and not lent.held(self._hub) and (self._takes_back or not self._left()):
            self._end(lease)
        elif not folded and not self._takes_back:
            self._export.lend(lease, lambda: self._between(lease))
        return False

    @property
    def _takes_back(self) -> bool:
        return self._closing or self._taking_back

    def _begin(self) -> None:
        self._recalls = issue_versions.recalls(self._db)
        lease = hub_leases.begin(self._db, int(self._world.chance() * (1 << 52)) + 1)
        lent.clear(self._hub)
        self._lease = lease
        self._open(lease, open_=True)
        self._export.lend(lease, lambda: self._between(lease))

    def _between(self, lease: HubLease) -> bool:
        """What must not wait while much is lent; whether to go on lending."""
        self._stopping.look(lease)
        return (
            lent.sign(self._hub, lease.generation, open_=True)
            and issue_versions.recalls(self._db) == self._recalls
        )

    def _fold(self) -> int:
        """Commit outcomes to the outbox, then delete the deliveries in the hub; returns how many."""
        found = lent.receipts(self._hub, _FOLD)
        if not found or self._lease is None:
            return 0
        tried = hub_leases.attempts(self._db, [one.delivery_id for one in found])
        now = self._world.now()
        rows = [
            settlement(
                self._lease.id,
                Owed(one.delivery_id, 0, 0, one.email, "", tried.get(one.delivery_id, 0)),
                one.outcome,
                self._policy(one.email),
                now,
                self._world.chance(),
            )
            for one in found
        ]
        claims.settle(self._db, rows)
        lent.folded(self._hub, [one.delivery_id for one in found])
        self._report.outcomes += Counter(row.outcome.state for row in rows)
        return len(found)

    def _policy(self, email: str) -> RetryPolicy:
        domain = email.rpartition("@")[2].lower()
        for one in self._orders.destinations:
            if domain in one.domains:
                return one.retry
        return self._orders.retry

    def _end(self, lease: HubLease) -> None:
        """Nobody holds anything: give back what was not sent, first here and then in the hub."""
        if self._fold():
            return
        lent.sign(self._hub, lease.generation, open_=False)
        if lent.held(self._hub) or lent.receipts(self._hub, 1):
            return  # a worker was faster
        claims.release(self._db, [lease.id], self._world.now())
        lent.clear(self._hub)
        self._lease, self._taking_back = None, False
        self._export.due(again=True)

    def _look_at_workers(self, now: float) -> None:
        found = figures.workers(self._hub)
        for one in found:
            if one.fault:
                self._once(f"a worker says: {one.fault}")
        if found:
            self._met = now
            if not self._takes_back and all(relay_limit.is_limit(one.fault) for one in found):
                self._report.limit_reply = self._report.relay_fault = found[0].fault
                self._close()
        elif now - self._met > _NOBODY:
            self._once("no worker is here: start one with `alerts worker --hub URL`")

    def _once(self, words: str) -> None:
        if words not in self._said:
            self._said.add(words)
            self._tell(words)
