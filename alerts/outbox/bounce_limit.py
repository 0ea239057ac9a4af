"""The bounce limit: sending is paused when the bounce or complaint rate of an issue is above it (S17).

Checked before a send, and every 15 seconds during it, since bounces are read by another process. The
limits are in `report.pause_reason`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from alerts.config.delivery_declarations import BouncesSettings
from alerts.domain.errors import Unwelcome
from alerts.domain.month import Month
from alerts.outbox.options import World
from alerts.outbox.report import our_fault, pause_reason
from alerts.store import audit_log, issues, outbox_figures, transaction
from alerts.store import bounces as returned

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


def note_paused(db: Database, over: Mapping[Month, str], now: datetime) -> None:
    """Keep that these are paused, and why: once, until more of the issue is sent."""
    if not over:
        return
    with transaction(db):
        for month, words in over.items():
            stored = issues.get(db, month)
            if stored is not None:
                gist = re.sub(r"[0-9][0-9.,]*", "…", words.partition(": ")[2])
                last = outbox_figures.last_sent(db, stored.id)
                audit_log.record_news(db, now, "issue.paused", stored.id, {"reason": gist}, last)


@dataclass
class BounceLimit:
    """Stops a send of these months once one of them is above the limit."""

    db: Database
    months: Sequence[Month]
    bounces: BouncesSettings
    world: World
    over: Mapping[Month, str] = field(default_factory=dict)
    looked: float = field(init=False)

    def __post_init__(self) -> None:
        self.looked = self.world.steady()

    def look(self) -> None:
        """Check the rates; called repeatedly during the send."""
        now = self.world.steady()
        if now - self.looked >= _PAUSE and not self.over:
            self.looked = now
            self.over = over_limit(self.db, self.months, self.bounces)
            if self.over:
                self.world.stop.set()

    def check(self, db: Database) -> None:
        """Raise `Unwelcome` if it has stopped the send, and keep that it has."""
        if self.over:
            note_paused(db, self.over, self.world.now())
            raise Unwelcome("; ".join(self.over.values()))
