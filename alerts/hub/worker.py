"""`alerts worker`: sends what the hub lends, with the connections of a local send, until it is stopped.

It needs no project. It may be started before the database, its schema or a send is there, and waits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from alerts.hub import claims, schema
from alerts.hub.database import HubDatabase, HubUnavailable
from alerts.hub.worker_claims import HubClaims
from alerts.hub.worker_limits import WorkerLimits
from alerts.hub.worker_settlements import HubSettlements
from alerts.outbox.bell import Bell
from alerts.outbox.connections import SendConnections
from alerts.outbox.options import World
from alerts.transport.connection import Transport

_POLL = 0.5  # seconds between two looks for work
_REGISTER = 5.0  # seconds between two signs of a worker that waits
_SHORTEST, _LONGEST = 2.0, 60.0  # seconds that a worker rests after a fault of its relay


@dataclass(frozen=True, slots=True)
class WorkerOrders:
    """Which hub, as whom, with how many connections. `transport_of` opens the relay, given the one that the
    control node names and whether its gate has examined the issue for a real one."""

    hub: HubDatabase
    name: str
    host: str
    connections: int
    transport_of: Callable[[str, bool], Transport]


class HubWorker:
    """One worker; `tell` gets a sentence for a person, each once."""

    def __init__(self, orders: WorkerOrders, world: World, tell: Callable[[str], None]) -> None:
        self._orders, self._hub, self._world = orders, orders.hub, world
        self._tell, self._said = tell, ""
        self._done = 0
        self._fault = ""
        self._rest = _SHORTEST
        self._registered = float("-inf")

    def run(self) -> int:
        """Work until a stop or drain is asked for; returns the number of outcomes."""
        while not self._world.stop.is_set():
            try:
                if schema.version(self._hub) != schema.VERSION:
                    self._once("the hub is of another version of alerts; waiting for its update")
                elif self._asked_to_end():
                    break
                elif (sent := claims.current(self._hub)) and sent.goes_on:
                    if sent.waiting and self._round(sent):
                        continue
                else:
                    self._fault = ""  # of the send that is over
                    self._once("waiting for a send")
            except HubUnavailable as fault:
                self._once(f"{fault}; waiting for it")
            self._world.stop.wait(_POLL)
        self._leave()
        return self._done

    def _round(self, sent: claims.LentSend) -> bool:
        """Send until nothing is left to claim; whether anything was sent."""
        self._once("sending")
        orders, most = sent.orders, self._orders.connections
        connect = self._orders.transport_of(str(orders["relay"]), bool(orders["gated"]))
        world = replace(self._world, connect=connect)
        held = HubClaims(self._hub, sent, self._orders.name, most, world.steady)
        limits = WorkerLimits(
            self._hub, orders, most, world.steady, lambda fault: settlements.fail(fault)
        )
        settlements = HubSettlements(self._hub, held, limits, world)
        most = max(one.connections for one in limits.destinations)
        try:
            with (
                Bell() as bell,
                SendConnections(held, limits, settlements, world, most, bell) as connections,
            ):
                while connections.turn():
                    self._look_up(held, settlements, len(limits.destinations))
        finally:
            self._done += settlements.done
        if settlements.fault is not None:
            raise settlements.fault
        if settlements.relay_fault:
            self._rested(settlements.relay_fault)
            return False
        self._fault, self._rest = "", _SHORTEST
        return settlements.done > 0

    def _look_up(self, held: HubClaims, settlements: HubSettlements, places: int) -> None:
        """Now and then, during a round: say that this worker is here, and end the round where something
        waits for a destination whose connections have ended, or, with every outcome told, where the hub
        does not answer."""
        if self._world.steady() - self._registered < _REGISTER:
            return
        try:
            self._sign(settlements.done, at_once=True)
            if claims.waiting_places(self._hub, places) - held.places:
                settlements.end_round()
        except HubUnavailable as fault:
            settlements.fail(fault)

    def _rested(self, words: str) -> None:
        self._fault = words
        self._sign(0, at_once=True)
        self._once(f"{words}; trying again")
        self._world.stop.wait(self._rest)
        self._rest = min(_LONGEST, self._rest * 2)

    def _asked_to_end(self) -> bool:
        return self._sign(0)

    def _sign(self, done: int, *, at_once: bool = False) -> bool:
        """Tell the hub now and then that this worker is here; whether it is asked to end."""
        now = self._world.steady()
        if not at_once and now - self._registered < (_REGISTER if done else _POLL):
            return False
        self._registered = now
        return claims.register(
            self._hub, self._orders.name, self._orders.host, self._done + done, self._fault
        )

    def _leave(self) -> None:
        try:
            claims.leave(self._hub, self._orders.name)
        except HubUnavailable as fault:
            self._once(f"{fault}; ended all the same")
        self._hub.close()

    def _once(self, words: str) -> None:
        if words != self._said:
            self._said = words
            self._tell(words)
