"""The control node's part of a send by the hub: lend the due deliveries, wait, and fold what comes back.

SQLite stays the truth: deliveries are leased there first, then copied; an outcome is committed there before
it is deleted in the hub. So after any crash the same call continues: what is leased here and unknown to the
hub was never lent, and is lent again. A hub that has forgotten the send, or has another history, is lost:
what was lent is held for a person.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState, Owed, RetryPolicy
from alerts.domain.errors import LockHeld
from alerts.hub import lent
from alerts.hub.database import HubDatabase, HubUnavailable
from alerts.outbox.backoff import settlement
from alerts.outbox.options import Orders, SendReport, World
from alerts.store import (
    claims,
    departures_follow,
    hub_leases,
    issue_versions,
    issues,
    outbox,
    outbox_figures,
    settled_counts,
    signing_keys,
)
from alerts.store.hub_leases import HubLease
from alerts.store.receipts import settle_left

_CHUNK = 5000  # deliveries that are leased and copied at once
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
        self._db, self._hub, self._orders, self._world = db, hub, orders, world
        self._project, self._tell, self._to_workers = project, tell, said_to_workers
        self._report = SendReport()
        self._lease: HubLease | None = None
        self._version = -1
        self._gone: list[int] = []
        self._recalls = issue_versions.recalls(db)
        self._ledger = departures_follow.LedgerWatch(db)
        self._signed = self._met = 0.0
        self._said: set[str] = set()
        self._closing = self._taking_back = False
        self._never = threading.Event()  # what a stopped send waits with

    def run(self, watch: Callable[[SendReport, int], None]) -> SendReport:
        """Lend, wait and fold until nothing is lent and nothing is due, or until a stop is asked for."""
        settle_left(self._db, self._orders.host, self._world.now())  # of a local send
        self._met = self._world.steady()
        give_up = 0.0
        while True:
            try:
                if not self._hub.connected:
                    self._take_up()
                if self._world.stop.is_set() and not self._closing:
                    self._closing, give_up = True, self._world.steady() + _END
                if self._step():
                    break
                watch(self._report, self._report.outcomes.total() + self._left())
            except HubUnavailable as fault:
                if self._closing and not (self._lease or hub_leases.current(self._db)):
                    break
                self._once(f"{fault}; waiting for it")
            if self._closing and self._world.steady() > give_up:
                self._once("the hub or a worker did not answer: the same command continues")
                break
            (self._never if self._closing else self._world.stop).wait(_TICK)
        self._report.stopped = self._world.stop.is_set()
        settled_counts.close_finished(self._db, self._world.now())
        return self._report

    def _left(self) -> int:
        return hub_leases.lent(self._db, self._lease) if self._lease else 0

    def _take_up(self) -> None:
        """Become the control node; continue the lease of an earlier call, or find the hub lost."""
        lent.take(self._hub)
        self._lease = self._lease or hub_leases.current(self._db)
        if self._lease and not lent.known(self._hub, self._lease.generation):
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
            lent.begin(self._hub, self._lease.generation, self._project, self._to_workers)
            while self._fold():
                pass
            self._skip_withdrawn(self._lease)
            self._lend_missing(self._lease)
        self._version, self._signed = -1, 0.0

    def _step(self) -> bool:
        """One look at everything; True once the send is over."""
        if self._lease is None:
            due = outbox.count_due(
                self._db, self._world.now(), self._orders.months, self._orders.resend_in_doubt
            )
            if self._closing or not due:
                lent.clear(self._hub)
                return True
            self._begin()
        lease = self._lease
        assert lease is not None  # noqa: S101 - `_begin` made it
        now = self._world.steady()
        if now >= self._signed:
            self._signed = now + _SIGN
            if not lent.sign(
                self._hub, lease.generation, open_=not (self._closing or self._taking_back)
            ):
                self._hub.close()  # taken up anew: lost
                return False
            lent.reap(self._hub)
            self._look_at_workers(now)
        self._revoke(lease)
        folded = self._fold()
        if issue_versions.recalls(self._db) != self._recalls and not self._taking_back:
            self._taking_back = True  # what is still owed is lent anew afterwards
            lent.sign(self._hub, lease.generation, open_=False)
        taken_back = self._closing or self._taking_back
        if not folded and not lent.held(self._hub) and (taken_back or not self._left()):
            self._end(lease)
        elif not folded and not taken_back:
            self._lend(lease)
        return False

    def _begin(self) -> None:
        chance = int(self._world.chance() * (1 << 52))
        lease = hub_leases.begin(self._db, chance + 1)
        lent.clear(self._hub)
        lent.begin(self._hub, lease.generation, self._project, self._to_workers)
        self._lease, self._recalls = lease, issue_versions.recalls(self._db)
        self._lend(lease)

    def _lend(self, lease: HubLease) -> None:
        """Lease what is due, and copy it to the hub in order of id."""
        now, after = self._world.now(), 0
        orders = self._orders
        if not outbox.count_due(self._db, now, orders.months, orders.resend_in_doubt):
            return
        self._ledger.look(now)
        while not self._world.stop.is_set():
            claimed = claims.claim(
                self._db,
                [lease.id],
                _CHUNK,
                now,
                hub_leases.NEVER,
                self._orders.months,
                after=after,
                doubtful=self._orders.resend_in_doubt,
            )
            self._report.outcomes[DeliveryState.SKIPPED] += claimed.skipped
            if not claimed.last:
                return
            self._copy(lease, [owed for _, owed in claimed.rows])
            after = claimed.last
            lent.sign(self._hub, lease.generation, open_=True)

    def _lend_missing(self, lease: HubLease) -> None:
        """Copy what is leased here and not in the hub: a crash came between the two."""
        after = 0
        while rows := hub_leases.lent_deliveries(self._db, lease, after, _CHUNK):
            there = lent.ids(self._hub, after, _CHUNK)
            full = len(there) == _CHUNK
            until = min(
                rows[-1].id if len(rows) == _CHUNK else 1 << 62, max(there) if full else 1 << 62
            )
            self._copy(lease, [one for one in rows if one.id <= until and one.id not in there])
            after = max((one.id for one in rows if one.id <= until), default=until)

    def _skip_withdrawn(self, lease: HubLease) -> None:
        """Skip those who may not be mailed and whom the hub has not, or not any more."""
        there = lent.present(self._hub, hub_leases.gone(self._db, lease))
        skipped = claims.skip(self._db, [lease.id], self._world.now(), in_flight=there)
        self._report.outcomes[DeliveryState.SKIPPED] += len(skipped)

    def _copy(self, lease: HubLease, owed: list[Owed]) -> None:
        if not owed:
            return
        secrets = signing_keys.all_secrets(self._db)
        for edition in {one.edition_id for one in owed} - lent.editions(self._hub):
            stored = issues.template(self._db, edition)
            digest = hashlib.sha256(stored.octets).hexdigest()
            lent.add_edition(self._hub, edition, digest, stored, secrets[stored.secret_id])
        lent.add_deliveries(self._hub, lease.generation, owed)

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

    def _revoke(self, lease: HubLease) -> None:
        """Tell the workers who may no longer be mailed, and skip those whom none of them holds."""
        version = outbox_figures.data_version(self._db)
        if version != self._version:
            self._version = version
            self._ledger.look(self._world.now())
            self._gone = hub_leases.gone(self._db, lease)
            if self._gone:
                lent.revoke(self._hub, self._gone)
        if self._gone:
            back = lent.withdraw(self._hub)
            if not back:
                self._gone = hub_leases.gone(self._db, lease)
                return
            kept = [one for one in self._gone if one not in back]
            skipped = claims.skip(self._db, [lease.id], self._world.now(), in_flight=kept)
            self._report.outcomes[DeliveryState.SKIPPED] += len(skipped)
            self._gone = kept

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

    def _look_at_workers(self, now: float) -> None:
        found = lent.figures(self._hub)
        for fault in found.faults:
            self._once(f"a worker says: {fault}")
        if found.workers:
            self._met = now
        elif now - self._met > _NOBODY:
            self._once("no worker is here: start one with `alerts worker --hub URL`")

    def _once(self, words: str) -> None:
        if words not in self._said:
            self._said.add(words)
            self._tell(words)
