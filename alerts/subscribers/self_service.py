"""Use cases of subscribers themselves, by a signed link: preferences, pause, unsubscribe, data,
erasure.

Each is one transaction that records an event and can be repeated. The link is verified before (`web/`,
`bounces/process.py`); here a subscriber is an id. A subscriber who no longer exists gets the same
answer as one who has just unsubscribed, so an old link never fails.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.subscriber import Subscriber, SubscriberStatus
from alerts.store import (
    audit_log,
    confirmations,
    deliveries,
    departures_write,
    notices,
    stamp,
    subscribers,
    suppressions,
    transaction,
)
from alerts.store.departure_facts import DepartureKind
from alerts.store.departures_location import Departure
from alerts.store.notices import NoticeKind
from alerts.subscribers import admin, unsubscribe
from alerts.subscribers.unsubscribe import Way

PAUSES = (1, 2, 3, 6, 12)  # months
PROOF_WITHIN = timedelta(hours=1)  # how long a link that proves a mailbox is valid
UNDO_WITHIN = timedelta(days=7)  # … and a link that undoes an unsubscription
MOST_PROOFS = 3  # most mails per day and kind


class LeaveReason(StrEnum):
    """Why a person unsubscribed, as in the form."""

    TOO_MANY = "too_many"
    NOT_FOR_ME = "not_for_me"
    NEVER_ASKED = "never_asked"
    ELSEWHERE = "elsewhere"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Choice:
    """The choices of a subscriber; `pause` in months from now, 0 for none; `counted`: whether what they
    open and follow may be counted; `specials`: whether they want special alerts; None leaves a field
    unchanged."""

    name: str
    language: str
    pause: int | None = None
    sections: tuple[str, ...] | None = None
    counted: bool | None = None
    timezone: str | None = None
    specials: bool | None = None


def choose(db: Database, subscriber_id: int, choice: Choice, now: datetime) -> bool:
    """Store the choices; returns whether they changed anything."""
    with transaction(db):
        person = subscribers.by_id(db, subscriber_id)
        if person is None or person.status is SubscriberStatus.ERASED:
            return False
        until = person.paused_until
        if choice.pause is not None:
            until = stamp(months_later(now, choice.pause)) if choice.pause else ""
        uncounted = person.uncounted_since
        if choice.counted is not None:
            uncounted = "" if choice.counted else uncounted or stamp(now)
        declined = person.no_specials_since
        if choice.specials is not None:
            declined = "" if choice.specials else declined or stamp(now)
        wanted = person.sections if choice.sections is None else tuple(sorted(choice.sections))
        after = replace(
            person,
            name=choice.name,
            language=choice.language,
            paused_until=until,
            sections=wanted,
            timezone=person.timezone if choice.timezone is None else choice.timezone,
            uncounted_since=uncounted,
            no_specials_since=declined,
        )
        return admin.save(db, person, after, "subscriber.changed", now) == "updated"


def months_later(now: datetime, months: int) -> datetime:
    """The same hour that many months later, on the same day of the month, at most the 28th."""
    year, index = divmod(now.year * 12 + now.month - 1 + months, 12)
    return now.replace(year=year, month=index + 1, day=min(now.day, 28))


def leave(
    db: Database, subscriber_id: int, now: datetime, *, by: Way, notify: bool = False
) -> bool:
    """Unsubscribe a person by a page; returns whether they were active before.

    `notify` mails an active reader, at most once a day, that they are unsubscribed, with a link that
    undoes it.
    """
    was_active = unsubscribe.unsubscribe(db, subscriber_id, now, by=by) is SubscriberStatus.ACTIVE
    if notify and was_active:
        with transaction(db):
            person = subscribers.by_id(db, subscriber_id)
            if person is not None:
                _owe(db, person, NoticeKind.LEFT, now, most=1)
    return was_active


def undo_leave(db: Database, subscriber_id: int, now: datetime) -> bool:
    """Undo an unsubscription; returns whether the person is active now."""
    with transaction(db):
        person = subscribers.by_id(db, subscriber_id)
        if person is None or person.status is SubscriberStatus.ERASED:
            return False
        if suppressions.find(db, Address.parse(person.email)):
            return False
        if person.status is SubscriberStatus.UNSUBSCRIBED:
            subscribers.change(db, replace(person, status=SubscriberStatus.ACTIVE), now)
            departures_write.queue_fact(db, [Departure.of(DepartureKind.JOINED, db, person)], now)
            audit_log.record(
                db, now, "subscriber.resubscribed", subscriber_id=person.id, detail={"by": "undo"}
            )
    departures_write.append_queued(db, now)
    return person.status is not SubscriberStatus.PENDING


def record_reason(db: Database, subscriber_id: int, reason: LeaveReason, now: datetime) -> None:
    """Record why a person unsubscribed, once for each unsubscription."""
    with transaction(db):
        person = subscribers.by_id(db, subscriber_id)
        if person is None or person.status is not SubscriberStatus.UNSUBSCRIBED:
            return
        last = audit_log.of_subscriber(db, subscriber_id)[-1:]
        if last and last[0]["kind"] == "subscriber.reason":
            return
        detail = {"reason": reason.value}
        audit_log.record(db, now, "subscriber.reason", subscriber_id=subscriber_id, detail=detail)


def prove(db: Database, person: Subscriber, kind: NoticeKind, now: datetime) -> None:
    """Mail a link to the mailbox of `person` that proves, once, that the visitor reads it; at most
    `MOST_PROOFS` of a kind a day."""
    with transaction(db):
        _owe(db, person, kind, now, most=MOST_PROOFS)


def _owe(db: Database, person: Subscriber, kind: NoticeKind, now: datetime, *, most: int) -> None:
    if notices.lately(db, kind, person.id, now - timedelta(days=1)) < most:
        address = Address.parse(person.email)
        notices.add(db, kind, address, person.language, now, subscriber_id=person.id)


def forget(db: Database, subscriber_id: int, now: datetime) -> None:
    """Erase a person at their own request."""
    person = subscribers.by_id(db, subscriber_id)
    if person is not None and person.status is not SubscriberStatus.ERASED:
        unsubscribe.erase(db, person, now)


def stored_data(db: Database, person: Subscriber) -> Mapping[str, Any]:
    """All data held about a person (S19; GDPR art. 15 and 20), as a JSON object."""
    address = Address.parse(person.email)
    suppression = suppressions.find(db, address)
    requests = confirmations.of_subscriber(db, address, person.id)
    return {
        "subscriber": {
            field: person.standing.value if field == "status" else value
            for field, value in asdict(person).items()
            if field != "suppressed"
        },
        "suppressed": suppression.reason if suppression else None,
        "deliveries": [
            {
                "month": d.month,
                "language": d.language,
                "state": d.state,
                "reason": d.reason,
                "reply": d.reply,
                "at": d.changed_at,
            }
            for d in deliveries.all_of(db, person.id)
        ],
        "notices": list(notices.of_subscriber(db, person.id)),
        "confirmations": [asdict(request) for request in requests],
        "events": list(audit_log.of_subscriber(db, person.id)),
    }
