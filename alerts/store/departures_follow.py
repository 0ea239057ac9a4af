"""Makes the database follow the departures ledger, where the ledger has more facts.

A database that lacks a few facts was interrupted by a crash, and follows automatically. One that has
fewer facts than an earlier database here is an older one that was put back: it follows too, but nothing
is sent until an admin has adopted it (docs/adr/0019-departures-ledger.md).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.subscriber import SubscriberStatus
from alerts.store import (
    audit_log,
    departures_copy,
    departures_state,
    erasure,
    subscribers,
    suppressions,
    transaction,
)
from alerts.store.departure_facts import DepartureKind, Fact
from alerts.store.departures_fold import absorb
from alerts.store.departures_ledger import Ledger
from alerts.store.departures_location import beside, ledger_of, microseconds, names_of
from alerts.store.departures_seed import ready
from alerts.store.departures_state import DepartedPerson, DepartureVerdict
from alerts.store.departures_write import append_queued
from alerts.store.ledger_position import BATCH, ahead, position

_UNDER_WAY = timedelta(seconds=10)  # the process that wrote a newer fact may be about to commit it
_FORGETS = (DepartureKind.ERASED, DepartureKind.FORGOTTEN)
_CACHE = -65_536  # KiB of SQLite's cache while many facts are folded


def create_ledger(db: Database, now: datetime) -> None:
    """Give a new database its ledger: the one that exists in its place, if there is one."""
    path = Path(db.conn.execute("PRAGMA database_list").fetchone()[2])
    if older := departures_copy.name_in(beside(path)):
        db.conn.execute("UPDATE ledger SET name = ?", (older,))
    catch_up(db, now)


def verdict(db: Database, address: Address, now: datetime) -> DepartureVerdict:
    """The ledger's verdict on an address that is about to be put on the list."""
    catch_up(db, now)
    return departures_state.verdict(db, names_of(db), address)


def is_older(db: Database) -> bool:
    """True where the database has fewer facts of the ledger than before, or was found so and has not
    been adopted since: an older database was put in its place."""
    ledger = ledger_of(db)
    held = ledger.held()  # before the position, which another process may advance meanwhile
    position, line, behind = db.conn.execute("SELECT position, line, behind FROM ledger").fetchone()
    return bool(behind) or (
        ledger.exists()
        and (held > position or (position > 0 and ledger.line_at(position - 1) != line))
    )


def catch_up(db: Database, now: datetime, database: Path | None = None) -> int:
    """Make the database follow the ledger; returns how many people left or are kept out by that.

    That the database was older than its ledger is remembered until `adopt_ledger`. Costs a few reads
    where there is nothing to do. Raises `StoreError`.
    """
    if db.conn.in_transaction:
        return 0
    ledger = ready(db, now, database)
    append_queued(db, now)
    held = ledger.held()  # before the position, which another process may advance meanwhile
    begin_at, line, _ = db.conn.execute("SELECT position, line, behind FROM ledger").fetchone()
    behind = held > begin_at
    if begin_at and ledger.line_at(begin_at - 1) != line:
        behind, begin_at = True, 0  # the order has changed: start again
    if begin_at == ledger.end() and not behind:
        return 0
    end = _fold(db, ledger, begin_at)
    last = ledger.line_at(end - 1)
    gone = list(departures_state.gone(db, names_of(db, database)))
    with transaction(db):
        number = sum(_let_go(db, one, now) for one in gone)
        db.conn.execute("DELETE FROM ledger_ahead WHERE slot < ?", (end,))
        db.conn.execute(  # not backwards, where another process has advanced it meanwhile
            """UPDATE ledger SET position = :end, line = :last, behind = behind OR :behind
                WHERE :behind OR position < :end""",
            {"end": end, "last": last, "behind": behind},
        )
        if number:
            audit_log.record(db, now, "database.followed_ledger", detail={"people": number})
    if database is None:
        ledger.tell_held(position(db))
    return number


def _fold(db: Database, ledger: Ledger, begin_at: int) -> int:
    """Add the facts from that slot on; returns the slot after the last one."""
    held = ahead(db) if begin_at else set()
    batch: list[Fact] = []
    end = begin_at
    with _room(db, ledger.end() - begin_at):
        for slot, fact in ledger.read(begin_at):
            end = slot + 1
            if slot not in held:
                batch.append(fact)
            if len(batch) == BATCH:
                _absorbed(db, batch)
                batch = []
        _absorbed(db, batch)
    return end


def _absorbed(db: Database, batch: list[Fact]) -> None:
    with transaction(db):
        absorb(db, batch)


@contextmanager
def _room(db: Database, facts: int) -> Iterator[None]:
    """A larger cache of the database while very many facts are added."""
    (usual,) = db.conn.execute("PRAGMA cache_size").fetchone()
    if facts > BATCH:
        db.conn.execute(f"PRAGMA cache_size = {_CACHE}")
    try:
        yield
    finally:
        db.conn.execute(f"PRAGMA cache_size = {usual}")


def adopt_ledger(db: Database, now: datetime, database: Path | None = None) -> int:
    """Make the database follow its ledger, and no longer count as older; returns how many people left.

    A ledger of another project that is in its place is renamed.
    """
    ledger = ledger_of(db, database)
    ledger.set_aside()
    if ledger.exists():
        ready(db, now, database).heal()
    number = catch_up(db, now, database)
    db.conn.execute("UPDATE ledger SET behind = 0")
    ledger.tell_held(position(db))
    return number


class LedgerWatch:
    """Whether the ledger has grown, for a sender that asks often."""

    def __init__(self, db: Database) -> None:
        self._db, self._ledger = db, ledger_of(db)
        self._seen = self._ledger.mark()

    def look(self, now: datetime) -> None:
        """Make the database follow facts that a dead process has left without a commit.

        Facts younger than ten seconds may belong to a process that is about to commit.
        """
        mark = self._ledger.mark()
        if mark == self._seen:
            return
        held = ahead(self._db)
        fresh = microseconds(now - _UNDER_WAY)
        undone = [f for slot, f in self._ledger.read(position(self._db)) if slot not in held]
        if any(fact.at < fresh for fact in undone):
            catch_up(self._db, now)
        elif not undone:
            self._seen = mark


def _let_go(db: Database, gone: DepartedPerson, now: datetime) -> bool:
    """Apply the ledger's verdict on one person; returns whether that changed anything."""
    person = subscribers.by_id(db, gone.subscriber_id)
    if person is None or person.status is SubscriberStatus.ERASED:
        return False
    address = Address.parse(person.email)
    reason = gone.verdict.reason
    if gone.verdict.blocked in _FORGETS and reason is not None:
        erasure.forget(db, person, address, reason, now)
        return True
    changed = False
    if gone.verdict.left and person.status is not SubscriberStatus.UNSUBSCRIBED:
        subscribers.leave(db, person.id, now)
        audit_log.record(
            db, now, "subscriber.unsubscribed", subscriber_id=person.id, detail={"by": "ledger"}
        )
        changed = True
    if reason is not None:
        changed |= suppressions.add(db, address, reason, "", now)
    return changed
