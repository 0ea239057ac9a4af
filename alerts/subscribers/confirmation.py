"""Confirmed opt-in: people who subscribe, or change their address, prove that the address is theirs.

    ask (by a visitor) → admit (by us, a moment later) → a notice → confirm (by its reader) or purge

A visitor's request is only recorded; whether the address is known is looked up later, so no response
can reveal it (rule X10). `admit` decides, and queues at most one notice a day and three in all for a
mailbox that does not answer (X9). No issue is mailed before `confirm` (S20). Each step can be repeated.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.subscriber import Subscriber, SubscriberStatus
from alerts.store import (
    audit_log,
    confirmations,
    departures_state,
    departures_write,
    notices,
    stamp,
    subscribers,
    suppressions,
    transaction,
)
from alerts.store.confirmations import JOINS, Confirmation, ConfirmationState
from alerts.store.departure_facts import DepartureKind
from alerts.store.departures_location import Departure, names_of
from alerts.store.notices import NoticeKind
from alerts.subscribers.welcome import owe_welcome

BATCH = 100  # requests decided in one transaction
A_DAY = timedelta(days=1)
MOST_A_DAY = 1
MOST_EVER = 3
_NOBODY = Subscriber(id=0, email="", status=SubscriberStatus.PENDING, language="")


class Confirmed(Enum):
    """The result of confirming."""

    JOINED = "joined"
    MOVED = "moved"
    ALREADY = "already"  # it was confirmed before
    OVER = "over"  # expired or withdrawn


class Invited(Enum):
    """The result of inviting a pending person to confirm; the texts are shown to the admin."""

    QUEUED = "a confirmation is queued; the next `alerts send`, `run` or `serve` mails it"
    TODAY = "no confirmation: one was mailed within 24 hours; its link is good still"
    TOO_OFTEN = "no confirmation: three were never answered, and no more are mailed"
    NOT_PENDING = "no confirmation: they are not pending, or suppressed"


@dataclass(frozen=True, slots=True)
class SignUp:
    """A visitor's request to subscribe; `page` is its URL, `network` the part of their IP address that
    is kept."""

    address: Address
    name: str
    language: str
    consent: str
    page: str
    network: str = ""


def ask_to_join(db: Database, sign_up: SignUp, now: datetime) -> None:
    """Record a request to subscribe."""
    with transaction(db):
        confirmations.ask(
            db,
            sign_up.address,
            now,
            language=sign_up.language,
            name=sign_up.name,
            consent=sign_up.consent,
            consent_source=sign_up.page,
            network=sign_up.network,
        )


def invite(db: Database, address: Address, page: str, now: datetime) -> Invited:
    """Queue a notice that asks a pending person to confirm, within the limits of every sign-up (X9).

    The request repeats the data held about them; `page` is the URL where they will confirm.
    """
    with transaction(db):
        person = subscribers.find(db, address)
        if person is None or person.status is not SubscriberStatus.PENDING:
            return Invited.NOT_PENDING
        today, unanswered = notices.counted(db, notices.mailbox(db, address), now - A_DAY)
        if unanswered >= MOST_EVER:
            return Invited.TOO_OFTEN
        if today >= MOST_A_DAY:
            return Invited.TODAY
        confirmations.ask(
            db,
            address,
            now,
            language=person.language,
            name=person.name,
            consent=person.consent,
            consent_source=person.consent_source or page,
        )
        request = confirmations.open_to_join(db, address)
        if request is None or not _admit(db, request, now):
            return Invited.NOT_PENDING
        return Invited.QUEUED


def ask_to_move(db: Database, person: Subscriber, address: Address, now: datetime) -> None:
    """Record that a subscriber wants to receive mail at another address."""
    with transaction(db):
        confirmations.ask(db, address, now, language=person.language, subscriber_id=person.id)
        audit_log.record(db, now, "subscriber.move_asked", subscriber_id=person.id)


def admit(db: Database, now: datetime) -> int:
    """Decide on all recorded requests; returns how many notices they need."""
    owed = 0
    while True:
        with transaction(db):
            requests = confirmations.asked(db, BATCH)
            owed += sum(_admit(db, request, now) for request in requests)
        if len(requests) < BATCH:
            return owed


def _admit(db: Database, request: Confirmation, now: datetime) -> bool:
    """Decide on one request; returns whether a notice is needed."""
    address = Address.parse(request.email)
    person = subscribers.find(db, address)
    if not departures_state.may_join(db, names_of(db), address):
        return _drop(db, request)
    today, unanswered = notices.counted(db, notices.mailbox(db, address), now - A_DAY)
    allowed = today < MOST_A_DAY and unanswered < MOST_EVER
    if person and person.status is SubscriberStatus.ACTIVE:
        _drop(db, request)
        if not allowed or person.id == request.subscriber_id:
            return False
        notices.add(db, NoticeKind.ALREADY, address, person.language, now, subscriber_id=person.id)
        return True
    if not allowed:
        # An earlier notice may be in transit or unread: its link stays valid.
        confirmations.mailed(db, request.id, request.added_id)
        return False
    if request.subscriber_id == JOINS:
        person, added = _pending(db, request, person, now)
        confirmations.mailed(db, request.id, added)
        about, kind = person.id, NoticeKind.CONFIRM
    else:
        confirmations.mailed(db, request.id, None)
        about, kind = request.subscriber_id, NoticeKind.MOVE
    notices.add(
        db, kind, address, request.language, now, subscriber_id=about, confirmation_id=request.id
    )
    return True


def _drop(db: Database, request: Confirmation) -> bool:
    confirmations.close(db, request.id, ConfirmationState.OVER, JOINS)
    return False


def _pending(
    db: Database, request: Confirmation, person: Subscriber | None, now: datetime
) -> tuple[Subscriber, int | None]:
    """The person who signed up, as pending; and their id if this sign-up added them.

    A person who left stays unsubscribed until they confirm.
    """
    if person is None:
        fresh = _with(request, _NOBODY)
        added = subscribers.add(db, fresh, now)
        audit_log.record(
            db, now, "subscriber.added", subscriber_id=added, detail=_evidence(request.network)
        )
        return replace(fresh, id=added), added
    if person.status is SubscriberStatus.PENDING:
        subscribers.change(db, _with(request, person), now)
    return person, request.added_id


def _with(request: Confirmation, person: Subscriber) -> Subscriber:
    """The person with the requested changes, and the evidence (S18)."""
    fresh = replace(
        person, email=request.email, name=request.name or person.name, language=request.language
    )
    told = (request.consent, request.consent_source) == (person.consent, person.consent_source)
    if not request.consent or (told and person.status is SubscriberStatus.PENDING):
        return fresh
    return replace(
        fresh,
        consent=request.consent,
        consent_source=request.consent_source,
        consent_at=request.asked_at,
    )


def _evidence(network: str) -> dict[str, str]:
    return {"network": network} if network else {}


def confirm(
    db: Database,
    confirmation_id: int,
    now: datetime,
    *,
    within: timedelta,
    network: str = "",
    shown: str = "",
    welcome: bool = False,
) -> Confirmed:
    """Carry out a request whose address is proved, once; `within` is the time limit for it.

    `shown` is the wording on the page that confirms: the evidence, where the request has none (S18).
    `network` is the part of the IP address that is kept. `welcome` queues a welcome to who joins.
    """
    with transaction(db):
        request = confirmations.get(db, confirmation_id)
        if request is None or request.state is ConfirmationState.OVER:
            return Confirmed.OVER
        if request.state is ConfirmationState.DONE:
            person = subscribers.by_id(db, request.subscriber_id)
            active = person is not None and person.status is SubscriberStatus.ACTIVE
            return Confirmed.ALREADY if active else Confirmed.OVER
        if request.asked_at < stamp(now - within):
            return Confirmed.OVER
        address = Address.parse(request.email)
        if not departures_state.may_join(db, names_of(db), address):
            return Confirmed.OVER
        if request.subscriber_id != JOINS:
            return _move(db, request, address, now)
        person = subscribers.find(db, address)
        was_active = person is not None and person.status is SubscriberStatus.ACTIVE
        if suppression := suppressions.find(db, address):
            suppressions.remove(db, suppression)
        if not request.consent:
            request = replace(request, consent=shown, asked_at=stamp(now))
        joined = _join(db, request, address, now, network)
        if welcome and not was_active:
            owe_welcome(db, request, address, now)
        return joined


def _join(
    db: Database, request: Confirmation, address: Address, now: datetime, network: str
) -> Confirmed:
    person = subscribers.find(db, address)
    joining = _with(request, person or _NOBODY)
    active = replace(joining, status=SubscriberStatus.ACTIVE, paused_until="")
    if person:
        subscribers.change(db, active, now)
    else:
        active = replace(active, id=subscribers.add(db, active, now))
    departures_write.queue_fact(db, [Departure.of(DepartureKind.JOINED, db, active)], now)
    confirmations.close(db, request.id, ConfirmationState.DONE, active.id)
    notices.answered(db, notices.mailbox(db, address))
    audit_log.record(
        db, now, "subscriber.confirmed", subscriber_id=active.id, detail=_evidence(network)
    )
    return Confirmed.JOINED


def _move(db: Database, request: Confirmation, address: Address, now: datetime) -> Confirmed:
    """Give a subscription its new address; another, inactive subscriber with that address is removed."""
    person = subscribers.by_id(db, request.subscriber_id)
    other = subscribers.find(db, address)
    if person is None or person.status is SubscriberStatus.ERASED:
        return Confirmed.OVER
    if other and other.id != person.id:
        if other.status is SubscriberStatus.ACTIVE:
            return Confirmed.OVER
        subscribers.erase(db, other, now)
        audit_log.record(db, now, "subscriber.erased", subscriber_id=other.id)
    moved = replace(person, email=request.email)
    had = Departure.of(DepartureKind.HAD, db, person)
    departures_write.queue_fact(db, [had, Departure.of(DepartureKind.MOVED, db, moved)], now)
    subscribers.change(db, moved, now)
    confirmations.close(db, request.id, ConfirmationState.DONE, person.id)
    notices.answered(db, notices.mailbox(db, address))
    audit_log.record(
        db, now, "subscriber.changed", subscriber_id=person.id, detail={"fields": ["email"]}
    )
    return Confirmed.MOVED
