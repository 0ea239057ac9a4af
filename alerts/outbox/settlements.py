"""Writes the outcomes of one round of sending, and decides when the round must stop.

An outcome has a receipt on disk before the next body of its lease is sent, and is in the outbox soon
after. If it cannot be written because of a temporary fault (another program's lock, a full disk),
writing is tried again for some minutes, so that accepted messages are not lost.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState, Outcome, Owed
from alerts.mail.merge import Merge
from alerts.outbox.backoff import settlement
from alerts.outbox.claims import Claims
from alerts.outbox.limits import SendLimits
from alerts.outbox.options import SendReport, World
from alerts.outbox.rebuild import merge_of
from alerts.outbox.relay_limit import is_limit
from alerts.outbox.spread import Spread
from alerts.replies.judge import judge
from alerts.replies.remedies import remedy_for
from alerts.store import may_pass
from alerts.store.claims import Settlement
from alerts.store.receipts import Receipts

_FAULTS_IN_A_ROW = 5  # failures in a row, of all connections together, that stop the round
_REFUSALS_IN_A_ROW = 5  # refusals of our host or message in a row that stop the round
_PATIENCE = 600.0  # seconds that an outcome waits for a database that cannot be written
_PAUSE = 1.0  # seconds between two tries to write it
_FOLD_AFTER = 0.5  # seconds until outcomes with a receipt are written to the outbox
_FOLD_SHARE = 20  # times as long as it took; a slow disk is used for receipts meanwhile
_FOLD_MOST = 1000  # outcomes with a receipt that are written to the outbox earlier
_FOLD_MOST_SLOW = 5000  # the same where flushes are slow: a commit waits for five of them


class Settlements:
    """The outcomes of the messages of a round."""

    def __init__(
        self,
        db: Database,
        receipts: Receipts,
        claims: Claims,
        limits: SendLimits,
        world: World,
        report: SendReport,
    ) -> None:
        self._db, self._receipts, self._claims = db, receipts, claims
        self._limits, self._world, self._report = limits, world, report
        self._desk: list[tuple[int, Owed, Outcome]] = []
        self._merges: dict[int, Merge] = {}
        self._fold_at = world.steady() + _FOLD_AFTER
        self._release_at = 0.0
        self._lines: dict[int, int] = {}  # of each lease, the line of its last receipt
        self._faults = 0
        self._refusals = 0  # refusals of us since the last accepted message
        self._spread = Spread()
        self._halted = False
        self.refusal = ""  # the relay's reply, if it refused before a recipient was named
        self.fault: Exception | None = None  # a fault that is not an outcome

    def settle(self, lease: int, owed: Owed, outcome: Outcome) -> None:
        """Add an outcome. The next message of that lease may be begun only after `write`, and once it is
        `on_disk`."""
        self._desk.append((lease, owed, self._spread.seen(owed.email, outcome)))
        if self._spread.stopped and not self._halted:
            self.relay_failed(
                f"{self._spread.stopped}. See whether these addresses live, mend the cause, and queue those"
                " that failed before it showed with `alerts delivery retry`"
            )

    def write(self) -> None:
        """Write all added outcomes as receipts, and now and then fold these into the outbox."""
        steady = self._world.steady()
        if self._desk:
            self._append(steady)
        flushed = self._receipts.go_on()
        waiting = len(self._receipts.unfolded)
        most = _FOLD_MOST_SLOW if self._receipts.slow else _FOLD_MOST
        if not flushed or waiting >= most or (waiting and steady >= self._fold_at):
            self.fold()

    def _append(self, steady: float) -> None:
        now = self._world.now()
        batch = [self._settlement(*entry, now) for entry in self._desk]
        self._retrying(lambda: self._append_line(batch))
        for _, owed, outcome in self._desk:
            self._limits.heard(owed.email, outcome, steady)
        for settled in batch:
            self._count(settled.outcome)
        self._desk.clear()

    def _append_line(self, batch: Sequence[Settlement]) -> None:
        line = self._receipts.append(batch)
        self._lines.update((settled.lease_id, line) for settled in batch)

    @property
    def disk_is_slow(self) -> bool:
        """Whether flushes of receipts take so long that they run beside the sending."""
        return self._receipts.slow

    def on_disk(self, lease: int) -> bool:
        """Whether the last outcome of that lease that was written is on disk."""
        return self._receipts.on_disk(self._lines.get(lease, 0))

    def fold(self) -> None:
        """Write the outcomes that have a receipt into the outbox."""
        settled = [settlement.delivery_id for settlement in self._receipts.unfolded]
        begun = self._world.steady()
        self._retrying(self._receipts.fold)
        self._claims.written(settled)
        ended = self._world.steady()
        rest = _FOLD_SHARE * (ended - begun) if self._receipts.slow else 0.0
        self._fold_at = ended + max(_FOLD_AFTER, rest)

    def release(self, *, over: bool) -> None:
        """Release the unsent deliveries of leases that were closed: of several at a time where the disk is
        slow, and of all once the round is `over`."""
        closed = self._claims.to_release
        if closed and (over or not self._receipts.slow or self._world.steady() >= self._release_at):
            self.fold()
            self._retrying(self._claims.release)
            self._release_at = self._fold_at

    def _retrying(self, write: Callable[[], None]) -> None:
        """Write; after a temporary fault, try again for some minutes, unless a stop is requested."""
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
        """The merge of the delivery's edition; each is read from the database once."""
        merge = self._merges.get(owed.edition_id)
        if merge is None:
            merge = merge_of(self._db, owed.edition_id, self._world.keyring)
            self._merges[owed.edition_id] = merge
        return merge

    def fail(self, fault: Exception) -> None:
        """Stop the round for an exception that is not an outcome; it is raised later."""
        self.fault = self.fault or fault
        self._halted = True

    def relay_failed(self, words: str, *, needs_person: bool = False, said: str = "") -> None:
        """Stop the round, because the relay refuses us (it `said` so) or fails repeatedly."""
        if said and is_limit(said):
            self._report.limit_reply = said
        self._report.needs_person = self._report.needs_person or needs_person
        self._report.relay_fault = self._report.relay_fault or words
        self._halted = True

    @property
    def stopping(self) -> bool:
        """True when no further message may be begun."""
        return self._halted or self._world.stop.is_set()

    def _settlement(self, lease: int, owed: Owed, outcome: Outcome, now: datetime) -> Settlement:
        policy = self._limits.destination(owed.email).retry
        return settlement(lease, owed, outcome, policy, now, self._world.chance())

    def _count(self, outcome: Outcome) -> None:
        if outcome.tried:
            self._report.outcomes[outcome.state] += 1
        else:
            self.refusal = str(outcome.reply)
        if outcome.about_us:
            self._refused_us(outcome)
        elif outcome.state is DeliveryState.SENT:
            self._refusals = 0
        self._faults = self._faults + 1 if outcome.relay_fault else 0
        if self._faults >= _FAULTS_IN_A_ROW:
            words = f"{self._faults} failures in a row, the last: {outcome.reply}"
            self.relay_failed(words, said=str(outcome.reply))

    def _refused_us(self, outcome: Outcome) -> None:
        """Stop the round after a refusal of us that would meet every message, or after several in a
        row."""
        self._refusals += 1
        if not outcome.halts and self._refusals < _REFUSALS_IN_A_ROW:
            return
        said = str(outcome.reply)
        words = (
            f"sending is paused, no delivery has failed: {said}. {remedy_for(said, judge(said))}"
        )
        self.relay_failed(words, said=said)
