"""A control node step by step, and a worker by its statements, with a clock of the test."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from alerts.domain.delivery import DeliveryState, Outcome, Reason, Reply, RetryPolicy
from alerts.hub import claims, lent
from alerts.hub.database import HubDatabase
from alerts.hub.export import HubExport
from alerts.hub.stopping import HubStopping
from alerts.hub.worker_claims import HubClaims
from alerts.outbox.options import Orders, World
from alerts.store import claims as outbox_claims
from alerts.store import hub_leases
from alerts.transport.relay import Null
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue
from tests.postgres import Postgres

SENT = Outcome(DeliveryState.SENT, Reply(250, "2.0.0 ok"), Reason.NONE)
RETRY = RetryPolicy()


class Control:
    """A control node, step by step, and a worker by its statements."""

    def __init__(self, project: Path, hub: Postgres) -> None:
        self.project, self.db = project, database(project)
        self.hub = HubDatabase(hub.url, "delivery.hub", "test")
        self.now = NOW
        self.leases: list[int] = []
        lent.take(self.hub)

    def begin(
        self, readers: Sequence[str] = ("example.org",), number: int = 20, **more: Any
    ) -> None:
        for domain in readers:
            add_subscribers(self.db, number, domain=domain)
        queue_issue(self.project, self.db)
        self.orders = replace(Orders([MONTH], 2, RETRY, "host", "process 1"), **more)
        self.world = World(Null, lambda: self.now, itertools.count(step=10).__next__, lambda: 0.5)
        self.export = HubExport(self.db, self.hub, self.orders, self.world)
        self.stopping = HubStopping(self.db, self.hub, self.orders, self.world, self.export)
        self.lease = hub_leases.begin(self.db, 77)
        lent.begin(self.hub, 77, "project", {}, open_=True)

    def lend(self) -> int:
        """Lend; how many deliveries the hub has."""
        self.export.lend(self.lease, lambda: True)
        return len(lent.ids(self.hub, 0, 1000))

    def claim(self, place: int = 0, most: int = 100) -> list[int]:
        """Claim with a new lease."""
        self.leases.append(claims.open_lease(self.hub, 77, "worker"))
        return [one.id for one in claims.claim(self.hub, 77, self.leases[-1], place, most)]

    def settle(self, ids: Sequence[int]) -> None:
        """Tell that the last lease has sent them, and fold that."""
        told = [(self.leases[-1], one, SENT) for one in ids]
        claims.settle(self.hub, 77, "worker", self.leases, told)
        rows = [
            outbox_claims.Settlement(one, self.lease.id, SENT, 1, self.now, self.now) for one in ids
        ]
        outbox_claims.settle(self.db, rows)
        lent.folded(self.hub, ids)

    def status(self, subscriber: int, status: str) -> None:
        """A reader leaves, or comes back."""
        self.db.conn.execute("UPDATE subscribers SET status = ? WHERE id = ?", (status, subscriber))
        self.db.conn.commit()

    def states(self) -> dict[str, int]:
        return dict(
            self.db.conn.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall()
        )


def worker_of(
    control: Control,
    hub: HubDatabase | None = None,
    steady: Callable[[], float] = lambda: 0.0,
) -> HubClaims:
    """A worker of the send, whose clock stands still unless another is given."""
    sent = claims.current(control.hub)
    assert sent is not None
    return HubClaims(hub or control.hub, sent, "worker", 2, steady)
