"""Retention: what is kept no longer than `[retention]` says, done once a day by the clock.

Sign-ups nobody confirmed go (S20); what relays said of old deliveries goes; people who left long ago are
erased, if that is set, and a keyed hash keeps them from being imported again (they may join again
themselves). What the books need stays: that there was a delivery, its state and its dates. Twice
changes nothing more.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts import optin, subscribe
from alerts.address import Address
from alerts.model import Subscriber, SuppressionReason
from alerts.settings import Settings
from alerts.store import ageing, events, subscribers, transaction

BATCH = 200  # people in one transaction: others wait only so long
NEVER = timedelta()


@dataclass(frozen=True, slots=True)
class Reduced:
    """What went, or would go."""

    sign_ups: int = 0  # wishes to join or move that nobody confirmed
    pending: int = 0  # people who were added as pending and never confirmed
    replies: int = 0  # what relays said of old deliveries
    notices: int = 0
    erased: int = 0  # people who left long ago


class _Undo(Exception):
    """Ends a dry run; what it did is rolled back."""


def reduce(db: Database, settings: Settings, now: datetime) -> Reduced:
    """Let go what is older than the settings allow; an event tells how much, if it was anything."""
    kept = settings.retention
    reduced = Reduced(
        sign_ups=optin.purge(db, now, within=settings.web.confirm_within),
        pending=_people(db, now, kept.pending, ageing.waiting, _forget),
        replies=_rows(db, now, kept.replies, ageing.replies),
        notices=_rows(db, now, kept.replies, ageing.notices),
        erased=_people(db, now, kept.unsubscribed, ageing.who_left, _erase),
    )
    numbers = {name: number for name, number in asdict(reduced).items() if number}
    if numbers:
        with transaction(db):
            events.record(db, now, "retention.reduced", detail=numbers)
    return reduced


def foretell(db: Database, settings: Settings, now: datetime) -> Reduced:
    """What `reduce` would do; changes nothing."""
    kept = settings.retention
    return Reduced(
        sign_ups=optin.unconfirmed(db, now, within=settings.web.confirm_within),
        pending=_counted(db, now, kept.pending, ageing.waiting),
        replies=_undone(db, now, kept.replies, ageing.replies),
        notices=_undone(db, now, kept.replies, ageing.notices),
        erased=_counted(db, now, kept.unsubscribed, ageing.who_left),
    )


Rows = Callable[[Database, datetime], int]
People = Callable[[Database, datetime, int], Sequence[Subscriber]]


def _rows(db: Database, now: datetime, age: timedelta, rows: Rows) -> int:
    if age == NEVER:
        return 0
    with transaction(db):
        return rows(db, now - age)


def _undone(db: Database, now: datetime, age: timedelta, rows: Rows) -> int:
    found = 0
    if age != NEVER:
        try:
            with transaction(db):
                found = rows(db, now - age)
                raise _Undo
        except _Undo:
            pass
    return found


def _people(
    db: Database,
    now: datetime,
    age: timedelta,
    people: People,
    act: Callable[[Database, Subscriber, datetime], None],
) -> int:
    done = 0
    while age != NEVER:
        with transaction(db):
            batch = people(db, now - age, BATCH)
            for person in batch:
                act(db, person, now)
        done += len(batch)
        if len(batch) < BATCH:
            break
    return done


def _counted(db: Database, now: datetime, age: timedelta, people: People) -> int:
    return len(people(db, now - age, -1)) if age != NEVER else 0


def _forget(db: Database, person: Subscriber, now: datetime) -> None:
    subscribers.remove(db, person.id)


def _erase(db: Database, person: Subscriber, now: datetime) -> None:
    """Empty who left; by joining they can come back, by an import they cannot."""
    subscribe.forget(db, person, Address.parse(person.email), SuppressionReason.UNSUBSCRIBED, now)
