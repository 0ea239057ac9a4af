"""The claims of a round: leases, divided among its connections; skips readers who have unsubscribed, and
gives back the deliveries of an issue that was recalled, and those whose send window has closed.

Ids only increase within a round and a destination, so each connection sends its lease in order of id, and
after a kill only the first row of a lease can be in doubt (docs/adr/0007-leases-in-order.md).
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState, Owed
from alerts.domain.send_window import ReaderGroup
from alerts.outbox.options import Destination, Orders, SendReport, World
from alerts.store import (
    claims,
    departures_follow,
    issue_versions,
    outbox_figures,
    transaction,
    windows,
)

# applies to other machines; leases of this machine end with the project's lock
_LEASE = timedelta(hours=1)
_RENEW_AFTER = 600.0  # seconds between two renewals
_MAX_CLAIM = 100  # for each lease


@dataclass(slots=True)
class _Deal:
    """How much of one destination has been claimed in this round, and by which leases."""

    domains: Sequence[str]
    after: int = 0
    over: bool = False
    leases: list[int] = field(default_factory=list)


class Claims:
    """The leases of a round. Reads and writes the outbox; outcomes are settled in `settlements.py`."""

    def __init__(
        self,
        db: Database,
        destinations: Sequence[Destination],
        orders: Orders,
        world: World,
        due: int,
        report: SendReport,
        groups: Collection[ReaderGroup] = (),
    ) -> None:
        self._groups = groups  # whose deliveries this round sends; none: everybody's
        self._opened = self._closes = world.now()  # between these, the windows need no look
        self._db, self._orders, self._world, self._report = db, orders, world, report
        self._left = due
        self._batch = max(2, min(_MAX_CLAIM, due // (orders.connections * 4)))
        self._deals = [_Deal(one.domains) for one in destinations]
        self._named = [domain for one in destinations for domain in one.domains]
        self._held: dict[int, deque[Owed]] = {}
        self._in_flight: set[int] = set()
        self._revoked: set[int] = set()
        self._closed: list[int] = []
        self._version = outbox_figures.data_version(db)
        self._recalls = 0  # known to all leases
        self._ledger = departures_follow.LedgerWatch(db)
        self._renew_at = world.steady() + _RENEW_AFTER

    def open_leases(self, destinations: Sequence[int]) -> Sequence[int]:
        """Open a lease for one connection to each of these destinations, with one commit; returns their
        numbers."""
        if not self._held:  # those opened before may know fewer
            self._recalls = issue_versions.recalls(self._db)
        expiry, orders = self._world.now() + _LEASE, self._orders
        with transaction(self._db):
            leases = [
                claims.open_lease(self._db, orders.holder, orders.host, expiry)
                for _ in destinations
            ]
        for lease, destination in zip(leases, destinations, strict=True):
            self._held[lease] = deque()
            self._deals[destination].leases.append(lease)
        return leases

    def held(self, lease: int) -> deque[Owed]:
        """The deliveries left in that lease, in order of id: the connection takes from the left."""
        return self._held[lease]

    def deal(self) -> None:
        """Claim more deliveries for leases that have few left, once one of them is nearly empty."""
        for deal in self._deals:
            while (
                self._left > 0
                and not deal.over
                and any(len(self._held[lease]) < 2 for lease in deal.leases)
            ):
                self._claim(deal)

    def more(self, destination: int) -> bool:
        """Whether anything may be left to claim for that destination."""
        return self._left > 0 and not self._deals[destination].over

    def _claim(self, deal: _Deal) -> None:
        leases = [lease for lease in deal.leases if len(self._held[lease]) < self._batch]
        now = self._world.now()
        self._ledger.look(now)
        claimed = claims.claim(
            self._db,
            leases,
            min(self._batch * len(leases), self._left),
            now,
            now + _LEASE,
            self._orders.months,
            after=deal.after,
            doubtful=self._orders.resend_in_doubt,
            domains=deal.domains,
            other_than=() if deal.domains else self._named,
            groups=self._groups,
            closed_until=self._closed_until if self._orders.windows.on else None,
        )
        for lease, owed in claimed.rows:
            self._held[lease].append(owed)
        deal.after = max(deal.after, claimed.last)
        self._report.outcomes[DeliveryState.SKIPPED] += claimed.skipped
        self._left -= len(claimed.rows) + claimed.skipped + claimed.outside_window
        deal.over = not claimed.last

    def look(self) -> None:
        """Check whether another process has written, and skip readers who may no longer be mailed.

        Raises `TakenOver` if another machine has taken over: our leases have expired by its clock.
        """
        version = outbox_figures.data_version(self._db)
        changed, late = version != self._version, self._world.steady() > self._renew_at
        if (changed or late) and self._held:
            claims.renew(self._db, [*self._held], self._world.now() + _LEASE)
            self._renew_at = self._world.steady() + _RENEW_AFTER
        self._close_windows(changed=changed)
        if changed:
            self._version = version
            self._obey()
            skipped = claims.skip(
                self._db, self._held, self._world.now(), in_flight=self._in_flight
            )
            self._revoked.update(skipped)
            self._report.outcomes[DeliveryState.SKIPPED] += len(skipped)

    def _closed_until(self, groups: Iterable[ReaderGroup]) -> Mapping[ReaderGroup, datetime]:
        return self._orders.windows.closed_until(groups, self._world.now())

    def _close_windows(self, *, changed: bool) -> None:
        """Give back what was not begun when a send window closed: it goes when it opens next. Looks when
        one closes, and where another process or the clock has changed what is known."""
        now, windows_ = self._world.now(), self._orders.windows
        if not windows_.on or (not changed and self._opened <= now < self._closes):
            return
        self._opened = now
        self._closes = windows_.closing(self._groups, now) or now + _LEASE
        with transaction(self._db):
            back = windows.give_back(
                self._db, self._held, self._closed_until, now, in_flight=self._in_flight
            )
        self._revoked.update(back)

    def _obey(self) -> None:
        """Give back what was recalled, and say so in the leases: the recall waits for it."""
        known = issue_versions.recalls(self._db)
        if known == self._recalls or not self._held:
            return
        with transaction(self._db):
            back = issue_versions.obey(
                self._db, self._held, known, self._world.now(), in_flight=self._in_flight
            )
        self._revoked.update(back)
        self._recalls = known

    def drop_revoked(self, lease: int) -> None:
        """Take away the deliveries at the head of that lease that must not be begun any more."""
        held = self._held[lease]
        while held and held[0].id in self._revoked:
            held.popleft()

    def at_an_end(self, lease: int) -> bool:
        """True where nothing, or nothing that may be begun, is next in that lease."""
        held = self._held[lease]
        return not held or held[0].id in self._revoked

    def not_begun(self, owed: Owed) -> None:
        """The session was over before anything of this message was sent: it may be revoked again."""
        self._in_flight.discard(owed.id)
        self._version = -1  # look again before it is begun

    def begin(self, owed: Owed) -> bool:
        """Begin a message; False if its reader has unsubscribed, or was suppressed or erased, or if its
        issue was recalled.

        This is the state at the last `look`: an unsubscription during the body affects the next message
        (P5).
        """
        if owed.id in self._revoked:
            return False
        self._in_flight.add(owed.id)
        return True

    def written(self, deliveries: Iterable[int]) -> None:
        """Record that the outcomes of these deliveries are in the outbox."""
        self._in_flight.difference_update(deliveries)

    def close_lease(self, lease: int) -> None:
        """End a lease, with the next `release`; the deliveries that it still holds were not begun."""
        del self._held[lease]
        for deal in self._deals:
            if lease in deal.leases:
                deal.leases.remove(lease)
        self._closed.append(lease)

    @property
    def to_release(self) -> Sequence[int]:
        """The leases closed since they were last released."""
        return self._closed

    def release(self) -> None:
        """Release the deliveries of closed leases. The outcomes of sent ones must be in the outbox."""
        claims.release(self._db, self._closed, self._world.now())
        self._closed.clear()
