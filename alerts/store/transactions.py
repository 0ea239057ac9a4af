"""Transactions: decide, commit, then act on it.

`transaction` is what a use case opens, once: a second one inside it is a `TransactionFault`, since its
commit would say nothing. What must follow the commit (cut a file, wake a thread) is given to `after_commit`;
what must be on disk before it, in a log of its own, to `before_commit`; anything else outside the database
that is tried while a transaction is open is refused (`domain/open_transaction.py`). `group_commit` lets
several transactions share one flush of the disk.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from alerts.domain.errors import TransactionFault
from alerts.domain.open_transaction import BEGUN

Act = Callable[[], object]
Item = TypeVar("Item")
WriteAhead = Callable[[Database, Sequence[Any]], object]


@dataclass(slots=True)
class _Open:
    """A transaction that is open in this thread, or a group of them."""

    db: Database
    place: str
    is_group: bool = False
    acts: list[Act] = field(default_factory=list)
    ahead: dict[WriteAhead, list[Any]] = field(default_factory=dict)


_OPEN: ContextVar[_Open | None] = ContextVar("open", default=None)


@contextmanager
def transaction(db: Database, *, own_keys: bool = False) -> Iterator[None]:
    """One write transaction, begun IMMEDIATE; rolled back if the block raises.

    Acts given to `after_commit` in the block are done after the commit, in order; if one of them
    raises, the others are still done and the transaction stands. `own_keys` skips checking foreign
    keys, for a block that takes all of them from existing rows: with a million rows that saves a
    quarter of the time. (In a group it has no effect.) Raises `TransactionFault` inside another
    transaction.
    """
    place, outer = _place(), _OPEN.get()
    if outer is not None and outer.is_group and outer.db is db:
        with _opened(_Open(db, place)) as ours, _bracket(db, "SAVEPOINT part", "RELEASE part"):
            yield
        outer.acts += ours.acts
        for write, items in ours.ahead.items():
            outer.ahead.setdefault(write, []).extend(items)
        return
    if own_keys:
        db.conn.execute("PRAGMA foreign_keys = OFF")
    try:
        with _opened(_Open(db, place)) as ours, _bracket(db, "BEGIN IMMEDIATE", "COMMIT"):
            yield
            _write_ahead(ours)
    finally:
        if own_keys:
            db.conn.execute("PRAGMA foreign_keys = ON")
    with ExitStack() as acts:
        for act in reversed(ours.acts):
            acts.callback(act)


@contextmanager
def group_commit(db: Database) -> Iterator[list[Act]]:
    """Let the transactions in the block share one commit, and so one flush of the disk.

    Each of them succeeds or is rolled back by itself; all that succeeded are on disk when the block
    has ended, and nobody may be told of them before. What raises at its end takes all of them back.
    Gives the list of what they gave to `after_commit`, which is complete then and which the caller does.
    """
    group = _Open(db, _place(), is_group=True)
    with _opened(group), _bracket(db, "BEGIN IMMEDIATE", "COMMIT"):
        yield group.acts
        _write_ahead(group)


def after_commit(db: Database, act: Act) -> None:
    """Do `act` once the open transaction of `db` is on disk; never if it is rolled back.

    At once if no transaction is open.
    """
    ours = _OPEN.get()
    if ours is None or ours.db is not db:
        act()
    else:
        ours.acts.append(act)


def before_commit(
    db: Database, write: Callable[[Database, Sequence[Item]], object], item: Item
) -> None:
    """Have `write(db, items)` called just before the COMMIT of the open transaction or group of `db`,
    once, with what every part of it that succeeded gave. If it raises, all is rolled back."""
    ours = _OPEN.get()
    if ours is None or ours.db is not db:
        raise TransactionFault("nothing is open whose commit could be waited for")
    ours.ahead.setdefault(write, []).append(item)


def _write_ahead(ours: _Open) -> None:
    for write, items in ours.ahead.items():
        write(ours.db, items)


@contextmanager
def _opened(ours: _Open) -> Iterator[_Open]:
    """Record that a transaction is open in this thread; raises if there is one already."""
    outer = _OPEN.get()
    if outer is not None and not (outer.is_group and outer.db is ours.db and not ours.is_group):
        raise TransactionFault(
            f"a transaction at {ours.place} inside the one begun at {outer.place}; this is a fault of"
            " alerts: let the outermost use case open the only one"
        )
    open_, begun = _OPEN.set(ours), BEGUN.set(ours.place)
    try:
        yield ours
    finally:
        BEGUN.reset(begun)
        _OPEN.reset(open_)


@contextmanager
def _bracket(db: Database, begin: str, end: str) -> Iterator[None]:
    """Begin a transaction, and commit it or roll it back."""
    db.conn.execute(begin)
    try:
        yield
        db.conn.execute(end)
    except BaseException:
        if db.conn.in_transaction:
            if begin == "BEGIN IMMEDIATE":
                db.conn.execute("ROLLBACK")
            else:
                db.conn.execute("ROLLBACK TO part")
                db.conn.execute("RELEASE part")
        raise


def _place() -> str:
    """Where in the code the calling context manager is entered: `folder/file.py:line`."""
    frame = sys._getframe(3)  # past this function, the context manager and contextlib
    return f"{'/'.join(Path(frame.f_code.co_filename).parts[-2:])}:{frame.f_lineno}"
