"""Dispatch: the outbox is worked until nothing is due.

Each connection is a lane: a thread that claims deliveries under a lease, sends them in order, and has
each outcome on disk before the next body leaves. The calling thread writes the outcomes, those of
several lanes in one commit. Before each message it is looked at whether its reader may still be mailed.

The same call goes on after anything: a kill, a crash, a relay that was away. Knows neither who runs it
nor which transport it drives; the clock, the chance and the wish to stop come from outside.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Protocol

from sqlite_utils import Database

from alerts.errors import RelayUnavailable
from alerts.message import Frame, Merge
from alerts.model import DeliveryState, Envelope, Month, Outcome, Owed, Reason, RetryPolicy
from alerts.retry import next_attempt
from alerts.store import issues, outbox, secrets
from alerts.throttle import Throttle

_LEASE = timedelta(hours=1)  # counts only for leases of other machines; ours end with the lock
_MOMENT = 0.1  # seconds between two looks at whether the lanes are done
_MAX_CLAIM = 100  # for each lane
_FAULTS_IN_A_ROW = 5  # of all lanes together, before the relay is given up for now


class Connection(Protocol):
    """What a lane needs of a transport's connection; see `transport.Connection`."""

    usable: bool

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Outcome: ...
    def abandon(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be sent, and how; `host` and `holder` name this process in its leases."""

    months: Sequence[Month]
    connections: int
    retry: RetryPolicy
    host: str
    holder: str
    limit: int | None = None
    rate: float = 0.0
    resend_in_doubt: bool = True


@dataclass(frozen=True, slots=True)
class World:
    """What dispatch takes from outside: the relay, wall and steady clocks, chance, and stopping."""

    connect: Callable[[], Connection]
    now: Callable[[], datetime]
    steady: Callable[[], float]
    chance: Callable[[], float]
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class Report:
    """What a dispatch did: outcomes by state, and why it ended early, if it did."""

    outcomes: Counter[DeliveryState] = field(default_factory=Counter)
    relay_fault: str = ""
    stopped: bool = False


def dispatch(
    db: Database, orders: Orders, world: World, watch: Callable[[Report, int], None]
) -> Report:
    """Send what is due. `db` must be open for several threads, and the project's lock held.

    Calls `watch(report, due)` now and then, from this thread. Raises whatever a lane met that is not
    an outcome (a full disk, a broken template) once all lanes have come to rest.
    """
    outbox.recover(db, orders.host, world.now())
    report = Report()
    left = orders.limit
    while due := outbox.count_due(db, world.now(), orders.months, orders.resend_in_doubt):
        due = due if left is None else min(due, left)
        done = _round(db, orders, world, due, report, watch)
        left = None if left is None else left - done
        if left == 0 or not done or report.relay_fault or world.stop.is_set():
            break
    report.stopped = world.stop.is_set()
    issues.close_finished(db, world.now())
    return report


def _round(
    db: Database,
    orders: Orders,
    world: World,
    due: int,
    report: Report,
    watch: Callable[[Report, int], None],
) -> int:
    """Work what is due at this moment; returns how many deliveries were settled."""
    before = report.outcomes.total()
    ledger = Ledger(db, orders, world, due, report)
    lanes = [_Lane(ledger, world) for _ in range(min(orders.connections, due))]
    threads = [
        threading.Thread(target=lane.work, name=f"lane {n}") for n, lane in enumerate(lanes, 1)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        ledger.write()
        watch(report, due)
    if ledger.fault is not None:
        raise ledger.fault
    return report.outcomes.total() - before


class Ledger:
    """The lanes' common books: claims, settlements and the throttle, one lane at a time."""

    def __init__(
        self, db: Database, orders: Orders, world: World, due: int, report: Report
    ) -> None:
        self._db, self._orders, self._world = db, orders, world
        self._lock = threading.Lock()
        self._desk: SimpleQueue[tuple[outbox.Settlement, threading.Lock]] = SimpleQueue()
        self._commit_takes = 0.0
        self._left = due
        self._batch = max(1, min(_MAX_CLAIM, due // (orders.connections * 4)))
        self._throttle = Throttle(orders.rate)
        self._dealt: dict[int, deque[Owed]] = {}
        self._dealt_to = 0
        self._in_flight: set[int] = set()
        self._revoked: set[int] = set()
        self._version = outbox.data_version(db)
        self._merges: dict[int, Merge] = {}
        self._faults = 0
        self.halt = threading.Event()
        self.report = report
        self.fault: Exception | None = None

    def open_lease(self) -> int:
        """Begin a lane's lease."""
        with self._lock:
            expiry = self._world.now() + _LEASE
            lease = outbox.open_lease(self._db, self._orders.holder, self._orders.host, expiry)
            self._dealt[lease] = deque()
            return lease

    def claim(self, lease: int) -> deque[Owed]:
        """What a lane may work, in order; empty when nothing is due. More may be dealt to it later.

        Ids only go up within a round, so each lane works its lease in order of id.
        """
        with self._lock:
            mine = self._dealt[lease]
            while not mine and self._left > 0 and not self.resting:
                self._deal()
            return deque() if self.resting else mine

    def _deal(self) -> None:
        """Claim for all lanes that have little left."""
        lanes = [lease for lease, owed in self._dealt.items() if len(owed) < self._batch]
        now = self._world.now()
        claimed = outbox.claim(
            self._db,
            lanes,
            min(self._batch * len(lanes), self._left),
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

    def settle(self, owed: Owed, outcome: Outcome, written: threading.Lock) -> None:
        """Have the outcome on disk when this returns; `written` is the lane's own lock, held."""
        self._desk.put((self._settlement(owed, outcome), written))
        written.acquire()
        if self.fault is not None:
            raise self.fault

    def write(self) -> None:
        """Write what lies on the desk in one commit; waits a moment where nothing does.

        Once one outcome is there, others are waited for at most as long as a commit takes.
        """
        try:
            batch = [self._desk.get(timeout=_MOMENT)]
        except Empty:
            return
        deadline = self._world.steady() + self._commit_takes
        with suppress(Empty):
            while len(batch) < len(self._dealt):
                patience = (
                    deadline - self._world.steady() if len(batch) < len(self._dealt) / 2 else 0
                )
                batch.append(self._desk.get(patience > 0, patience if patience > 0 else None))
        try:
            if self.fault is None:
                with self._lock:
                    began = self._world.steady()
                    self._commit([settlement for settlement, _ in batch])
                    self._commit_takes = self._world.steady() - began
        finally:
            for _, written in batch:
                written.release()

    def begin(self, owed: Owed) -> bool:
        """Begin a message; False once its reader has left, or was suppressed or erased.

        As of the last commit or `look`: whoever left since then is at most one message behind.
        """
        self._in_flight.add(owed.id)
        if owed.id not in self._revoked:
            return True
        self._in_flight.discard(owed.id)
        return False

    def look(self) -> None:
        """See whether another process has written, and settle what its readers no longer want."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        version = outbox.data_version(self._db)
        if version != self._version:
            self._version = version
            skipped = outbox.skip(
                self._db, self._dealt, self._world.now(), in_flight=self._in_flight
            )
            self._revoked.update(skipped)
            self.report.outcomes[DeliveryState.SKIPPED] += len(skipped)

    @property
    def unthrottled(self) -> bool:
        """True where messages need not wait for a place."""
        return not self._orders.rate

    def wait(self) -> float:
        """Book a place in the throttle; the seconds until it."""
        with self._lock:
            return self._throttle.wait(self._world.steady())

    def merge(self, owed: Owed) -> Merge:
        """The merge of the edition that is owed; each is read from the database once."""
        known = self._merges.get(owed.edition_id)
        if known is not None:
            return known
        with self._lock:
            stored = issues.template(self._db, owed.edition_id)
            secret = secrets.all_secrets(self._db)[stored.secret_id]
            frame = Frame.from_json(stored.frame)
            made = Merge(stored.octets, frame, stored.secret_id, secret, stored.language)
            return self._merges.setdefault(owed.edition_id, made)

    def close_lease(self, lease: int) -> None:
        """End a lane's lease; what it still holds was not begun."""
        with self._lock:
            del self._dealt[lease]
            outbox.release(self._db, lease, self._world.now())

    def fail(self, fault: Exception) -> None:
        """Something broke that is no outcome: all lanes come to rest, and dispatch raises it."""
        self.fault = self.fault or fault
        self.halt.set()

    def relay_failed(self, words: str) -> None:
        """The relay refuses us, or keeps failing: all lanes come to rest."""
        self.report.relay_fault = self.report.relay_fault or words
        self.halt.set()

    @property
    def resting(self) -> bool:
        """True when no further message may be begun."""
        return self.halt.is_set() or self._world.stop.is_set()

    def _settlement(self, owed: Owed, outcome: Outcome) -> outbox.Settlement:
        now, attempts = self._world.now(), owed.attempts + 1
        if outcome.state in (DeliveryState.DEFERRED, DeliveryState.IN_DOUBT):
            due = next_attempt(self._orders.retry, attempts, now, self._world.chance())
            if due is None and outcome.state is DeliveryState.DEFERRED:
                outcome = Outcome(DeliveryState.FAILED, outcome.reply, Reason.EXPIRED)
            return outbox.Settlement(owed.id, outcome, attempts, due or now)
        return outbox.Settlement(owed.id, outcome, attempts, now)

    def _commit(self, batch: list[outbox.Settlement]) -> None:
        try:
            outbox.settle(self._db, batch, self._world.now())
            self._look()
        except Exception as fault:  # the lanes raise it too
            self.fail(fault)
            return
        for settled in batch:
            outcome = settled.outcome
            self._in_flight.discard(settled.delivery_id)
            self.report.outcomes[outcome.state] += 1
            self._faults = self._faults + 1 if outcome.relay_fault else 0
            if self._faults >= _FAULTS_IN_A_ROW:
                self.relay_failed(f"{self._faults} failures in a row, the last: {outcome.reply}")


class _Lane:
    """One connection and the thread that uses it."""

    def __init__(self, ledger: Ledger, world: World) -> None:
        self._ledger, self._world = ledger, world
        self._connection: Connection | None = None
        self._written = threading.Lock()
        self._written.acquire()

    def work(self) -> None:
        """Claim and send until nothing is due, or all come to rest.

        After a fault that is no outcome the lease stays: what it holds first may have left.
        """
        try:
            lease = self._ledger.open_lease()
            try:
                while owed := self._ledger.claim(lease):
                    self._send_all(owed)
            except RelayUnavailable as fault:  # certain: nothing of the current message was taken
                self._ledger.relay_failed(str(fault))
            self._ledger.close_lease(lease)
        except Exception as fault:
            self._ledger.fail(fault)
        finally:
            self._close()

    def _send_all(self, owed: deque[Owed]) -> None:
        """Send the deliveries of one claim in order."""
        announced: Envelope | None = None
        while owed and (announced is not None or not self._ledger.resting):
            current = owed.popleft()
            if announced is None and not self._await_turn():
                return
            if not self._ledger.begin(current):
                if announced is not None and self._connection is not None:
                    self._connection.abandon()
                announced = None
                continue
            connection = self._connected()
            merge = self._ledger.merge(current)
            envelope = announced or merge.envelope(current)
            announced = self._next(owed)
            outcome = connection.send(envelope, merge.message(current), announced)
            if not connection.usable:
                announced = None
            self._ledger.settle(current, outcome, self._written)

    def _next(self, owed: deque[Owed]) -> Envelope | None:
        """What may be announced with the current body: the next delivery, if it may go at once."""
        if not owed or self._ledger.resting or not self._ledger.unthrottled:
            return None
        return self._ledger.merge(owed[0]).envelope(owed[0])

    def _await_turn(self) -> bool:
        """Wait for a place in the throttle; False when it is time to rest instead."""
        wait = self._ledger.wait()
        if wait > 0:
            self._world.stop.wait(wait)
            self._ledger.look()
        return not self._ledger.resting

    def _connected(self) -> Connection:
        if self._connection is None or not self._connection.usable:
            self._close()
            self._connection = self._world.connect()
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
            self._connection = None
