"""Use cases of admins: who is on the list, and who must never be mailed.

Each is one transaction that records an event, and can be repeated without further changes. Guarantees
that nobody who left, is suppressed or was erased comes back except by an explicit act with evidence of
its own. Events contain no address, because they are kept after an erasure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.errors import InputError
from alerts.domain.subscriber import FIELDS, Subscriber, SubscriberStatus, SuppressionReason
from alerts.store import (
    audit_log,
    departures_follow,
    departures_write,
    link_numbers,
    stamp,
    subscribers,
    suppressions,
    transaction,
)
from alerts.store.departure_facts import DepartureKind
from alerts.store.departures_location import Departure
from alerts.store.departures_state import DepartureVerdict
from alerts.subscribers import unsubscribe as unsubscribing
from alerts.subscribers.doubtful import doubt, reserved
from alerts.subscribers.unsubscribe import Way


@dataclass(frozen=True, slots=True)
class SubscriberEdits:
    """The changes that an admin wants for one person; None and empty leave a field unchanged.

    `texts` are the fields of `SET_AS_TEXT` to change, by name; a value may be empty. For `sections` and
    `paused_until`, an empty value that is not None means all sections and no pause. `specials`: whether they
    get special alerts.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    tags: tuple[str, ...] = ()
    untags: tuple[str, ...] = ()
    consent: str = ""
    consent_source: str = ""
    sections: tuple[str, ...] | None = None
    paused_until: str | None = None
    specials: bool | None = None


def add(
    db: Database,
    address: Address,
    edits: SubscriberEdits,
    *,
    language: str,
    now: datetime,
    pending: bool = False,
    resubscribe: bool = False,
    as_typed: bool = False,
) -> str:
    """Put one person on the list; returns "added", "updated" or "unchanged".

    A pending person becomes active if there is a consent. One who left comes back only with
    `resubscribe` and a new consent; raises `InputError` that says so, for the suppressed, and, unless
    `as_typed`, for a new address that looks mistyped.
    """
    gone = departures_follow.verdict(db, address, now)
    status = SubscriberStatus.PENDING if pending else SubscriberStatus.ACTIVE
    joined = Departure(DepartureKind.HAD if pending else DepartureKind.JOINED, address)
    with transaction(db):
        if suppression := suppressions.find(db, address):
            raise InputError(f"{address}: {suppressed_words(suppression.reason)}")
        if gone.reason and not gone.may_join:
            raise InputError(f"{address}: {suppressed_words(gone.reason)}")
        before = subscribers.find(db, address)
        left = gone.left or gone.reason is not None
        if before.status is SubscriberStatus.UNSUBSCRIBED if before else left:
            _check_return(address, edits, resubscribe=resubscribe)
        outcome = "unchanged"
        if before is None:
            _check_mistyped(address, as_typed=as_typed)
            fresh = _edited(
                Subscriber(id=0, email=str(address), status=status, language=language), edits, now
            )
            added = subscribers.add(db, fresh, now)
            audit_log.record(db, now, "subscriber.added", subscriber_id=added)
            departures_write.queue_fact(
                db, [replace(joined, number=link_numbers.number_of(db, added))], now
            )
            outcome = "added"
        else:
            after, kind = _edited(before, edits, now), "subscriber.changed"
            if before.status is SubscriberStatus.UNSUBSCRIBED:
                after, kind = replace(after, status=status), "subscriber.resubscribed"
            elif before.status is SubscriberStatus.PENDING and edits.consent and not pending:
                after, kind = replace(after, status=status), "subscriber.confirmed"
            if after.status is not before.status:
                departures_write.queue_fact(db, [Departure.of(joined.kind, db, before)], now)
            outcome = save(db, before, after, kind, now)
    departures_write.append_queued(db, now)
    return outcome


def _check_mistyped(address: Address, *, as_typed: bool) -> None:
    """Raises `InputError` for an address that cannot be meant; those for trials are."""
    if not as_typed and not reserved(address) and (why := doubt(address)):
        stop = "" if why.endswith("?") else ";"
        raise InputError(f"{address}: {why}{stop} --as-typed takes it as it is written")


def _check_return(address: Address, edits: SubscriberEdits, *, resubscribe: bool) -> None:
    """Raise `InputError` where a person who left may not come back yet."""
    if not (resubscribe and edits.consent):
        raise InputError(
            f"{address}: unsubscribed; if they ask to come back, add --resubscribe and"
            " --consent with the words they agreed to"
        )


