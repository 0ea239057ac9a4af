"""Writes departures and opt-ins to the departures ledger, in step with the database.

A departure is on disk in the ledger before the transaction that carries it out (`recorded_departures`)
or, in a group of transactions that share a commit, before that commit. A new opt-in is committed first
and then appended (`queue_fact`, `append_queued`). So whatever fails in between, the ledger has every
departure and no opt-in that did not happen, and `departures_follow.catch_up` makes the database follow
it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.open_transaction import written_ahead
from alerts.store import after_commit, before_commit, departures_state, transaction
from alerts.store.departure_facts import DepartureKind, Fact
from alerts.store.departure_names import AddressNames
from alerts.store.departures_fold import absorb
from alerts.store.departures_location import Departure, ledger_of, microseconds, names_of
from alerts.store.departures_seed import ready
from alerts.store.ledger_position import Slots, position, take_in

_COMING = (DepartureKind.JOINED, DepartureKind.MOVED, DepartureKind.ALLOWED, DepartureKind.CLEARED)


@contextmanager
def recorded_departures(db: Database, about: Iterable[Departure], now: datetime) -> Iterator[None]:
    """Write these departures to the ledger, flushed, and then yield one transaction to carry them out.

    Raises `StoreError` where they cannot be written; if the block raises, the ledger has them all the
    same, and the database follows at the next opportunity. In a group of transactions that share a
    commit, all departures of the group are written at once, just before the commit, which may raise the
    same; if the block raises, none is written.
    """
    if db.conn.in_transaction:
        with transaction(db):
            yield
            ledger = ledger_of(db)
            for one in about:
                before_commit(db, _append_together, (one.fact(ledger), now))
        return
    slots = append_departures(db, about, now)
    with transaction(db):
        yield
        mark_applied(db, slots)
    if slots:
        ledger_of(db).tell_held(position(db))


def append_departures(db: Database, about: Iterable[Departure], now: datetime) -> Slots:
    """Write these departures to the ledger, for `mark_applied` in the transaction that follows."""
    facts = list(about)
    if not facts:
        return ()
    ledger = ready(db, now)
    append_queued(db, now)
    return ledger.append([one.fact(ledger) for one in facts], microseconds(now))


def mark_applied(db: Database, slots: Slots) -> None:
    """Within the transaction that carries written departures out: record that it does."""
    if slots:
        take_in(db, ledger_of(db), slots)


def _append_together(db: Database, told: Sequence[tuple[Fact, datetime]]) -> None:
    """Write all departures of a group with one flush per copy, before the commit that carries them out."""
    now = max(at for _, at in told)
    with written_ahead():
        ledger = ready(db, now)
        slots = ledger.append([fact for fact, _ in told], microseconds(now))
    take_in(db, ledger, slots)
    after_commit(db, lambda: ledger.tell_held(position(db)))


def queue_fact(db: Database, about: Sequence[Departure], now: datetime) -> None:
    """Within the transaction of a new opt-in: have it appended to the ledger after the commit."""
    names = names_of(db)
    after_commit(db, lambda: append_queued(db, now))
    for fact in (fact for one in about for fact in _facts(db, names, one)):
        newest = db.conn.execute(
            "SELECT max(max(left_at, joined_at, blocked_at)) FROM departed WHERE hash IN (?, ?)",
            (fact.address, fact.person),
        ).fetchone()[0]
        at = max(microseconds(now), (newest or 0) + 1)
        absorb(db, [Fact(fact.kind, fact.address, fact.person, at)])
        db.conn.execute(
            "INSERT INTO ledger_owed (kind, address, person) VALUES (?, ?, ?)",
            (fact.kind, fact.address, fact.person),
        )


def _facts(db: Database, names: AddressNames, one: Departure) -> Iterator[Fact]:
    """What there is to tell of one opt-in: it holds for each name under which the address may be gone."""
    fact = one.fact(names.ledger)
    if one.address is None or one.kind not in _COMING:
        yield fact
        return
    known = list(names.known(db, one.address.key))
    kind = fact.kind
    if kind is DepartureKind.ALLOWED and departures_state.cleared(db, known):
        kind = DepartureKind.CLEARED
    for name in known:
        if name == fact.address or departures_state.has(db, name):
            yield Fact(kind, name, fact.person)


def append_queued(db: Database, now: datetime) -> None:
    """Append the queued facts to the ledger. Does nothing within a transaction, which may be rolled
    back."""
    if db.conn.in_transaction:
        return
    owed = db.conn.execute(
        "SELECT id, kind, address, person FROM ledger_owed ORDER BY id"
    ).fetchall()
    if not owed:
        return
    ledger = ready(db, now)
    facts = [Fact(DepartureKind(kind), address, person) for _, kind, address, person in owed]
    slots = ledger.append(facts, microseconds(now))
    with transaction(db):
        db.conn.execute("DELETE FROM ledger_owed WHERE id <= ?", (owed[-1][0],))
        take_in(db, ledger, slots)
    ledger.tell_held(position(db))
