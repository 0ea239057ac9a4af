"""The connections of one round, all driven by the thread that calls `turn`.

A lane is one connection and its lease. In each turn the conversations that a relay has answered go on;
the outcomes that they came to get one receipt; then whoever may begins its next message. While the relay
works on some messages we write the outcomes of others, and the more of them there are, the more share a
flush. Connecting, which the standard library does in one blocking step, is left to a thread
of its own.
"""

import threading
from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue
from selectors import EVENT_READ, DefaultSelector
from socket import socketpair
from types import TracebackType
from typing import Self

from alerts.dispatch.claims import Claims
from alerts.dispatch.ledger import Ledger
from alerts.dispatch.limits import Limits
from alerts.dispatch.orders import World
from alerts.errors import RelayUnavailable
from alerts.model import Envelope, Owed
from alerts.throttle import Throttle
from alerts.transport.connection import Connection, Conversation, Goodbye, SessionOver

_MOMENT = 0.1  # seconds; so often it is looked whether to stop, and who has waited too long
_IDLE = 10.0  # seconds that a session may wait for the throttle; relays hang up on idle ones
_NEVER = float("inf")


class Lane:
    """One connection, its lease, and where it stands."""

    __slots__ = (
        "announced",
        "connection",
        "current",
        "deadline",
        "events",
        "lease",
        "owed",
        "place",
        "talk",
        "to",
        "to_pass",
    )

    def __init__(self, to: int, lease: int, owed: deque[Owed]) -> None:
        self.to, self.lease, self.owed = to, lease, owed  # `to`: the number of its destination
        self.connection: Connection | None = None
        self.talk: Conversation | Goodbye | None = None  # what is being said, up to its next wait
        self.current: Owed | None = None  # whose message it is; None in a goodbye
        self.announced: Envelope | None = None  # of the next message, known to the relay already
        self.to_pass: list[Throttle] | None = None  # what still limits the next message
        self.place: float | None = None  # the moment that the first of them gave to it
        self.deadline = _NEVER  # of what is waited for now
        self.events = 0  # for which the selector watches the connection

    @property
    def connected(self) -> bool:
        """True while there is a session for the next message."""
        return self.connection is not None and self.connection.usable