def edit(
    db: Database,
    address: Address,
    edits: SubscriberEdits,
    *,
    now: datetime,
    move_to: Address | None = None,
) -> str:
    """Change one person, also to another address: "updated" or "unchanged"; raises `InputError`."""
    gone = departures_follow.verdict(db, move_to, now) if move_to else DepartureVerdict()
    with transaction(db):
        before = _known(db, address)
        after = _edited(before, edits, now)
        if move_to and str(move_to) != before.email:
            if move_to.key != address.key and (gone.left or gone.reason):
                raise InputError(
                    f"{move_to}: the person with this address has left, or must not be mailed"
                )
            if suppression := suppressions.find(db, move_to):
                raise InputError(f"{move_to}: {suppressed_words(suppression.reason)}")
            other = subscribers.find(db, move_to)
            if other and other.id != before.id:
                raise InputError(f"{move_to}: another subscriber has this address")
            after = replace(after, email=str(move_to))
            moved = replace(before, email=str(move_to))
            about = [
                Departure.of(DepartureKind.HAD, db, before),
                Departure.of(DepartureKind.MOVED, db, moved),
            ]
            departures_write.queue_fact(db, about, now)
        outcome = save(db, before, after, "subscriber.changed", now)
    departures_write.append_queued(db, now)
    return outcome


def tag(
    db: Database, people: Iterable[Subscriber], edits: SubscriberEdits, *, now: datetime
) -> int:
    """Add or remove tags for these people, in one transaction; returns how many changed."""
    changed = 0
    with transaction(db):
        for person in people:
            after = _edited(person, edits, now)
            changed += save(db, person, after, "subscriber.changed", now) == "updated"
    return changed


def unsubscribe(db: Database, address: Address, *, now: datetime) -> str:
    """Unsubscribe one person; returns "unsubscribed" or "unchanged"; raises `InputError` if unknown."""
    person = _known(db, address)
    left = unsubscribing.unsubscribe(db, person.id, now, by=Way.COMMAND)
    return "unsubscribed" if left else "unchanged"


def unsubscribe_all(db: Database, people: Iterable[Subscriber], *, now: datetime) -> int:
    """Unsubscribe these people, some hundreds in one transaction; returns how many were on the list."""
    return unsubscribing.unsubscribe_all(db, people, now, by=Way.COMMAND)


def erase(db: Database, address: Address, *, now: datetime) -> None:
    """Remove a person's data everywhere; raises `InputError` if unknown."""
    unsubscribing.erase(db, _known(db, address), now)


def allow(db: Database, address: Address, *, now: datetime) -> bool:
    """Remove a suppression; returns True if there was one."""
    # an older version may have kept it under another spelling as well
    with transaction(db):
        suppression = suppressions.find(db, address)
        if suppression is None:
            return False
        reason = suppression.reason
        while suppression is not None:
            suppressions.remove(db, suppression)
            suppression = suppressions.find(db, address)
        departures_write.queue_fact(db, [Departure(DepartureKind.ALLOWED, address)], now)
        person = subscribers.find(db, address)
        audit_log.record(
            db,
            now,
            "suppression.removed",
            subscriber_id=person.id if person else None,
            detail={"reason": reason},
        )
    departures_write.append_queued(db, now)
    return True


def _known(db: Database, address: Address) -> Subscriber:
    person = subscribers.find(db, address)
    if person is None:
        raise InputError(f"{address}: no such subscriber; see `alerts subscriber list`")
    return person


def _edited(person: Subscriber, edits: SubscriberEdits, now: datetime) -> Subscriber:
    """The person with the changes that the admin wants."""
    declined = person.no_specials_since
    if edits.specials is not None:
        declined = "" if edits.specials else declined or stamp(now)
    texts: Mapping[str, Any] = edits.texts
    tags = (set(person.tags) | set(edits.tags)) - set(edits.untags)
    new_evidence = bool(edits.consent) and (
        (edits.consent, edits.consent_source or person.consent_source)
        != (person.consent, person.consent_source)
    )
    return replace(
        person,
        **texts,
        language=edits.language or person.language,
        tags=tuple(sorted(tags)),
        consent=edits.consent or person.consent,
        consent_source=edits.consent_source or person.consent_source,
        consent_at=stamp(now) if new_evidence else person.consent_at,
        sections=person.sections if edits.sections is None else edits.sections,
        paused_until=person.paused_until if edits.paused_until is None else edits.paused_until,
        no_specials_since=declined,
    )


def save(db: Database, before: Subscriber, after: Subscriber, kind: str, now: datetime) -> str:
    """Write the changed fields, with an event that names the fields but not their values."""
    told = (one.name for one in FIELDS if one.told)
    fields = [name for name in told if getattr(before, name) != getattr(after, name)]
    if not fields:
        return "unchanged"
    subscribers.change(db, after, now)
    audit_log.record(db, now, kind, subscriber_id=before.id, detail={"fields": fields})
    return "updated"


def suppressed_words(reason: SuppressionReason) -> str:
    """Why that address cannot be added, and the remedy."""
    if reason is SuppressionReason.ERASED:
        return "erased on request; only if they ask to come back: `alerts suppression remove`"
    return f"suppressed ({reason.replace('_', ' ')}); see `alerts suppression list`"
