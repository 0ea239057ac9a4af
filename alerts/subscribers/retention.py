"""Retention: deletes data that is older than `[retention]` allows, once a day.

Removes sign-ups that nobody confirmed (S20) and the replies of relays for old deliveries. Erases people
who left long ago, if that is set; a keyed hash keeps them from being imported again (they may subscribe
again themselves). Kept: that there was a delivery, its state and its dates, because totals need them.
Can be repeated.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.subscriber import Subscriber, SuppressionReason
from alerts.store import api_answers, audit_log, jobs, retention, subscribers, transaction
from alerts.subscribers import unconfirmed, unsubscribe

BATCH = 200  # people per transaction, so that others need not wait long
NEVER = timedelta()


@dataclass(frozen=True, slots=True)
class RetentionCounts:
    """The numbers of deleted rows and people, or of those that would be deleted."""

    sign_ups: int = 0  # requests to subscribe or change address that nobody confirmed
    pending: int = 0  # people who were added as pending and never confirmed
    replies: int = 0  # replies of relays for old deliveries
    notices: int = 0
    erased: int = 0  # people who left long ago


JOBS_KEPT = timedelta(days=90)  # after they ended; they name who asked for them


class _Undo(Exception):
    """Ends a dry run, whose transaction is rolled back."""


def apply_retention(db: Database, settings: Settings, now: datetime) -> RetentionCounts:
    """Delete data that is older than the settings allow; records an event with the numbers, if any."""
    kept = settings.retention
    reduced = RetentionCounts(
        sign_ups=unconfirmed.purge(db, now, within=settings.web.confirm_within),
        pending=_people(db, now, kept.pending, retention.waiting, _forget),
        replies=_rows(db, now, kept.replies, retention.replies),
        notices=_rows(db, now, kept.replies, retention.notices),
        erased=_people(db, now, kept.unsubscribed, retention.who_left, _erase),
    )
    _rows(db, now, JOBS_KEPT, jobs.forget)
    _rows(db, now, api_answers.KEPT, api_answers.forget)
    numbers = {name: number for name, number in asdict(reduced).items() if number}
    if numbers:
        with transaction(db):
            audit_log.record(db, now, "retention.reduced", detail=numbers)
    return reduced


def preview_retention(db: Database, settings: Settings, now: datetime) -> RetentionCounts:
    """The numbers that `apply_retention` would delete; changes nothing."""
    kept = settings.retention
    return RetentionCounts(
        sign_ups=unconfirmed.unconfirmed(db, now, within=settings.web.confirm_within),
        pending=_counted(db, now, kept.pending, retention.waiting),
        replies=_undone(db, now, kept.replies, retention.replies),
        notices=_undone(db, now, kept.replies, retention.notices),
        erased=_counted(db, now, kept.unsubscribed, retention.who_left),
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
    act: Callable[[Database, Sequence[Subscriber], datetime], None],
) -> int:
    done = 0
    while age != NEVER:
        batch = people(db, now - age, BATCH)
        act(db, batch, now)
        done += len(batch)
        if len(batch) < BATCH:
            break
    return done


def _counted(db: Database, now: datetime, age: timedelta, people: People) -> int:
    return len(people(db, now - age, -1)) if age != NEVER else 0


def _forget(db: Database, people: Sequence[Subscriber], now: datetime) -> None:
    with transaction(db):
        for person in people:
            subscribers.remove(db, person.id)


def _erase(db: Database, people: Sequence[Subscriber], now: datetime) -> None:
    """Erase people who left; they can subscribe again themselves, but cannot be imported."""
    unsubscribe.erase_all(db, people, SuppressionReason.UNSUBSCRIBED, now)
