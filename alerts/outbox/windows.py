"""Whose turn it is, where readers have send windows: those whose window closes first.

Serving the earliest closing first is what gets most done in time: if any order does, this one does.
Without windows it is everybody's turn.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.config.windows import SendWindows
from alerts.domain.month import Month
from alerts.domain.send_window import ReaderGroup
from alerts.outbox.in_time import shown
from alerts.outbox.options import Orders
from alerts.outbox.send_windows import windows_told
from alerts.store import outbox, transaction, windows
from alerts.store.windows import WaitingGroup


@dataclass(frozen=True, slots=True)
class Round:
    """What a round sends: `due` deliveries, to the readers of `groups` (none: to all), of `all` that are
    due."""

    due: int
    all: int
    groups: Collection[ReaderGroup] = ()


def next_round(db: Database, orders: Orders, now: datetime) -> Round:
    """The turn of the next round, after what waits for a window was postponed."""
    if not orders.windows.on:
        due = outbox.count_due(db, now, orders.months, orders.resend_in_doubt)
        return Round(due, due)
    with transaction(db):
        windows.plan(db, partial(orders.windows.closed_until, now=now), now, orders.months)
    found = windows.due_groups(db, now, orders.months, doubtful=orders.resend_in_doubt)
    spans = {group: orders.windows.span(group, now) for group in found}
    closings = [span.closes for span in spans.values() if span]
    first = min(closings, default=None)
    groups = [group for group, span in spans.items() if (span.closes if span else None) == first]
    return Round(sum(found[group] for group in groups), sum(found.values()), groups)


@dataclass(frozen=True, slots=True)
class Opening:
    """So many copies wait until the windows of readers in that time zone open."""

    at: datetime
    zone: str
    number: int

    @property
    def words(self) -> str:
        """As a sentence without its full stop."""
        verb = "waits" if self.number == 1 else "wait"
        return f"{self.number:,} {verb} for {shown(self.at, self.zone)}"


def openings(
    db: Database, settings: Settings, now: datetime, months: Sequence[Month]
) -> Sequence[Opening]:
    """What waits for a window, by moment and place, the earliest first; nothing where there are none."""
    if not settings.windows.on:
        return ()
    of_readers, _ = windows_told(settings, now)
    return opening_of(of_readers, windows.waiting(db, now, months))


def opening_of(of_readers: SendWindows, waiting: Sequence[WaitingGroup]) -> Sequence[Opening]:
    """The same of what waits."""
    numbers: dict[tuple[datetime, str], int] = {}
    for one in waiting:
        key = one.at, of_readers.zone(one.group)
        numbers[key] = numbers.get(key, 0) + one.number
    return [Opening(at, zone, number) for (at, zone), number in sorted(numbers.items())]


def summary(found: Sequence[Opening], most: int = 3) -> str:
    """The first openings in one line."""
    told = [one.words for one in found[:most]]
    if len(found) > most:
        told.append(f"{sum(one.number for one in found[most:]):,} for later moments")
    return ", ".join(told)
