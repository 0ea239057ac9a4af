"""Use cases: unsubscribe, suppress, erase; the same for every way in which a person can leave.

Each writes the departure to the departures ledger before it changes the database, so that whoever was
told “you are unsubscribed” is not mailed, whatever copy of the database is put back. Each can be
repeated. An event records in which way the request came, and contains no address.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.subscriber import Subscriber, SubscriberStatus, SuppressionReason
from alerts.store import (
    after_commit,
    audit_log,
    departures_state,
    erasure,
    link_numbers,
    receipts,
    subscribers,
    suppressions,
)
from alerts.store.departure_facts import DepartureKind
from alerts.store.departures_location import Departure, ledger_of
from alerts.store.departures_state import KINDS
from alerts.store.departures_write import recorded_departures

BATCH = 200  # people per transaction, so that others need not wait long


class Way(StrEnum):
    """The way in which a person left, as events record it in `by`."""

    PAGE = "page"
    ONE_CLICK = "one-click"
    MAIL = "mail"
    COMMAND = "command"
    COMPLAINT = "complaint"
    BOUNCE = "bounce"
    RETENTION = "retention"


def unsubscribe(
    db: Database, subscriber_id: int, now: datetime, *, by: Way
) -> SubscriberStatus | None:
    """Unsubscribe one person; returns their former status, or None where nothing changed."""
    person = subscribers.by_id(db, subscriber_id)
    if person is None or not person.on_the_list:
        return None
    with recorded_departures(db, [Departure.of(DepartureKind.LEFT, db, person)], now):
        return unsubscribed(db, subscriber_id, now, by=by)


def unsubscribe_all(db: Database, people: Iterable[Subscriber], now: datetime, *, by: Way) -> int:
    """Unsubscribe several people, with an event each; returns how many were still on the list.

    Each BATCH is a transaction: after a kill those who have left have left, and the same call goes on.
    """
    done, rest = 0, iter(people)
    while batch := [one.id for one in islice(rest, BATCH)]:
        found = (subscribers.by_id(db, one) for one in batch)
        leaving = [one for one in found if one is not None and one.on_the_list]
        about = [Departure.of(DepartureKind.LEFT, db, one) for one in leaving]
        with recorded_departures(db, about, now):
            done += sum(unsubscribed(db, one.id, now, by=by) is not None for one in leaving)
    return done


def unsubscribed(
    db: Database, subscriber_id: int, now: datetime, *, by: Way
) -> SubscriberStatus | None:
    """The same within the caller's transaction, which has written the departure to the ledger."""
    person = subscribers.by_id(db, subscriber_id)
    if person is None or not person.on_the_list:
        return None
    subscribers.leave(db, person.id, now)
    audit_log.record(
        db, now, "subscriber.unsubscribed", subscriber_id=person.id, detail={"by": by.value}
    )
    return person.status


def unsubscribe_lost(db: Database, number: int, now: datetime, *, by: Way) -> None:
    """Unsubscribe whom a link of ours names and whose row is not in this database, as it may be an older
    one that was put back: whoever has come in again since at the same address, and else, by the ledger, the
    address itself, so that no list brings it in."""
    if mark := link_numbers.mark_of(number):
        for subscriber_id in link_numbers.of_mark(db, mark):
            unsubscribe(db, subscriber_id, now, by=by)
    person = ledger_of(db).hashed("person", str(number))
    if not departures_state.has_left(db, person):
        with recorded_departures(
            db, [Departure(DepartureKind.LEFT, number=number, lost=True)], now
        ):
            pass


def suppress(
    db: Database,
    addresses: Iterable[Address],
    *,
    reason: SuppressionReason,
    note: str,
    now: datetime,
    by: Way = Way.COMMAND,
) -> tuple[int, int]:
    """Never mail these again, all or none; returns (added, unchanged)."""
    asked = list(addresses)
    fresh = {a.key: a for a in asked if suppressions.find(db, a) is None}
    added = 0
    with recorded_departures(
        db, [Departure(KINDS[reason], address) for address in fresh.values()], now
    ):
        for address in fresh.values():
            added += suppressed(db, address, reason, note, now, by=by)
    return added, len(asked) - added


def suppressed(
    db: Database, address: Address, reason: SuppressionReason, note: str, now: datetime, *, by: Way
) -> bool:
    """The same for one address within the caller's transaction, which has written the departure to the
    ledger; returns whether it is new."""
    if not suppressions.add(db, address, reason, note, now):
        return False
    if person := subscribers.find(db, address):
        detail = {"reason": reason.value, "by": by.value}
        audit_log.record(db, now, "subscriber.suppressed", subscriber_id=person.id, detail=detail)
    return True


def complain(db: Database, person: Subscriber, now: datetime, *, heard: bool) -> bool:
    """Unsubscribe and suppress a person who reported our mail as spam.

    `heard`: the report itself is new. Returns whether the report or a change is new.
    """
    address = Address.parse(person.email)
    about = [
        Departure.of(DepartureKind.LEFT, db, person),
        Departure.of(DepartureKind.COMPLAINED, db, person),
    ]
    known = suppressions.find(db, address) is not None and not person.on_the_list
    with recorded_departures(db, [] if known else about, now):
        left = unsubscribed(db, person.id, now, by=Way.COMPLAINT) is not None
        new = suppressed(db, address, SuppressionReason.COMPLAINT, "", now, by=Way.COMPLAINT)
    return left or new or heard


def erase(db: Database, person: Subscriber, now: datetime) -> bool:
    """Remove a person's data everywhere; keyed hashes keep their addresses from being imported again.

    Returns whether the person existed.
    """
    return bool(erase_all(db, [person], SuppressionReason.ERASED, now))


def erase_all(
    db: Database, people: Sequence[Subscriber], reason: SuppressionReason, now: datetime
) -> int:
    """Erase several people, for that reason: at their own request, or unsubscribed long ago.

    Returns how many of them existed.
    """
    kind = DepartureKind.ERASED if reason is SuppressionReason.ERASED else DepartureKind.FORGOTTEN
    erased = 0
    with recorded_departures(db, [Departure.of(kind, db, person) for person in people], now):
        for person in people:
            found = subscribers.by_id(db, person.id)
            if found is None or found.status is SubscriberStatus.ERASED:
                continue
            erasure.forget(db, found, Address.parse(found.email), reason, now)
            erased += 1
        # it may contain replies of a relay about them
        after_commit(db, lambda: receipts.fold_left(db, now))
    return erased
