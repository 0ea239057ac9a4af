"""Lending: due deliveries are leased in SQLite, then copied to the hub, no more than limits and send windows
allow.

What is lent counts as sent already for `delivery.window_limit` and `delivery.warm_up`, so these are kept
whenever the workers send it. `--limit` counts what is lent. Rates are the hub's (`rates.py`).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.delivery import Owed
from alerts.domain.send_window import ReaderGroup
from alerts.hub import lent
from alerts.hub.database import HubDatabase
from alerts.outbox.in_time import Allowance
from alerts.outbox.options import Orders, World
from alerts.outbox.windows import next_round
from alerts.store import departures_follow, hub_leases, issues, signing_keys
from alerts.store.hub_leases import HubLease
from alerts.store.windows import ClosedUntil

_CHUNK = 5000  # deliveries that are leased and copied at once
_LAST = 1 << 62  # the closing of what has no send window
_PLAN = 5.0  # seconds between two looks at what is due, where send windows make a look long


class HubExport:
    """What one send lends; `skipped` counts readers who could not be mailed any more."""

    def __init__(self, db: Database, hub: HubDatabase, orders: Orders, world: World) -> None:
        self._db, self._hub, self._orders, self._world = db, hub, orders, world
        self._left = orders.limit
        self._ledger = departures_follow.LedgerWatch(db)
        self._places = {
            domain: place for place, one in enumerate(orders.destinations) for domain in one.domains
        }
        limited = orders.window or orders.warm_up
        self._pause = _PLAN if orders.windows.on else 1.0 if limited else 0.0
        self._look_at = self._lend_at = 0.0
        self._due = 0
        self.skipped = 0

    @property
    def closed_until(self) -> ClosedUntil | None:
        """When the windows open that are closed now; None where there are no windows."""
        return self._closed if self._orders.windows.on else None

    def _closed(self, groups: Iterable[ReaderGroup]) -> Mapping[ReaderGroup, datetime]:
        return self._orders.windows.closed_until(groups, self._world.now())

    @property
    def may_lend_more(self) -> bool:
        """False once as much was lent as this call may."""
        return self._left != 0

    def due(self, *, again: bool = False) -> bool:
        """Whether anything is to be lent, now or as soon as a limit allows it; looks at once if `again`."""
        now = self._world.steady()
        if again or now >= self._look_at:
            self._look_at = now + self._pause
            self._due = next_round(self._db, self._orders, self._world.now()).due
        return self._due > 0 and self.may_lend_more

    def room(self, lease: HubLease | None) -> int | None:
        """How many more may be lent now; None where nothing limits it."""
        orders, rooms = self._orders, [] if self._left is None else [self._left]
        if orders.window or orders.warm_up:
            counted = Allowance.of(self._db, orders, self._world.now())
            out = hub_leases.lent(self._db, lease) if lease else 0
            if orders.window:
                rooms.append(orders.window[0] - counted.in_window - out)
            if counted.earlier < len(orders.warm_up):
                rooms.append(orders.warm_up[counted.earlier] - counted.today - out)
        return max(0, min(rooms)) if rooms else None

    def lend(self, lease: HubLease, goes_on: Callable[[], bool]) -> None:
        """Lend what is due and may be, those first whose send window closes first; `goes_on` is asked between
        two chunks."""
        if self._world.steady() < self._lend_at or not self.due():
            return
        self._ledger.look(self._world.now())
        windows, lent_any = self._orders.windows, True
        while lent_any and (round_ := next_round(self._db, self._orders, self._world.now())).due:
            closes = windows.closing(round_.groups, self._world.now()) if windows.on else None
            turn = int(closes.timestamp()) if closes else _LAST
            lent_any = False
            while self._chunk(lease, round_.groups, turn):
                lent_any = windows.on
                if self._world.stop.is_set() or not goes_on():
                    return
        self._look_at, self._lend_at = 0.0, self._world.steady() + self._pause

    def _chunk(self, lease: HubLease, groups: Iterable[ReaderGroup], turn: int) -> bool:
        """Lend the next few thousand; whether there may be more."""
        room, now = self.room(lease), self._world.now()
        most = _CHUNK if room is None else min(_CHUNK, room)
        if not most:
            return False
        claimed = hub_leases.take(
            self._db,
            lease,
            most,
            now,
            self._orders.months,
            doubtful=self._orders.resend_in_doubt,
            groups=list(groups),
            closed_until=self.closed_until,
        )
        self.skipped += claimed.skipped
        if self._left is not None:
            self._left -= len(claimed.rows) + claimed.skipped
        self.copy(lease, [owed for _, owed in claimed.rows], turn)
        return bool(claimed.last)

    def lend_missing(self, lease: HubLease) -> None:
        """Copy what is leased here and not in the hub: a crash came between the two."""
        after = 0
        while rows := hub_leases.lent_deliveries(self._db, lease, after, _CHUNK):
            there = lent.ids(self._hub, after, _CHUNK)
            full = len(there) == _CHUNK
            until = min(
                rows[-1].id if len(rows) == _CHUNK else _LAST, max(there) if full else _LAST
            )
            self.copy(lease, [one for one in rows if one.id <= until and one.id not in there])
            after = max((one.id for one in rows if one.id <= until), default=until)

    def copy(self, lease: HubLease, owed: Sequence[Owed], turn: int = 0) -> None:
        """Copy leased deliveries to the hub, and before them the editions that it has not."""
        if not owed:
            return
        secrets = signing_keys.all_secrets(self._db)
        for edition in {one.edition_id for one in owed} - lent.editions(self._hub):
            stored = issues.template(self._db, edition)
            digest = hashlib.sha256(stored.octets).hexdigest()
            lent.add_edition(self._hub, edition, digest, stored, secrets[stored.secret_id])
        placed = [(one, self._place(one.email)) for one in owed]
        lent.add_deliveries(self._hub, lease.generation, placed, turn)

    def _place(self, email: str) -> int:
        """The destination that names the domain, else the last."""
        return self._places.get(email.rpartition("@")[2].lower(), len(self._orders.destinations))
