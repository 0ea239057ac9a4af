"""Taking back what must not be sent any more: readers who left, and those whose send window has closed.

A lent delivery is first revoked in the hub, where workers see it before their next body; once no worker has
it, it is deleted there, and only then skipped or postponed in SQLite.
"""

from sqlite_utils import Database

from alerts.hub import lent
from alerts.hub.database import HubDatabase
from alerts.hub.export import HubExport
from alerts.outbox.options import Orders, World
from alerts.store import departures_follow, hub_leases, outbox_figures, windows
from alerts.store.hub_leases import HubLease


class HubStopping:
    """What one send takes back."""

    def __init__(
        self, db: Database, hub: HubDatabase, orders: Orders, world: World, export: HubExport
    ) -> None:
        self._db, self._hub, self._world = db, hub, world
        self._windows, self._months, self._export = orders.windows, orders.months, export
        self._ledger = departures_follow.LedgerWatch(db)
        self._version = -1
        self._closes = 0.0  # by the wall clock, when a send window closes next
        self._stopped: list[int] = []
        self._revoked = False  # whether the hub may have revoked deliveries

    def look(self, lease: HubLease) -> None:
        """Revoke what must not be sent any more, and take back what of it no worker has."""
        if self._changed(lease) and self._stopped:
            self._revoked = True
            lent.revoke(self._hub, self._stopped)
        if not self._revoked:
            return
        if back := lent.withdraw(self._hub):
            self._settle(lease, back)
            self._stopped = [one for one in self._stopped if one not in back]
        elif self._stopped:  # whose outcome has come meanwhile is not lent any more
            self._stopped = hub_leases.stopped(self._db, lease, self._export.closed_until)
        if not self._stopped:  # who came back is lent anew, or the send would never end
            self._revoked = lent.revoked(self._hub)

    def before_others(self, lease: HubLease) -> None:
        """The same for a send that is continued: what the hub has not, or not any more, is not lent again."""
        self._version, self._revoked = -1, True
        self._changed(lease)
        there = lent.present(self._hub, self._stopped)
        self._settle(lease, frozenset(self._stopped) - there)
        lent.revoke(self._hub, sorted(there))

    def _changed(self, lease: HubLease) -> bool:
        """Whether others have written, or a window has closed; then looks who is concerned."""
        version, now = outbox_figures.data_version(self._db), self._world.now()
        if version == self._version and now.timestamp() < self._closes:
            return False
        self._version = version
        self._ledger.look(now)
        self._stopped = hub_leases.stopped(self._db, lease, self._export.closed_until)
        closes = self._windows.closing(windows.readers(self._db), now) if self._windows.on else None
        self._closes = closes.timestamp() if closes else float("inf")
        return True

    def _settle(self, lease: HubLease, back: frozenset[int]) -> None:
        """Skip or postpone what came back; lend again whatever may be sent after all."""
        skipped, again = hub_leases.take_back(
            self._db, lease, back, self._world.now(), self._export.closed_until
        )
        self._export.skipped += skipped
        self._export.copy(lease, again)
