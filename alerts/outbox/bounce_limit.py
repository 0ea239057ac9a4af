"""The bounce limit: sending is paused when the bounce or complaint rate of an issue is above it (S17).

Checked before a send, and every 15 seconds during it, since bounces are read by another process. The
limits are in `report.pause_reason`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from alerts.config.delivery_declarations import BouncesSettings
from alerts.domain.errors import Unwelcome
from alerts.domain.month import Month
from alerts.outbox.options import World
from alerts.outbox.report import our_fault, pause_reason
from alerts.store import bounces as returned
from alerts.store import outbox_figures

_PAUSE = 15.0  # seconds between two checks


def over_limit(db: Database, months: Sequence[Month], bounces: BouncesSettings) -> dict[Month, str]:
    """The months that are above the limit and have open deliveries, each with the reason."""
    found = {}
    for month in months:
        figures = returned.figures(db, month)
        blamed, said = returned.faults_of_ours(db, month)
        words = pause_reason(figures, bounces) or our_fault(figures.sent, blamed, said, bounces)
        counts = outbox_figures.counts(db, month) if words else {}
        if any(counts.get(state) for state in ("queued", "sending", "deferred", "in_doubt")):
            found[month] = f"{month} is paused: {words}"
    return found


@dataclass
class BounceLimit:
    """Stops a send of these months once one of them is above the limit."""

    db: Database
    months: Sequence[Month]
    bounces: BouncesSettings
    world: World
    words: str = ""
    looked: float = field(init=False)

    def __post_init__(self) -> None:
        self.looked = self.world.steady()

    def look(self) -> None:
        """Check the rates; called repeatedly during the send."""
        now = self.world.steady()
        if now - self.looked >= _PAUSE and not self.words:
            self.looked = now
            self.words = "; ".join(over_limit(self.db, self.months, self.bounces).values())
            if self.words:
                self.world.stop.set()

    def check(self) -> None:
        """Raise `Unwelcome` if it has stopped the send."""
        if self.words:
            raise Unwelcome(self.words)
