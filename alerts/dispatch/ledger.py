"""The books of one round of sending: what came of each message, and when all must come to rest.

An outcome is laid on the desk, has a receipt before the next body of its lease leaves, and is in the
outbox a moment later. What cannot be written for a fault that may pass is tried again for some minutes:
what the relay took must not be forgotten for another program's lock or a full disk.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from alerts.dispatch.claims import Claims
from alerts.dispatch.limits import Limits
from alerts.dispatch.orders import Report, World
from alerts.message import Merge
from alerts.model import DeliveryState, Outcome, Owed, Reason
from alerts.remake import merge_of
from alerts.retry import next_attempt
from alerts.store import may_pass
from alerts.store.outbox import Settlement
from alerts.store.receipts import Receipts

_FAULTS_IN_A_ROW = 5  # of all connections together, before the relay is given up for now
_PATIENCE = 600.0  # seconds that an outcome waits for a database that cannot be written
_PAUSE = 1.0  # seconds between two tries to write it
_FOLD_AFTER = 0.5  # seconds until outcomes that have a receipt are in the outbox too
_FOLD_MOST = 1000  # outcomes that wait for it


class Ledger:
    """What became of the messages of a round."""

    def __init__(
        self,
        db: Database,
        receipts: Receipts,
        claims: Claims,
        limits: Limits,
        world: World,
        report: Report,
    ) -> None:
        self._db, self._receipts, self._claims = db, receipts, claims
        self._limits, self._world, self._report = limits, world, report
        self._desk: list[tuple[int, Owed, Outcome]] = []
        self._merges: dict[int, Merge] = {}
        self._fold_at = world.steady() + _FOLD_AFTER
        self._faults = 0
        self._halted = False
        self.refusal = ""  # the relay's words, where it did not let us name a recipient
        self.fault: Exception | None = None  # something broke that is no outcome

    def settle(self, lease: int, owed: Owed, outcome: Outcome) -> None:
        """Lay an outcome on the desk. Nothing of that lease may be begun before `write`."""
        self._desk.append((lease, owed, outcome))

    def write(self) -> None:
        """Have all that lies on the desk on disk: as receipts, and these now and then in the outbox."""
        steady = self._world.steady()
        if self._desk:
            self._append(steady)
        waiting = len(self._receipts.unfolded)
        if waiting >= _FOLD_MOST or (waiting and steady >= self._fold_at):
            self.fold()

    def _append(self, steady: float) -> None:
        now = self._world.now()
        batch = [self._settlement(*entry, now) for entry in self._desk]
        self._insist(lambda: self._receipts.append(batch))
        for _, owed, outcome in self._desk:
            self._limits.heard(owed.email, outcome, steady)
        for settled in batch:
            self._count(settled.outcome)
        self._desk.clear()

    def fold(self) -> None:
        """Have in the outbox what has a receipt."""
        settled = [settlement.delivery_id for settlement in self._receipts.unfolded]
        self._insist(self._receipts.fold)
        self._claims.landed(settled)
        self._fold_at = self._world.steady() + _FOLD_AFTER

    def release(self) -> None:
        """Free what the leases hold that were closed since the last call, but for what they sent."""
        if self._claims.to_release:
            self.fold()
            self._insist(self._claims.release)

    def _insist(self, write: Callable[[], None]) -> None:
        """Write, and while the fault may pass try again for some minutes, unless we are to stop."""
        give_up = self._world.steady() + _PATIENCE
        while True:
            try:
                return write()
            except Exception as fault:
                over = self._world.stop.is_set() or self._world.steady() > give_up
                if over or not may_pass(fault):
                    raise
                self._world.stop.wait(_PAUSE)

    def merge(self, owed: Owed) -> Merge:
        """The merge of the edition that is owed; each is read from the database once."""
        merge = self._merges.get(owed.edition_id)
        if merge is None:
            merge = merge_of(self._db, owed.edition_id, self._world.keyring)
            self._merges[owed.edition_id] = merge
        return merge

    def fail(self, fault: Exception) -> None:
        """Something broke that is no outcome: all come to rest, and `fault` is to be raised."""
        self.fault = self.fault or fault
        self._halted = True

    def relay_failed(self, words: str) -> None:
        """The relay refuses us, or keeps failing: all come to rest."""
        self._report.relay_fault = self._report.relay_fault or words
        self._halted = True

    @property
    def resting(self) -> bool:
        """True when no further message may be begun."""
        return self._halted or self._world.stop.is_set()

    def _settlement(self, lease: int, owed: Owed, outcome: Outcome, now: datetime) -> Settlement:
        if not outcome.tried:  # owed as before
            if not owed.attempts:
                outcome = replace(outcome, state=DeliveryState.QUEUED, reason=Reason.NONE)
            return Settlement(owed.id, lease, outcome, owed.attempts, now, now)
        attempts = owed.attempts + 1
        if outcome.state not in (DeliveryState.DEFERRED, DeliveryState.IN_DOUBT):
            return Settlement(owed.id, lease, outcome, attempts, now, now)
        policy = self._limits.destination(owed.email).retry
        due = next_attempt(policy, attempts, now, self._world.chance())
        if due is None and outcome.state is DeliveryState.DEFERRED:
            outcome = Outcome(DeliveryState.FAILED, outcome.reply, Reason.EXPIRED)
        return Settlement(owed.id, lease, outcome, attempts, due or now, now)

    def _count(self, outcome: Outcome) -> None:
        if outcome.tried:
            self._report.outcomes[outcome.state] += 1
        else:
            self.refusal = str(outcome.reply)
        self._faults = self._faults + 1 if outcome.relay_fault else 0
        if self._faults >= _FAULTS_IN_A_ROW:
            self.relay_failed(f"{self._faults} failures in a row, the last: {outcome.reply}")
