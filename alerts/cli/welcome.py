"""Whether an issue is still welcome: a send is paused when too much of it comes back (rule S17).

Looked at before a send and every quarter of a minute while it runs, since what comes back is read by
another process. What is too much, `books.unwelcome` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from alerts.books import unwelcome
from alerts.cli.session import Session
from alerts.dispatch import World
from alerts.errors import Unwelcome
from alerts.model import Month
from alerts.settings import BouncesSettings
from alerts.store import outbox, returned

_PAUSE = 15.0  # seconds between two looks


def welcome(session: Session, months: Sequence[Month]) -> Sequence[Month]:
    """Those months of which not too much comes back; raises `Unwelcome` where that leaves none."""
    against = _against(session.db, months, session.settings.bounces)
    left = [month for month in months if month not in against]
    if against and not left:
        raise Unwelcome("; ".join(against.values()))
    for words in against.values():
        session.warn(words)
    return left


@dataclass
class Doorkeeper:
    """Stops a send of these months once one of them is unwelcome."""

    db: Database
    months: Sequence[Month]
    bounces: BouncesSettings
    world: World
    words: str = ""
    looked: float = field(init=False)

    def __post_init__(self) -> None:
        self.looked = self.world.steady()

    def look(self) -> None:
        """To be called again and again while the send runs."""
        now = self.world.steady()
        if now - self.looked >= _PAUSE and not self.words:
            self.looked = now
            self.words = "; ".join(_against(self.db, self.months, self.bounces).values())
            if self.words:
                self.world.stop.set()

    def tell(self) -> None:
        """Raises `Unwelcome` where it has stopped the send."""
        if self.words:
            raise Unwelcome(self.words)


def _against(db: Database, months: Sequence[Month], bounces: BouncesSettings) -> dict[Month, str]:
    """The months with something to send that should not be sent, and why."""
    found = {}
    for month in months:
        words = unwelcome(returned.figures(db, month), bounces)
        counts = outbox.counts(db, month) if words else {}
        if any(counts.get(state) for state in ("queued", "sending", "deferred", "in_doubt")):
            found[month] = f"{month} is paused: {words}"
    return found
