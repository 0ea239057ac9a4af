"""What a run did about each month, and what its steps work with."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import AlertsError
from alerts.domain.issue import Actor
from alerts.domain.month import Month
from alerts.library.send import Sent
from alerts.library.sending import Sending
from alerts.library.steps import HeldBack, Overdue, Progress, Waiting
from alerts.outbox.options import World
from alerts.outbox.queued import Queued

if TYPE_CHECKING:
    from alerts.sources.collected import Collected


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did about its month: the one that was named, or the last that ended. `collected` and
    `queued` are None where it did not come to that; `held_back`, `overdue` and `waiting` say why the
    issue was not queued. `earlier`: the same of months before it that were still owed."""

    month: Month
    sent: Sent
    collected: "Collected | None" = None
    queued: Queued | None = None
    held_back: HeldBack | None = None
    overdue: Overdue | None = None
    waiting: Waiting | None = None
    earlier: tuple["Prepared", ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done about a month before sending."""

    month: Month
    collected: "Collected | None" = None
    queued: Queued | None = None
    held_back: HeldBack | None = None
    overdue: Overdue | None = None
    waiting: Waiting | None = None
    fault: AlertsError | None = None


@dataclass(frozen=True, slots=True)
class RunWork:
    """What every step of a run needs."""

    db: Database
    settings: Settings
    world: World
    actor: Actor
    how: Sending

    @property
    def progress(self) -> Progress:
        """Who is told."""
        return self.how.progress

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.world.now()