class Lanes:
    """All lanes of a round. A context: on leaving it, nothing stays open."""

    def __init__(
        self, claims: Claims, limits: Limits, ledger: Ledger, world: World, due: int
    ) -> None:
        self._claims, self._limits, self._ledger = claims, limits, ledger
        self._world, self._due = world, due
        self._open: list[Lane] = []
        self._ready: list[Lane] = []  # between two messages
        self._later: list[Lane] = []  # the same, but its place is not yet
        self._connecting: set[Lane] = set()
        self._arrivals: SimpleQueue[tuple[Lane, Connection | Exception]] = SimpleQueue()
        self._met = False  # the relay has taken a connection of this round
        self._checked = 0.0
        self._over = False

    def __enter__(self) -> Self:
        self._selector = DefaultSelector()
        self._bell, self._button = socketpair()
        self._bell.setblocking(False)
        self._selector.register(self._bell, EVENT_READ)
        for to, destination in enumerate(self._limits.destinations):
            for _ in range(min(destination.connections, self._due)):
                lease = self._claims.open_lease(to)
                self._open.append(Lane(to, lease, self._claims.held(lease)))
        self._ready = self._open[:]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over = True
        self._welcome()
        for lane in self._open:
            if lane.connection is not None:
                lane.connection.cut()
        self._selector.close()
        self._button.close()
        self._bell.close()

    def turn(self) -> bool:
        """Go one step further with all of them; False once the last one has left."""
        self._listen()
        self._ledger.write()
        now = self._world.steady()
        ready, self._ready = self._ready, []
        if self._later:
            resting = self._ledger.resting
            ready += [lane for lane in self._later if resting or (lane.place or 0) <= now]
            self._later = [lane for lane in self._later if lane not in ready]
        if self._connecting and self._ledger.resting:
            for lane in self._connecting:  # what arrives after all is let go
                self._leave(lane)
            self._connecting.clear()
        if ready:
            try:
                if not self._ledger.resting:
                    self._claims.deal()
                self._claims.look()
            except Exception as fault:  # what is on its way is settled before it is raised
                self._ledger.fail(fault)
            for lane in ready:
                self._step(lane, now)
        self._ledger.release()
        return bool(self._open)

    def _listen(self) -> None:
        """Let conversations go on that were answered, or have waited too long."""
        patience = 0.0 if self._ready else _MOMENT
        if self._later:
            first = min(lane.place or 0.0 for lane in self._later)
            patience = max(0.0, min(patience, first - self._world.steady()))
        for key, _ in self._selector.select(patience):
            lane: Lane | None = key.data
            if lane is None:
                self._welcome()
            elif lane.talk is None:  # nobody was asked: the relay hangs up
                self._cut(lane)
            else:
                self._go_on(lane)
        now = self._world.steady()
        if now - self._checked > _MOMENT:
            self._checked = now
            for lane in self._open[:]:
                if lane.talk is not None and now > lane.deadline:
                    self._go_on(lane, TimeoutError())

    def _step(self, lane: Lane, now: float) -> None:
        """Begin the next message of a lane that is between two, or what must come before it."""
        if lane.announced is not None and self._ledger.fault is not None:
            self._cut(lane)  # nobody could see whether its reader may still be mailed
        if lane.announced is None:
            if self._ledger.resting or not lane.owed:
                self._leave(lane)
                return
            if lane.to_pass is None and not lane.connected:
                self._connect(lane)  # before a place is booked, so that the pace is the messages'
                return
            if not self._passes(lane, now):
                self._later.append(lane)
                if lane.place is not None and lane.place > now + _IDLE:
                    self._part(lane)
                return
            if not lane.connected:
                self._connect(lane)
                return
        current = lane.owed.popleft()
        if not self._claims.begin(current):
            if lane.announced is not None and lane.connection is not None:
                self._cut(lane)
            lane.announced = None
            self._ready.append(lane)
            return
        try:
            self._begin(lane, current)
        except Exception as fault:
            self._fail(lane, fault)

    def _passes(self, lane: Lane, now: float) -> bool:
        """True once every throttle has let the lane's next message through."""
        if lane.to_pass is None:
            lane.to_pass = self._limits.to_pass(lane.to)
        while lane.to_pass:
            if lane.place is None:
                lane.place = lane.to_pass[0].place(now)
            if lane.place > now:
                return False
            del lane.to_pass[0]
            lane.place = None
        return True

    def _begin(self, lane: Lane, current: Owed) -> None:
        """Start the conversation; with its body goes the next envelope, where that may go at once."""
        assert lane.connection is not None  # noqa: S101 - `_step` sees to it
        merge = self._ledger.merge(current)
        envelope, lane.announced = lane.announced or merge.envelope(current), None
        lane.to_pass = None
        if lane.owed and not self._ledger.resting and not self._limits.to_pass(lane.to):
            following = lane.owed[0]
            lane.announced = self._ledger.merge(following).envelope(following)
        lane.current = current
        lane.talk = lane.connection.send(envelope, merge.message(current), lane.announced)
        self._go_on(lane)

    def _go_on(self, lane: Lane, late: TimeoutError | None = None) -> None:
        """Let a conversation go on to its next wait, or to its end."""
        assert lane.talk is not None  # noqa: S101 - asked only of lanes that talk
        try:
            wait = next(lane.talk) if late is None else lane.talk.throw(late)
        except StopIteration as end:
            lane.talk = None
            if lane.current is None:
                self._gone(lane)
                return
            if not (lane.connection and lane.connection.usable):
                self._cut(lane)
            self._ledger.settle(lane.lease, lane.current, end.value)
            self._ready.append(lane)
        except SessionOver:
            assert lane.current is not None  # noqa: S101 - a goodbye ends no session but its own
            lane.owed.appendleft(lane.current)
            lane.talk = None
            self._cut(lane)
            self._ready.append(lane)
        except Exception as fault:
            self._fail(lane, fault)
        else:
            lane.deadline = self._world.steady() + wait.patience
            self._watch(lane, wait.events)

    def _fail(self, lane: Lane, fault: Exception) -> None:
        """What is no outcome ends the round; after a refusal of us nothing of this message was taken.

        After any other fault the lease stays: what it holds first may have left.
        """
        self._cut(lane)
        lane.talk = None
        if isinstance(fault, RelayUnavailable):
            self._ledger.relay_failed(str(fault))
            self._leave(lane)
        else:
            self._ledger.fail(fault)
            self._open.remove(lane)

    def _leave(self, lane: Lane) -> None:
        """Give back what was not begun, and say goodbye."""
        self._claims.close_lease(lane.lease)
        lane.current = None
        if lane.connection is None or not lane.connection.usable:
            self._gone(lane)
            return
        lane.talk = lane.connection.close()
        self._go_on(lane)

    def _gone(self, lane: Lane) -> None:
        self._watch(lane, 0)
        self._open.remove(lane)

    def _cut(self, lane: Lane) -> None:
        """Let go of a session that is over, or in which the wrong message was announced."""
        self._watch(lane, 0)
        if lane.connection is not None:
            lane.connection.cut()
        lane.connection = lane.announced = None

    def _part(self, lane: Lane) -> None:
        """Say goodbye without waiting for the answer: the next message is far off."""
        if lane.connection is not None and lane.connection.usable:
            next(lane.connection.close(), None)
            self._cut(lane)

    def _watch(self, lane: Lane, events: int) -> None:
        """Have the selector watch a lane's connection for those events; 0 for none."""
        if events == lane.events or lane.connection is None:
            return
        if not events:
            self._selector.unregister(lane.connection)
        elif lane.events:
            self._selector.modify(lane.connection, events, lane)
        else:
            self._selector.register(lane.connection, events, lane)
        lane.events = events

    def _connect(self, lane: Lane) -> None:
        """Open a connection, in a thread that ends with it."""

        def arrive() -> None:
            try:
                self._arrivals.put((lane, self._world.connect()))
            except Exception as fault:
                self._arrivals.put((lane, fault))
            if self._over:
                self._welcome()
            else:
                with suppress(OSError):  # it may be over by now
                    self._button.send(b"\0")

        self._connecting.add(lane)
        threading.Thread(target=arrive, name="connecting", daemon=True).start()

    def _welcome(self) -> None:
        """Take in the connections that were opened, and those that were not.

        A relay that takes no more of them leaves us those that we have.
        """
        with suppress(OSError):
            self._bell.recv(4096)
        with suppress(Empty):
            while True:
                lane, arrived = self._arrivals.get_nowait()
                if self._over or lane not in self._connecting:
                    if not isinstance(arrived, Exception):
                        arrived.cut()
                    continue
                self._connecting.remove(lane)
                if not isinstance(arrived, Exception):
                    lane.connection, self._met = arrived, True
                    self._ready.append(lane)
                elif isinstance(arrived, RelayUnavailable) and (self._connecting or self._met):
                    self._leave(lane)
                else:
                    self._fail(lane, arrived)
