"""Which copy of a database lives on: only that one sends.

A database that was copied, restored or rolled back holds an outbox that another copy may have worked,
and may not know of issues that another copy has sent. So before anything is sent it is looked at
whether this file still lies where it last sent, and has not fallen behind its witnesses. If it does not,
nothing is sent until an admin says that this copy lives on; what was unfinished is then held.

A renamed folder, and a database that has never owed an issue to anybody, need no question. What cannot
be noticed: a whole machine that was set back to an earlier state (docs/adr/0010).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.errors import UndecidedCopy
from alerts.model import Month
from alerts.store import events, stamp, transaction
from alerts.store import home as homes
from alerts.store.home import Home
from alerts.store.place import Place, Witness, testify, witnesses
from alerts.store.receipts import Receipts


@dataclass(frozen=True, slots=True)
class Adopted:
    """What adopting did: where the project was sent from before if that is known, and how many
    deliveries are held; `changed` is False where this copy sent already."""

    former: str
    held: int
    changed: bool


def settle(db: Database, database: Path, fresh: str, now: datetime) -> None:
    """See to it that this database may send; raises `UndecidedCopy`, in which case it must not.

    A database without a home gets one here, under the new project name `fresh`.
    """
    if words := question(db, database):
        raise UndecidedCopy(words)
    home, here = homes.get(db), Place.of(database)
    if home is None or home.place is None or not home.place.same(here):
        unsure_through = home.unsure_through if home else ""
        homes.put(db, Home(fresh, 1, here, stamp(now), unsure_through))
        testify(database, fresh, 1, unsure_through)
    elif home.place != here:  # renamed, or its machine was
        homes.put(db, replace(home, place=here))


def begin(db: Database, database: Path, fresh: str, now: datetime) -> None:
    """Give a database that was just made its home here, under the new project name `fresh`."""
    homes.put(db, Home(fresh, 1, Place.of(database), stamp(now), ""))
    testify(database, fresh, 1, "")


def question(db: Database, database: Path) -> str:
    """What an admin must decide before this database sends, in one line; empty where nothing."""
    home = homes.get(db)
    seen = list(witnesses(database, home.project if home else ""))
    if home and home.place is None:
        found = "was restored, and another copy of it may have sent since"
    elif any(home is None or _ahead(witness, home) for witness in seen):
        found = f"is older than the one that last sent ({_last_place(home, seen)})"
    elif home is None or home.place is None:
        return ""
    elif homes.latest_queued(db) and not home.place.same(Place.of(database)):
        found = f"is a copy, or was moved: it last sent from {home.place}"
    else:
        return ""
    return (
        f"this database {found}; nothing is sent."
        " If this is the copy that lives on: `alerts adopt` (see `alerts adopt --help`)"
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
    """Let this copy be the one that lives on; the others refuse where they can see it.

    Holds what is unfinished, and whatever is queued from now on of the months up to `ended`, or up to
    the latest that is known to have been queued: another copy may have sent it. Not so where the
    database was only `moved`, or sends already, unless it was `set_back` together with all that could
    tell. Raises `UndecidedCopy` where it cannot have been only moved.
    """
    here = Place.of(database)
    home = homes.get(db) or Home(fresh, 0, here, stamp(now), "")
    seen = list(witnesses(database, home.project))
    behind = home.place is None or any(_ahead(witness, home) for witness in seen)
    former = _last_place(home, seen)
    if moved and behind:
        raise UndecidedCopy(
            f"this database was not only moved: another copy{f', {former},' if former else ''} may have"
            " sent since; `alerts adopt`, without --moved, holds what is unfinished"
        )
    settled = not behind and home.place is not None and home.place.same(here)
    with Receipts(db) as receipts:  # what a killed send knew needs no holding
        receipts.fold()
    held = 0
    with transaction(db):
        generation = max(home.generation, *(w.generation for w in seen), 0) + 1
        home = replace(home, generation=generation, place=here, since=stamp(now))
        if set_back or not (moved or settled):
            held = homes.hold(db, "", now)
            unsure = max(home.unsure_through, str(ended), *(w.queued for w in seen))
            home = replace(home, unsure_through=unsure)
        homes.put(db, home)
        if held or not settled:
            detail = {"from": former, "held": held}
            events.record(db, now, "database.adopted", detail=detail)
    testify(database, home.project, generation, homes.latest_queued(db))
    former = "" if settled or former == str(here) else former
    return Adopted(former, held, changed=set_back or not settled)


def unsettle(db: Database, fresh: str, now: datetime, ended: Month) -> int:
    """Make a restored database wait for `adopt`, with all that is unfinished held; returns how many."""
    with transaction(db):
        home = homes.get(db) or Home(fresh, 1, None, stamp(now), "")
        unsure = max(home.unsure_through, str(ended))
        homes.put(db, replace(home, place=None, since=stamp(now), unsure_through=unsure))
        held = homes.hold(db, "", now)
        events.record(db, now, "database.restored", detail={"held": held})
    return held


@contextmanager
def at_work(db: Database, database: Path) -> Iterator[None]:
    """Around a send: what was copied before or during it is behind the witnesses afterwards.

    The database comes first, so a crash between the two can only leave a witness that is behind.
    """
    _advance(db, database)
    yield
    _advance(db, database)


def _advance(db: Database, database: Path) -> None:
    generation = homes.advance(db)
    home = homes.get(db)
    testify(database, home.project if home else "", generation, homes.latest_queued(db))


def _ahead(witness: Witness, home: Home) -> bool:
    """True where a witness saw a later state of this database, or another one in its stead."""
    return witness.project != home.project or witness.generation > home.generation


def _last_place(home: Home | None, seen: Sequence[Witness]) -> str:
    """Where the project was sent from last, as far as can be seen; empty if that is unknown."""
    last = max(seen, key=lambda w: w.generation, default=None)
    if last is not None and (home is None or home.place is None or _ahead(last, home)):
        return last.place
    return str(home.place) if home and home.place else ""
