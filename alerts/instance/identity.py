"""Makes sure that only one copy of a database sends.

A database that was copied, restored or rolled back has an outbox that another copy may have sent, and
may lack issues that another copy has sent. So before anything is sent, this file must still be where it
last sent, and must not be older than its generation markers. Otherwise nothing is sent until an admin
adopts this copy; open deliveries are then held.

A renamed folder, and a database that has never queued an issue, need no decision. Not detected: a whole
machine that was set back to an earlier state (docs/adr/0010).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.errors import UndecidedCopy
from alerts.domain.month import Month
from alerts.store import audit_log, channel_starts, departures_follow, stamp, transaction, welcomes
from alerts.store import instance as instances
from alerts.store.generation_markers import (
    GenerationMarker,
    InstanceLocation,
    read_markers,
    write_markers,
)
from alerts.store.instance import InstanceIdentity
from alerts.store.receipts import Receipts


@dataclass(frozen=True, slots=True)
class Adopted:
    """The result of adopting: where the project was sent from before, if known; the number of held
    deliveries; and the number of people who left by the departures ledger. `changed` is False if
    this copy was allowed to send already."""

    former: str
    held: int
    changed: bool
    departed: int = 0


def ensure_may_send(db: Database, database: Path, fresh: str, now: datetime) -> None:
    """Check that this copy of the database is the one allowed to send; raises `UndecidedCopy`
    otherwise.

    A database without an identity gets one here, with the new project name `fresh`.
    """
    if words := question(db, database):
        raise UndecidedCopy(words)
    departures_follow.catch_up(db, now)
    instance, here = instances.get(db), InstanceLocation.of(database)
    if instance is None or instance.place is None or not instance.place.same(here):
        unsure_through = instance.unsure_through if instance else ""
        instances.put(db, InstanceIdentity(fresh, 1, here, stamp(now), unsure_through))
        write_markers(database, fresh, 1, unsure_through)
    elif instance.place != here:  # the folder or the machine was renamed
        instances.put(db, replace(instance, place=here))


def begin(db: Database, database: Path, fresh: str, now: datetime) -> None:
    """Give a new database its identity here, with the new project name `fresh`."""
    instances.put(db, InstanceIdentity(fresh, 1, InstanceLocation.of(database), stamp(now), ""))
    write_markers(database, fresh, 1, "")
    departures_follow.create_ledger(db, now)


def question(db: Database, database: Path) -> str:
    """The decision that an admin must make before this database sends, as one line; empty if none."""
    instance = instances.get(db)
    seen = list(read_markers(database, instance.project if instance else ""))
    if instance and instance.place is None:
        found = "was restored, and another copy of it may have sent since"
    elif any(instance is None or _ahead(marker, instance) for marker in seen):
        found = f"is older than the one that last sent ({_last_place(instance, seen)})"
    elif departures_follow.is_older(db):
        found = "is older than its departures ledger: people left whom it shows as subscribers"
    elif instance is None or instance.place is None:
        return ""
    elif instances.latest_queued(db) and not instance.place.same(InstanceLocation.of(database)):
        found = f"is a copy, or was moved: it last sent from {instance.place}"
    else:
        return ""
    return (
        f"this database {found}; nothing is sent."
        " If this is the copy that should send: `alerts adopt` (see `alerts adopt --help`)"
    )


def adopt(
    db: Database,
    database: Path,
    fresh: str,
    now: datetime,
    ended: Month,
    *,
    moved: bool = False,
    set_back: bool = False,
) -> Adopted:
    """Make this copy the one that sends; other copies on this machine will refuse.

    Holds open deliveries, and those queued later for months up to `ended` or up to the latest month
    known to have been queued, because another copy may have sent them. Nothing is held if the database
    was only `moved`, or was allowed to send already, unless it was `set_back` together with its
    markers. Raises `UndecidedCopy` if it cannot have been only moved.
    """
    here = InstanceLocation.of(database)
    instance = instances.get(db) or InstanceIdentity(fresh, 0, here, stamp(now), "")
    seen = list(read_markers(database, instance.project))
    older = departures_follow.is_older(db)
    behind = instance.place is None or older or any(_ahead(marker, instance) for marker in seen)
    former = _last_place(instance, seen)
    if moved and behind:
        raise UndecidedCopy(
            f"this database was not only moved: another copy{f', {former},' if former else ''} may have"
            " sent since; `alerts adopt`, without --moved, holds open deliveries"
        )
    settled = not behind and instance.place is not None and instance.place.same(here)
    with Receipts(
        db
    ) as receipts:  # read the receipts of a killed send first: those deliveries need not be held
        receipts.fold()
    departed, held = departures_follow.adopt_ledger(db, now), 0
    with transaction(db):
        generation = max(instance.generation, *(w.generation for w in seen), 0) + 1
        instance = replace(instance, generation=generation, place=here, since=stamp(now))
        if set_back or not (moved or settled):
            held = instances.hold(db, "", now)
            channel_starts.hold_all(db, now)
            unsure = max(instance.unsure_through, str(ended), *(w.queued for w in seen))
            instance = replace(instance, unsure_through=unsure)
        instances.put(db, instance)
        if set_back or not (moved or settled):
            welcomes.hold(db, now)
        if held or not settled:
            detail = {"from": former, "held": held}
            audit_log.record(db, now, "database.adopted", detail=detail)
    write_markers(database, instance.project, generation, instances.latest_queued(db))
    former = "" if settled or former == str(here) else former
    return Adopted(former, held, changed=set_back or not settled, departed=departed)


def require_adoption(db: Database, fresh: str, now: datetime, ended: Month) -> int:
    """Make a restored database wait for `adopt`, and hold its open deliveries; returns their number."""
    with transaction(db):
        instance = instances.get(db) or InstanceIdentity(fresh, 1, None, stamp(now), "")
        unsure = max(instance.unsure_through, str(ended))
        instances.put(db, replace(instance, place=None, since=stamp(now), unsure_through=unsure))
        held = instances.hold(db, "", now)
        channel_starts.hold_all(db, now)
        audit_log.record(db, now, "database.restored", detail={"held": held})
    return held


@contextmanager
def during_send(db: Database, database: Path) -> Iterator[None]:
    """Raise the generation before and after a send, so that copies made before its end are older.

    The database is written first, so a crash in between can only leave a marker that is too old.
    """
    _advance(db, database)
    yield
    _advance(db, database)


def _advance(db: Database, database: Path) -> None:
    generation = instances.advance(db)
    instance = instances.get(db)
    write_markers(
        database, instance.project if instance else "", generation, instances.latest_queued(db)
    )


def _ahead(marker: GenerationMarker, instance: InstanceIdentity) -> bool:
    """True if the marker is of a later generation of this database, or of another copy."""
    return marker.project != instance.project or marker.generation > instance.generation


def _last_place(instance: InstanceIdentity | None, seen: Sequence[GenerationMarker]) -> str:
    """Where the project was last sent from; empty if unknown."""
    last = max(seen, key=lambda w: w.generation, default=None)
    if last is not None and (instance is None or instance.place is None or _ahead(last, instance)):
        return last.place
    return str(instance.place) if instance and instance.place else ""
