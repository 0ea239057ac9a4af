"""What subscribers do for themselves, by a signed link that names them: choose, pause, leave, ask, go.

Each is one transaction that leaves an event and can be repeated. Whether the link is genuine is
decided before (`web/`, `feedback.py`); here a subscriber is an id. One who is not there any more is
answered like one who has just gone: an old link never fails.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from alerts import subscribe
from alerts.address import Address
from alerts.errors import InputError
from alerts.model import Subscriber, SubscriberStatus
from alerts.store import (
    confirmations,
    deliveries,
    events,
    notices,
    stamp,
    subscribers,
    suppressions,
    transaction,
)

PAUSES = (1, 2, 3, 6, 12)  # months


class LeaveReason(StrEnum):
    """Why somebody left, in the words of the form."""

    TOO_MANY = "too_many"
    NOT_FOR_ME = "not_for_me"
    NEVER_ASKED = "never_asked"
    ELSEWHERE = "elsewhere"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose; `pause` in months from now, 0 for none; None leaves a thing as it is."""

    name: str
    language: str
    pause: int | None = None
    sections: tuple[str, ...] | None = None


def choose(db: Database, subscriber_id: int, choice: Choice, now: datetime) -> bool:
    """Keep a choice; returns whether it changed anything."""
    with transaction(db):
        person = subscribers.by_id(db, subscriber_id)
        if person is None or person.status is SubscriberStatus.ERASED:
            return False
        until = person.paused_until
        if choice.pause is not None:
            until = stamp(months_later(now, choice.pause)) if choice.pause else ""
        wanted = person.sections if choice.sections is None else tuple(sorted(choice.sections))
        after = replace(
            person,
            name=choice.name,
            language=choice.language,
            paused_until=until,
            sections=wanted,
        )
        return subscribe.save(db, person, after, "subscriber.changed", now) == "updated"


def months_later(now: datetime, months: int) -> datetime:
    """The same hour that many months later, on the same day or the 28th."""
    year, index = divmod(now.year * 12 + now.month - 1 + months, 12)
    return now.replace(year=year, month=index + 1, day=min(now.day, 28))


def leave(db: Database, subscriber_id: int, now: datetime, *, by: str) -> bool:
    """Let somebody go; returns whether they were active until now. `by` is how: page, one-click, mail."""
    with transaction(db):
        person = subscribers.by_id(db, subscriber_id)
        if person is None or person.status not in (
            SubscriberStatus.ACTIVE,
            SubscriberStatus.PENDING,
        ):
            return False
        subscribers.change(db, replace(person, status=SubscriberStatus.UNSUBSCRIBED), now)
        events.record(
            db, now, "subscriber.unsubscribed", subscriber_id=person.id, detail={"by": by}
        )
        return person.status is SubscriberStatus.ACTIVE


def stay(db: Database, subscriber_id: int, now: datetime) -> bool:
    """Take back that somebody left; returns whether they are active now."""
    with transaction(db):
        person = subscribers.by_id(db, subscriber_id)
        if person is None or person.status is SubscriberStatus.ERASED:
            return False
        if suppressions.find(db, Address.parse(person.email)):
            return False
        if person.status is SubscriberStatus.UNSUBSCRIBED:
            subscribers.change(db, replace(person, status=SubscriberStatus.ACTIVE), now)
            events.record(
                db, now, "subscriber.resubscribed", subscriber_id=person.id, detail={"by": "undo"}
            )
        return person.status is not SubscriberStatus.PENDING


def tell_why(db: Database, subscriber_id: int, reason: LeaveReason, now: datetime) -> None:
    """Keep why somebody left, once each time."""
    with transaction(db):
        person = subscribers.by_id(db, subscriber_id)
        if person is None or person.status is not SubscriberStatus.UNSUBSCRIBED:
            return
        last = events.of_subscriber(db, subscriber_id)[-1:]
        if last and last[0]["kind"] == "subscriber.reason":
            return
        detail = {"reason": reason.value}
        events.record(db, now, "subscriber.reason", subscriber_id=subscriber_id, detail=detail)


def forget(db: Database, subscriber_id: int, now: datetime) -> None:
    """Erase somebody who asked for it themselves."""
    person = subscribers.by_id(db, subscriber_id)
    if person is not None and person.status is not SubscriberStatus.ERASED:
        try:
            subscribe.erase(db, Address.parse(person.email), now=now)
        except InputError:  # erased in this very moment
            return


def held(db: Database, person: Subscriber) -> Mapping[str, Any]:
    """All that is held about somebody (S19; GDPR art. 15 and 20), as JSON may have it."""
    address = Address.parse(person.email)
    suppression = suppressions.find(db, address)
    wishes = confirmations.of_subscriber(db, address, person.id)
    return {
        "subscriber": asdict(person),
        "suppressed": suppression.reason if suppression else None,
        "deliveries": [
            {"month": d.month, "language": d.language, "state": d.state, "at": d.changed_at}
            for d in deliveries.all_of(db, person.id)
        ],
        "notices": list(notices.of_subscriber(db, person.id)),
        "confirmations": [asdict(wish) for wish in wishes],
        "events": list(events.of_subscriber(db, person.id)),
    }
