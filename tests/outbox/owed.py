"""An issue that is owed, with a clock of its own: what tests of dispatch call and count."""

import threading
import time
from datetime import datetime
from pathlib import Path

from alerts.config.settings import Settings
from alerts.outbox.options import Orders, SendReport, World
from alerts.outbox.send import dispatch
from alerts.store import outbox_figures
from alerts.transport.relay import transport
from tests.factories import MONTH, add_subscribers, database


class Owed:
    """A project with readers, whom a subclass owes an issue (`queue_issue`)."""

    def __init__(self, root: Path, readers: int, now: datetime) -> None:
        self.root, self.now = root, now
        self.db = database(root)
        self.emails = add_subscribers(self.db, readers)
        self.stop = threading.Event()

    def dispatch(self, settings: Settings, orders: Orders) -> SendReport:
        """One call at the present moment of this clock."""
        world = World(
            transport(settings, None), lambda: self.now, time.monotonic, lambda: 0.5, self.stop
        )
        return dispatch(self.db, orders, world, lambda report, due: None)

    @property
    def counts(self) -> dict[str, int]:
        """States that occur, with their numbers; their sum is always all."""
        counts = outbox_figures.counts(self.db, MONTH)
        assert sum(counts.values()) == len(self.emails)
        return {state: number for state, number in counts.items() if number}
