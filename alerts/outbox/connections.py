"""The connections of one round, all driven by the thread that calls `turn`.

In each turn, the conversations that the relay has answered continue; their outcomes get one receipt;
then each connection that is allowed to begins its next message. While the relay handles some messages,
the outcomes of others are written, and all that came in together share one flush. Connections are opened
by threads of their own (`opening.py`), and where flushes are slow, these run in threads too.
"""

from collections.abc import Sequence
from selectors import EVENT_READ, DefaultSelector
from types import TracebackType
from typing import Self

from alerts.domain.delivery import Owed
from alerts.domain.errors import LoginRefused, RelayUnavailable
from alerts.outbox.bell import Bell
from alerts.outbox.opening import OpeningConnections
from alerts.outbox.options import World
from alerts.outbox.parts import HeldLeases, PassedLimits, SettledOutcomes
from alerts.outbox.send_connection import SendConnection
from alerts.transport.connection import SessionOver

_MOMENT = 0.1  # seconds between checks for a stop request, for timeouts, and for what others wrote
_FEW = 8  # connections that go on in one turn while flushes are slow: if all did, all would share a flush
_IDLE = 10.0  # seconds that a session may wait for the throttle; relays close idle sessions


class SendConnections:
    """All connections of a round; a context manager that closes them."""

    def __init__(
        self,
        claims: HeldLeases,
        limits: PassedLimits,
        settlements: SettledOutcomes,
        world: World,
        due: int,
        bell: Bell,
    ) -> None:
        """`bell` is rung by whatever changes while all connections wait."""
        self._claims, self._limits, self._settlements = claims, limits, settlements
        self._world, self._due, self._bell = world, due, bell
        self._open: list[SendConnection] = []
        self._ready: list[SendConnection] = []  # between two messages
        self._settled: list[SendConnection] = []  # the same, but their outcomes are to be written
        self._flushing: list[SendConnection] = []  # the same, but these are not on disk yet
        self._later: list[SendConnection] = []  # the same, but delayed by a throttle
        self._opening = OpeningConnections(world.connect, bell)
        self._met = False  # the relay has accepted a connection of this round
        self._checked = self._looked = 0.0

    def __enter__(self) -> Self:
        self._selector = DefaultSelector()
        self._selector.register(self._bell, EVENT_READ)
        places = enumerate(self._limits.destinations)
        self._add([to for to, one in places for _ in range(min(one.connections, self._due))])
        return self

    def _add(self, destinations: Sequence[int]) -> None:
        """A connection to each of these destinations, with a lease of its own."""
        for to, lease in zip(destinations, self._claims.open_leases(destinations), strict=True):
            connection = SendConnection(to, lease, self._claims.held(lease))
            self._open.append(connection)
            self._ready.append(connection)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._opening.close()
        for connection in self._open:
            if connection.session is not None:
                connection.session.cut()
        self._selector.close()

    def turn(self) -> bool:
        """One step of all connections; False once the last one is closed."""
        self._listen()
        self._write()
        now = self._world.steady()
        few = _FEW if self._settlements.disk_is_slow else len(self._ready)
        ready, self._ready = self._ready[:few], self._ready[few:]
        if self._later:
            stopping = self._settlements.stopping
            ready += [
                one
                for one in self._later
                if stopping or (one.place or 0) <= now or self._claims.at_an_end(one.lease)
            ]
            self._later = [one for one in self._later if one not in ready]
        if self._opening.under_way and self._settlements.stopping:
            for connection in self._opening.under_way:  # one that is opened too late is closed
                self._leave(connection)
            self._opening.under_way.clear()
        rest = len(self._limits.destinations) - 1  # all domains without a destination of their own
        grows = self._may_grow(rest)
        if ready or grows or now - self._looked > _MOMENT:
            self._looked = now
            try:
                if ready and not self._settlements.stopping:
                    self._claims.deal()
                self._claims.look()
                if grows:
                    self._add([rest])
            except Exception as fault:  # outcomes are settled before it is raised
                self._settlements.fail(fault)
        for connection in ready:
            self._step(connection, now)
        self._settlements.release(over=not self._open)
        return bool(self._open)

    def _write(self) -> None:
        """Write the outcomes that came in; those connections go on whose outcomes are on disk."""
        self._settlements.write()
        written, self._settled = self._settled + self._flushing, []
        self._flushing = [one for one in written if not self._settlements.on_disk(one.lease)]
        self._ready += [one for one in written if one not in self._flushing]
        for connection in self._flushing:  # what it announced may be answered meanwhile
            connection.watch(self._selector, 0)

    def _may_grow(self, to: int) -> bool:
        """Whether one more connection to that destination is allowed, as all wait for a slow disk."""
        if not self._settlements.disk_is_slow or len(self._flushing) < len(self._open):
            return False
        here = sum(connection.to == to for connection in self._open)
        return here < self._limits.destinations[to].most and self._claims.more(to)

    def _listen(self) -> None:
        """Continue conversations that were answered, or have timed out."""
        patience = 0.0 if self._ready or self._settled else _MOMENT
        if self._later:
            first = min(connection.place or 0.0 for connection in self._later)
            patience = max(0.0, min(patience, first - self._world.steady()))
        for key, _ in self._selector.select(patience):
            connection: SendConnection | None = key.data
            if connection is None:
                self._bell.heard()
                self._welcome()
            elif connection.talk is None:  # no reply was expected: the relay closes the session
                self._cut(connection)
            else:
                self._go_on(connection)
        now = self._world.steady()
        if now - self._checked > _MOMENT:
            self._checked = now
            for connection in self._open[:]:
                if connection.talk is not None and now > connection.deadline:
                    self._go_on(connection, TimeoutError())

    def _step(self, connection: SendConnection, now: float) -> None:
        """Begin the next message of a connection that is between two, or the step before it."""
        if connection.announced is not None and (
            self._settlements.fault is not None or not connection.announced_is_next
        ):  # its reader's status could not be checked, or it was given back
            self._cut(connection)
        if connection.announced is None:
            self._claims.drop_revoked(connection.lease)
            if self._settlements.stopping or not connection.owed:
                self._leave(connection)
                return
            if connection.to_pass is None and not connection.connected:
                # connect before reserving a place, so that connecting does not use up the rate
                self._opening.begin(connection)
                return
            if not self._passes(connection, now):
                self._later.append(connection)
                if connection.place is not None and connection.place > now + _IDLE:
                    self._part(connection)
                return
            if not connection.connected:
                self._opening.begin(connection)
                return
        current = connection.owed.popleft()
        if not self._claims.begin(current):
            if connection.announced is not None:
                self._cut(connection)
            self._ready.append(connection)
            return
        try:
            self._begin(connection, current)
        except Exception as fault:
            self._fail(connection, fault)

    def _passes(self, connection: SendConnection, now: float) -> bool:
        """True once every throttle has admitted the connection's next message."""
        if connection.to_pass is None:
            connection.to_pass = self._limits.to_pass(connection.to)
        while connection.to_pass:
            if connection.place is None:
                connection.place = connection.to_pass[0].place(now)
            if connection.place > now:
                return False
            del connection.to_pass[0]
            connection.place = None
        return True

    def _begin(self, connection: SendConnection, current: Owed) -> None:
        """Start the conversation; the next envelope is sent with its body, if it may be sent at once."""
        assert connection.session is not None  # noqa: S101 - `_step` ensures it
        merge = self._settlements.merge(current)
        envelope = connection.announced or merge.envelope(current)
        connection.announced = connection.to_pass = None
        if (
            connection.owed
            and not self._settlements.stopping
            and not self._limits.to_pass(connection.to)
        ):
            following = connection.owed[0]
            connection.announced = self._settlements.merge(following).envelope(following)
            connection.announced_for = following.id
        connection.current = current
        connection.talk = connection.session.send(
            envelope, merge.message(current), connection.announced
        )
        self._go_on(connection)

    def _go_on(self, connection: SendConnection, late: TimeoutError | None = None) -> None:
        """Continue a conversation to its next wait, or to its end."""
        assert connection.talk is not None  # noqa: S101 - only called during a conversation
        try:
            wait = next(connection.talk) if late is None else connection.talk.throw(late)
        except StopIteration as end:
            connection.talk = None
            if connection.current is None:
                self._gone(connection)
                return
            if not connection.connected:
                self._cut(connection)
            self._settlements.settle(connection.lease, connection.current, end.value)
            self._settled.append(connection)
        except SessionOver:
            assert connection.current is not None  # noqa: S101 - errors of QUIT affect only this session
            connection.owed.appendleft(connection.current)
            self._claims.not_begun(connection.current)
            connection.talk = None
            self._cut(connection)
            self._ready.append(connection)
        except Exception as fault:
            self._fail(connection, fault)
        else:
            connection.deadline = self._world.steady() + wait.patience
            connection.watch(self._selector, wait.events)

    def _fail(self, connection: SendConnection, fault: Exception) -> None:
        """End the round for an exception that is not an outcome; a refusal means nothing was accepted.

        After any other exception the lease stays open, because its first delivery may have been sent.
        """
        self._cut(connection)
        connection.talk = None
        if isinstance(fault, RelayUnavailable):
            person = isinstance(fault, LoginRefused)
            self._settlements.relay_failed(str(fault), needs_person=person, said=fault.said)
            self._leave(connection)
        else:
            self._settlements.fail(fault)
            self._open.remove(connection)

    def _leave(self, connection: SendConnection) -> None:
        """Release deliveries that were not begun, and end the session."""
        self._claims.close_lease(connection.lease)
        connection.current = None
        if connection.session is None or not connection.session.usable:
            self._gone(connection)
            return
        connection.talk = connection.session.close()
        self._go_on(connection)

    def _gone(self, connection: SendConnection) -> None:
        connection.watch(self._selector, 0)
        self._open.remove(connection)

    def _cut(self, connection: SendConnection) -> None:
        """Close a session that is over, or in which another envelope was announced."""
        connection.watch(self._selector, 0)
        if connection.session is not None:
            connection.session.cut()
        connection.session = connection.announced = None

    def _part(self, connection: SendConnection) -> None:
        """End the session without waiting for the reply, because the next message is due much later."""
        if connection.session is not None and connection.session.usable:
            next(connection.session.close(), None)
            self._cut(connection)

    def _welcome(self) -> None:
        """Handle opened and failed connections; if the relay accepts no more, the others continue."""
        for connection, arrived in self._opening.arrived():
            if not isinstance(arrived, Exception):
                connection.session, self._met = arrived, True
                self._ready.append(connection)
            elif isinstance(arrived, RelayUnavailable) and (self._opening.under_way or self._met):
                self._leave(connection)
            else:
                self._fail(connection, arrived)
