"""The books of one round of sending: what is claimed, what is settled, who has left meanwhile.

All that dispatch does with the database is done here. Ids only rise within a round, so each connection
works its lease in order of id, and after a kill only the first row of a lease can be in doubt
(docs/adr/0007-leases-in-order.md).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.dispatch.orders import Orders, Report, World
from alerts.errors import LockHeld
from alerts.message import Frame, Merge
from alerts.model import DeliveryState, Outcome, Owed, Reason
from alerts.retry import next_attempt
from alerts.store import issues, may_pass, outbox, secrets
from alerts.store.receipts import Receipts
from alerts.throttle import Throttle

_LEASE = timedelta(hours=1)  # counts only for leases of other machines; ours end with the lock
_RENEW_AFTER = 600.0  # seconds
_MAX_CLAIM = 100  # for each lease
_FAULTS_IN_A_ROW = 5  # of all connections together, before the relay is given up for now
_PATIENCE = 600.0  # seconds that an outcome waits for a database that cannot be written
_PAUSE = 1.0  # seconds between two tries to write it
_FOLD_AFTER = 0.5  # seconds until outcomes that have a receipt are in the outbox too
_FOLD_MOST = 1000  # outcomes that wait for it


class Ledger:
    """What the connections of a round may send, and what became of it."""

    def __init__(
        self,
        db: Database,
        receipts: Receipts,
        orders: Orders,
        world: World,
        due: int,
        report: Report,
    ) -> None:
        self._db, self._receipts, self._orders, self._world = db, receipts, orders, world
        self._left = due
        self._batch = max(2, min(_MAX_CLAIM, due // (orders.connections * 4)))
        self._throttle = Throttle(orders.rate)
        self._dealt: dict[int, deque[Owed]] = {}
        self._dealt_to = 0
        self._in_flight: set[int] = set()
        self._revoked: set[int] = set()
        self._desk: list[tuple[int, Owed, Outcome]] = []
        self._closed: list[int] = []
        self._version = outbox.data_version(db)
        self._merges: dict[int, Merge] = {}
        self._fold_at = world.steady() + _FOLD_AFTER
        self._renew_at = world.steady() + _RENEW_AFTER
        self._faults = 0
        self._halted = False
        self.refusal = ""  # the relay's words, where it did not let us name a recipient
        self.report = report
        self.fault: Exception | None = None  # something broke that is no outcome

    def open_lease(self) -> int:
        """Begin the lease of one connection."""
        expiry = self._world.now() + _LEASE
        lease = outbox.open_lease(self._db, self._orders.holder, self._orders.host, expiry)
        self._dealt[lease] = deque()
        return lease

    def held(self, lease: int) -> deque[Owed]:
        """What that lease may still work, in order of id: the holder takes from the left."""
        return self._dealt[lease]

    def deal(self) -> None:
        """Claim more for the leases that have little left, once one of them has hardly any."""
        while (
            self._left > 0
            and not self.resting
            and any(len(owed) < 2 for owed in self._dealt.values())
        ):
            leases = [lease for lease, owed in self._dealt.items() if len(owed) < self._batch]
            limit = min(self._batch * len(leases), self._left)
            now = self._world.now()
            claimed = outbox.claim(
                self._db,
                leases,
                limit,
                now,
                now + _LEASE,
                self._orders.months,
                after=self._dealt_to,
                doubtful=self._orders.resend_in_doubt,
            )
            for lease, owed in claimed.rows:
                self._dealt[lease].append(owed)
                self._dealt_to = owed.id
            taken = len(claimed.rows) + claimed.skipped
            self.report.outcomes[DeliveryState.SKIPPED] += claimed.skipped
            self._left = self._left - taken if taken else 0

    def look(self) -> None:
        """See whether another process has written, and settle what its readers no longer want.

        Raises `LockHeld` where another machine has taken over: our leases have expired by its clock.
        """
        version = outbox.data_version(self._db)
        changed, late = version != self._version, self._world.steady() > self._renew_at
        if (changed or late) and self._dealt:
            if not outbox.renew(self._db, [*self._dealt], self._world.now() + _LEASE):
                raise LockHeld(
                    "another machine has taken over this send; see that the clocks of both agree,"
                    " then run the same command again"
                )
            self._renew_at = self._world.steady() + _RENEW_AFTER
        if changed:
            self._version = version
            skipped = outbox.skip(
                self._db, self._dealt, self._world.now(), in_flight=self._in_flight
            )
            self._revoked.update(skipped)
            self.report.outcomes[DeliveryState.SKIPPED] += len(skipped)

    def begin(self, owed: Owed) -> bool:
        """Begin a message; False once its reader has left, or was suppressed or erased.

        As of the last `look`: whoever leaves while the body is on its way is one message behind (P5).
        """
        if owed.id in self._revoked:
            return False
        self._in_flight.add(owed.id)
        return True

    def settle(self, lease: int, owed: Owed, outcome: Outcome) -> None:
        """Lay an outcome on the desk. Nothing of that lease may be begun before `write`."""
        self._desk.append((lease, owed, outcome))

    def write(self) -> None:
        """Have all that lies on the desk on disk: as receipts, and these now and then in the outbox."""
        if not self._desk:
            return
        now = self._world.now()
        batch = [self._settlement(*entry, now) for entry in self._desk]
        self._desk.clear()
        self._insist(lambda: self._receipts.append(batch))
        for settled in batch:
            self._count(settled.outcome)
        if self._world.steady() >= self._fold_at or len(self._receipts.unfolded) >= _FOLD_MOST:
            self.fold()

    def fold(self) -> None:
        """Have in the outbox what has a receipt."""
        settled = [settlement.delivery_id for settlement in self._receipts.unfolded]
        self._insist(self._receipts.fold)
        self._in_flight.difference_update(settled)
        self._fold_at = self._world.steady() + _FOLD_AFTER

    def close_lease(self, lease: int) -> None:
        """End a lease, with the next `release`; what it still holds was not begun."""
        del self._dealt[lease]
        self._closed.append(lease)

    def release(self) -> None:
        """Free what the leases hold that were closed since the last call."""
        if self._closed:
            self.fold()  # what they have sent must not be freed with the rest
            self._insist(lambda: outbox.release(self._db, self._closed, self._world.now()))
            self._closed.clear()

    def _insist(self, write: Callable[[], None]) -> None:
        """Write, and while the fault may pass try again for some minutes, unless we are to stop.

        What the relay took must not be forgotten for another program's lock or a full disk.
        """
        give_up = self._world.steady() + _PATIENCE
        while True:
            try:
                return write()
            except Exception as fault:
                over = self._world.stop.is_set() or self._world.steady() > give_up
                if over or not may_pass(fault):
                    raise
                self._world.stop.wait(_PAUSE)

    def place(self, now: float) -> float:
        """Book a place in the throttle: the moment of the steady clock at which to begin."""
        return now + self._throttle.wait(now)

    @property
    def throttled(self) -> bool:
        """True where messages must wait for a place."""
        return self._orders.rate > 0

    def merge(self, owed: Owed) -> Merge:
        """The merge of the edition that is owed; each is read from the database once."""
        merge = self._merges.get(owed.edition_id)
        if merge is None:
            stored = issues.template(self._db, owed.edition_id)
            secret = secrets.all_secrets(self._db)[stored.secret_id]
            frame = Frame.from_json(stored.frame)
            merge = Merge(stored.octets, frame, stored.secret_id, secret, stored.language)
            self._merges[owed.edition_id] = merge
        return merge

    def fail(self, fault: Exception) -> None:
        """Something broke that is no outcome: all come to rest, and `fault` is to be raised."""
        self.fault = self.fault or fault
        self._halted = True

    def relay_failed(self, words: str) -> None:
        """The relay refuses us, or keeps failing: all come to rest."""
        self.report.relay_fault = self.report.relay_fault or words
        self._halted = True

    @property
    def resting(self) -> bool:
        """True when no further message may be begun."""
        return self._halted or self._world.stop.is_set()

    def _settlement(
        self, lease: int, owed: Owed, outcome: Outcome, now: datetime
    ) -> outbox.Settlement:
        if not outcome.tried:  # owed as before
            if not owed.attempts:
                outcome = replace(outcome, state=DeliveryState.QUEUED, reason=Reason.NONE)
            return outbox.Settlement(owed.id, lease, outcome, owed.attempts, now, now)
        attempts = owed.attempts + 1
        if outcome.state in (DeliveryState.DEFERRED, DeliveryState.IN_DOUBT):
            due = next_attempt(self._orders.retry, attempts, now, self._world.chance())
            if due is None and outcome.state is DeliveryState.DEFERRED:
                outcome = Outcome(DeliveryState.FAILED, outcome.reply, Reason.EXPIRED)
            return outbox.Settlement(owed.id, lease, outcome, attempts, due or now, now)
        return outbox.Settlement(owed.id, lease, outcome, attempts, now, now)

    def _count(self, outcome: Outcome) -> None:
        if outcome.tried:
            self.report.outcomes[outcome.state] += 1
        else:
            self.refusal = str(outcome.reply)
        self._faults = self._faults + 1 if outcome.relay_fault else 0
        if self._faults >= _FAULTS_IN_A_ROW:
            self.relay_failed(f"{self._faults} failures in a row, the last: {outcome.reply}")
