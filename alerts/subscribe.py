"""Use cases: who is on the list, and who must never be mailed.

Each is one transaction that leaves an event, and can be repeated without changing more. Promises
that nobody who left, is suppressed or was erased comes back but by an explicit act with its own
evidence. Events hold no address (they outlive an erasure).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from alerts.address import Address
from alerts.errors import InputError
from alerts.model import Subscriber, SubscriberStatus, SuppressionReason
from alerts.roster import Rejection, Roster
from alerts.store import (
    confirmations,
    events,
    intake,
    notices,
    receipts,
    stamp,
    subscribers,
    suppressions,
    transaction,
)

Told = intake.Told


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in lines: the four of them add up to the lines with people on them.

    `repeated`, counted in `unchanged` too, are lines whose address stands on a later line again.
    """

    added: int
    updated: int
    unchanged: int
    rejected: tuple[Rejection, ...]
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin wants of one person; None and empty leave a field as it is.

    Of `sections` and `paused_until`, what is empty and not None means all of them, and no pause."""

    name: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    untags: tuple[str, ...] = ()
    consent: str = ""
    consent_source: str = ""
    sections: tuple[str, ...] | None = None
    paused_until: str | None = None


def take_in(
    db: Database,
    roster: Roster,
    *,
    language: str,
    now: datetime,
    dry_run: bool = False,
    told: Told | None = None,
) -> Imported:
    """Import a file, whole or not at all. Idempotent; raises `InputError` if it is no list.

    `told` is given each change as it is made.
    """
    merged = intake.merge(
        db, roster, language=language, file=roster.file, now=now, keep=not dry_run, told=told
    )
    refused = [
        Rejection(r.line, r.email, _suppressed_words(r.suppressed) if r.suppressed else _LEFT)
        for r in merged.refused
    ]
    return Imported(
        merged.added,
        merged.updated,
        merged.unchanged + merged.repeated,
        tuple(sorted([*roster.rejected, *refused])),
        merged.repeated,
    )


_LEFT = (
    "unsubscribed; an import never resubscribes: `alerts subscriber add --resubscribe --consent`"
)


def add(
    db: Database,
    address: Address,
    wish: Wish,
    *,
    language: str,
    now: datetime,
    pending: bool = False,
    resubscribe: bool = False,
) -> str:
    """Put one person on the list: "added", "updated" or "unchanged".

    A pending person becomes active if there is a consent. One who left comes back only with
    `resubscribe` and a new consent; raises `InputError` that says so, and for the suppressed.
    """
    with transaction(db):
        if suppression := suppressions.find(db, address):
            raise InputError(f"{address}: {_suppressed_words(suppression.reason)}")
        before = subscribers.find(db, address)
        if before is None:
            status = SubscriberStatus.PENDING if pending else SubscriberStatus.ACTIVE
            fresh = _wished(Subscriber(0, str(address), status, language), wish, now)
            added = subscribers.add(db, fresh, now)
            events.record(db, now, "subscriber.added", subscriber_id=added)
            return "added"
        after = _wished(before, wish, now)
        if before.status is SubscriberStatus.UNSUBSCRIBED:
            if not (resubscribe and wish.consent):
                raise InputError(
                    f"{address}: unsubscribed; if they ask to come back, add --resubscribe and"
                    " --consent with the words they agreed to"
                )
            status = SubscriberStatus.PENDING if pending else SubscriberStatus.ACTIVE
            return save(db, before, replace(after, status=status), "subscriber.resubscribed", now)
        if before.status is SubscriberStatus.PENDING and wish.consent and not pending:
            active = replace(after, status=SubscriberStatus.ACTIVE)
            return save(db, before, active, "subscriber.confirmed", now)
        return save(db, before, after, "subscriber.changed", now)


def edit(
    db: Database, address: Address, wish: Wish, *, now: datetime, move_to: Address | None = None
) -> str:
    """Change one person, also to another address: "updated" or "unchanged"; raises `InputError`."""
    with transaction(db):
        before = _known(db, address)
        after = _wished(before, wish, now)
        if move_to and str(move_to) != before.email:
            if suppression := suppressions.find(db, move_to):
                raise InputError(f"{move_to}: {_suppressed_words(suppression.reason)}")
            other = subscribers.find(db, move_to)
            if other and other.id != before.id:
                raise InputError(f"{move_to}: another subscriber has this address")
            after = replace(after, email=str(move_to))
        return save(db, before, after, "subscriber.changed", now)


def tag(db: Database, people: Iterable[Subscriber], wish: Wish, *, now: datetime) -> int:
    """Give these people the tags of a wish, or take them away, all or none; how many changed."""
    changed = 0
    with transaction(db):
        for person in people:
            after = _wished(person, wish, now)
            changed += save(db, person, after, "subscriber.changed", now) == "updated"
    return changed


def unsubscribe(db: Database, address: Address, *, now: datetime) -> str:
    """Let one person go: "unsubscribed" or "unchanged"; raises `InputError` where unknown."""
    with transaction(db):
        before = _known(db, address)
        after = replace(before, status=SubscriberStatus.UNSUBSCRIBED)
        saved = save(db, before, after, "subscriber.unsubscribed", now)
        return saved if saved == "unchanged" else "unsubscribed"


def erase(db: Database, address: Address, *, now: datetime) -> None:
    """Remove a person's data everywhere; a keyed hash keeps the address from coming back."""
    receipts.fold_left(db, now)  # it may hold what a relay said of them
    with transaction(db):
        forget(db, _known(db, address), address, SuppressionReason.ERASED, now)


