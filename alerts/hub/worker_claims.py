"""The leases of a worker, in the hub; what `outbox/claims.py` is for a local send.

A worker begins no body that its own clock cannot cover with a lease, and nothing that was revoked. A lease
is filled again once it is empty, so its deliveries are sent in order of id.
"""

from collections import deque
from collections.abc import Callable, Sequence

from alerts.domain.delivery import Outcome, Owed
from alerts.hub import claims
from alerts.hub.database import HubDatabase

_MOST = 300  # deliveries in a lease
_SPARE = 6.0  # seconds before the end of a lease from which no body is begun
_LOOK = 0.25  # seconds between two looks, while no outcome is written


class HubClaims:
    """The leases of one round of a worker."""

    def __init__(
        self,
        hub: HubDatabase,
        sent: claims.LentSend,
        worker: str,
        connections: int,
        steady: Callable[[], float],
    ) -> None:
        self._hub, self.generation, self._worker = hub, sent.generation, worker
        self._steady = steady
        self._batch = max(2, min(_MOST, sent.total // (connections * 8)))
        self._held: dict[int, deque[Owed]] = {}
        self._until: dict[int, float] = {}  # by our clock, when a lease ends
        self._revoked: frozenset[int] = frozenset()
        self._place_of: dict[int, int] = {}  # the destination of each lease
        self._lease_of: dict[int, int] = {}  # of each delivery that is held
        self._in_flight: set[int] = set()
        self._closed: list[int] = []
        self._looked = steady()
        self.goes_on = True  # the control node lives, and did not take the send back
        self.drain = False

    def open_leases(self, destinations: Sequence[int]) -> Sequence[int]:
        """See `outbox.claims.Claims`; each with a commit of its own."""
        return [self.open_lease(destination) for destination in destinations]

    def open_lease(self, destination: int) -> int:
        """Open the lease of one connection to that destination; returns its number."""
        began = self._steady()
        lease = claims.open_lease(self._hub, self.generation, self._worker)
        self._held[lease], self._until[lease] = deque(), began + claims.LEASE
        self._place_of[lease] = destination
        return lease

    def place(self, lease: int) -> int:
        """The destination of a lease."""
        return self._place_of[lease]

    @property
    def places(self) -> frozenset[int]:
        """The destinations to which connections are open."""
        return frozenset(self._place_of[lease] for lease in self._held)

    def held(self, lease: int) -> deque[Owed]:
        """See `outbox.claims.Claims`."""
        return self._held[lease]

    def more(self, destination: int) -> bool:
        """False: a worker has as many connections as it was told."""
        return False

    def deal(self) -> None:
        """Fill empty leases."""
        if not self.goes_on or self.drain:
            return
        for lease, held in self._held.items():
            if held:
                continue
            began = self._steady()
            place = self._place_of[lease]
            claimed = claims.claim(self._hub, self.generation, lease, place, self._batch)
            if claimed:
                ids = {one.id for one in claimed}
                self._over({self._lease_of[one] for one in ids & self._lease_of.keys()})
                self._revoked -= ids  # lent anew: their readers may be mailed after all
                held.extend(claimed)
                self._lease_of |= dict.fromkeys(ids, lease)
                self._until[lease] = began + claims.LEASE

    def look(self) -> None:
        """Renew the leases, and see who was revoked, if no outcome was written a moment ago."""
        if self._held and self._steady() - self._looked > _LOOK:
            self.write([])

    def write(self, outcomes: Sequence[tuple[int, int, Outcome]]) -> None:
        """Settle outcomes of (lease, delivery), and see what has changed since."""
        began = self._steady()
        leases = [*self._held]
        sight = claims.settle(self._hub, self.generation, self._worker, leases, outcomes)
        for lease in sight.leases:
            self._until[lease] = began + claims.LEASE
        self._over({*leases} - sight.leases)
        for _, delivery_id, _ in outcomes:
            self._in_flight.discard(delivery_id)
            self._lease_of.pop(delivery_id, None)
        self._give_back(sight.revoked - self._in_flight)
        self._looked = self._steady()
        self.goes_on, self.drain = sight.goes_on, sight.drain

    def _over(self, leases: set[int]) -> None:
        """Begin nothing more under these leases, also where its envelope was announced: what they hold is
        others' now, that of another lease here, or released with them."""
        for lease in leases & self._held.keys():
            self._until[lease] = 0.0
            self._held[lease].clear()

    def _give_back(self, revoked: frozenset[int]) -> None:
        """Give back revoked deliveries before another body is begun: of a lease that is given up, the
        first delivery must be the one that may have reached the relay. A lease that does not hold them any
        more was given up meanwhile."""
        if not revoked:
            return
        self._revoked |= revoked
        back = claims.give_back(self._hub, self.generation, [*self._held], [*revoked])
        for lease, held in self._held.items():
            given_up = any(one.id in revoked and one.id not in back for one in held)
            kept = [one for one in held if one.id not in revoked]
            held.clear()
            held.extend(kept)
            if given_up:
                self._over({lease})
        for one in back:
            self._lease_of.pop(one, None)

    def lost(self, lease: int) -> bool:
        """True where that lease has ended by our clock, or too little is left for a body."""
        return self._steady() > self._until.get(lease, 0.0) - _SPARE

    def drop_revoked(self, lease: int) -> None:
        """Take away what must not be begun: revoked deliveries, or all where the lease is over."""
        held = self._held[lease]
        if self.lost(lease) or not self.goes_on or self.drain:
            held.clear()
        while held and held[0].id in self._revoked:
            held.popleft()

    def at_an_end(self, lease: int) -> bool:
        """See `outbox.claims.Claims`."""
        held = self._held[lease]
        return not held or held[0].id in self._revoked or self.lost(lease) or not self.goes_on

    def not_begun(self, owed: Owed) -> None:
        """See `outbox.claims.Claims`; the next look comes before the next body."""
        self._in_flight.discard(owed.id)
        self._looked = float("-inf")

    def begin(self, owed: Owed) -> bool:
        """Whether the body may be begun, by the last look and our clock.

        One that may not, and was not given back, stays the first of its lease in the hub. So nothing behind
        it is begun under that lease, also where the hub is seen to renew it or to go on a moment later: the
        hub would take the first for the one that was begun.
        """
        lease = self._lease_of.get(owed.id)
        if owed.id in self._revoked or lease is None:
            return False
        if not self.goes_on or self.lost(lease):
            self._over({lease})
            return False
        self._in_flight.add(owed.id)
        return True

    def close_lease(self, lease: int) -> None:
        """End a lease, with the next `release`; what it still holds was not begun."""
        self._held.pop(lease, None)
        self._until.pop(lease, None)
        self._closed.append(lease)

    def release(self) -> None:
        """Give back what closed leases hold."""
        if self._closed:
            claims.release(self._hub, self.generation, self._closed)
            self._closed.clear()