def forget(
    db: Database, person: Subscriber, address: Address, reason: SuppressionReason, now: datetime
) -> None:
    """Empty all that is held about a person, within the caller's transaction. `reason` stays with
    the hashes of their addresses, former ones too: only `unsubscribed` lets them join again by themselves."""
    subscribers.erase(db, person, now)
    confirmations.forget(db, address, person.id)
    notices.drop(db, person.id, now)
    suppressions.add_erased(db, address, now, reason)
    suppressions.add_former(db, person.id, now, reason)
    events.record(db, now, "subscriber.erased", subscriber_id=person.id)


def suppress(
    db: Database,
    addresses: Iterable[Address],
    *,
    reason: SuppressionReason,
    note: str,
    now: datetime,
) -> tuple[int, int]:
    """Never mail these again, whole or not at all; returns (added, unchanged)."""
    added = unchanged = 0
    with transaction(db):
        for address in addresses:
            if not suppressions.add(db, address, reason, note, now):
                unchanged += 1
                continue
            added += 1
            person = subscribers.find(db, address)
            if person:
                events.record(
                    db,
                    now,
                    "subscriber.suppressed",
                    subscriber_id=person.id,
                    detail={"reason": reason},
                )
    return added, unchanged


def allow(db: Database, address: Address, *, now: datetime) -> bool:
    """Let an address be mailed again; returns whether it was suppressed."""
    with transaction(db):
        suppression = suppressions.find(db, address)
        if suppression is None:
            return False
        suppressions.remove(db, suppression)
        person = subscribers.find(db, address)
        events.record(
            db,
            now,
            "suppression.removed",
            subscriber_id=person.id if person else None,
            detail={"reason": suppression.reason},
        )
        return True


def _known(db: Database, address: Address) -> Subscriber:
    person = subscribers.find(db, address)
    if person is None:
        raise InputError(f"{address}: no such subscriber; see `alerts subscriber list`")
    return person


def _wished(person: Subscriber, wish: Wish, now: datetime) -> Subscriber:
    """The person as the admin wants them."""
    tags = (set(person.tags) | set(wish.tags)) - set(wish.untags)
    new_evidence = bool(wish.consent) and (
        (wish.consent, wish.consent_source or person.consent_source)
        != (person.consent, person.consent_source)
    )
    return replace(
        person,
        name=person.name if wish.name is None else wish.name,
        language=wish.language or person.language,
        tags=tuple(sorted(tags)),
        consent=wish.consent or person.consent,
        consent_source=wish.consent_source or person.consent_source,
        consent_at=stamp(now) if new_evidence else person.consent_at,
        sections=person.sections if wish.sections is None else wish.sections,
        paused_until=person.paused_until if wish.paused_until is None else wish.paused_until,
    )


# The fields that a change is told of.
_TOLD = (
    *("email", "name", "language", "status", "tags", "consent", "consent_source"),
    *("paused_until", "sections"),
)


def save(db: Database, before: Subscriber, after: Subscriber, kind: str, now: datetime) -> str:
    """Write what changed, with an event that names the fields and not what is in them."""
    fields = [name for name in _TOLD if getattr(before, name) != getattr(after, name)]
    if not fields:
        return "unchanged"
    subscribers.change(db, after, now)
    events.record(db, now, kind, subscriber_id=before.id, detail={"fields": fields})
    return "updated"


def _suppressed_words(reason: SuppressionReason) -> str:
    """Why that address cannot come in, and what to do."""
    if reason is SuppressionReason.ERASED:
        return "erased on request; only if they ask to come back: `alerts suppression remove`"
    return f"suppressed ({reason.replace('_', ' ')}); see `alerts suppression list`"
