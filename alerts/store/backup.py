"""Backups of the whole database: a consistent copy made while others write, and its restoration.

Made by SQLite's backup interface in a single step, for which writers wait: in several steps it would
start again whenever a sender commits. A copy appears complete and checked or not at all, and only its
owner can read it.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.errors import InputError, StoreBusy
from alerts.domain.open_transaction import outside
from alerts.store import faults, flush, open_database
from alerts.store.migrations import NAMES, applied

_PATIENCE = 120.0  # seconds that a backup waits for other processes that hold the database


@contextmanager
def copied(origin: Path, beside: Path) -> Iterator[Path]:
    """Yield a checked copy of the database at `origin`, as a nameless file in the folder of `beside`.

    Nothing is written to `origin`. The copy is removed afterwards, unless the block has moved it.
    Raises `StoreError`, `InputError` or `StoreBusy`.
    """
    outside("the database is copied")
    handle, name = tempfile.mkstemp(dir=beside.parent, prefix=f".{beside.name}.")
    os.close(handle)
    copy = Path(name)
    try:
        source_uri = f"{origin.resolve().as_uri()}?mode=ro"
        with (
            faults(origin),
            closing(sqlite3.connect(source_uri, uri=True)) as source,
            closing(sqlite3.connect(copy, isolation_level=None)) as target,
        ):
            _copy(source, target, origin)
            _check(target, origin)
        flush(copy)
        yield copy
    finally:
        for left in (copy, copy.with_name(f"{copy.name}-journal")):
            left.unlink(missing_ok=True)


def give_name(copy: Path, file: Path, *, replace: bool) -> None:
    """Rename a copy to `file`; raises `FileExistsError` where that exists, unless `replace`."""
    if replace:
        copy.replace(file)
    else:
        try:
            os.link(copy, file)  # unlike a rename, this never replaces another file
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links, such as that of a USB stick
            if file.exists():
                raise FileExistsError(str(file)) from None
            copy.rename(file)
    flush(file.parent)


def upgraded(copy: Path, origin: Path) -> Database:
    """The copy, open and migrated; raises `InputError` where it is not a database of this program."""
    with faults(origin), closing(sqlite3.connect(copy)) as connection:
        found = set(applied(Database(connection, execute_plugins=False)))
    if not found:
        raise InputError(f"{origin}: this is not a database of alerts")
    if newer := sorted(found - set(NAMES)):
        raise InputError(
            f"{origin}: made by a newer version of alerts (with {newer[-1]}); upgrade alerts first"
        )
    return open_database(copy)


def tidy(beside: Path) -> None:
    """Remove unfinished copies that a kill has left; no other process may be making one."""
    for left in beside.parent.glob(f".{beside.name}.*"):
        left.unlink(missing_ok=True)


def swap(copy: Path, database: Path, aside: Path) -> bool:
    """Replace `database`, which is kept as `aside`, by `copy`; False if there was none.

    A journal left by a crash belongs to the former database: it is rolled back or, if that fails, moved
    along with its receipts, so that it is not applied to the copy.
    """
    existed = database.exists()
    owner = (database if existed else database.parent).stat()
    with suppress(PermissionError):  # root may restore for the user who sends
        os.chown(copy, owner.st_uid, owner.st_gid)
    if existed:
        with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as former:
            former.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for ending in ("-journal", "-receipts"):
            left = database.with_name(f"{database.name}{ending}")
            if left.exists() and left.stat().st_size:
                left.replace(aside.with_name(f"{aside.name}{ending}"))
        try:
            os.link(database, aside)  # so that a database exists at every moment
        except OSError:  # without hard links, there is no database for a moment
            database.rename(aside)
    copy.replace(database)
    flush(database.parent)
    return existed


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, origin: Path) -> None:
    """Copy all pages in one step; tried again, for a limited time, while others hold the database."""
    give_up = time.monotonic() + _PATIENCE

    def progress(status: int, _remaining: int, _total: int) -> None:
        if status != sqlite3.SQLITE_DONE and time.monotonic() > give_up:
            raise StoreBusy(f"{origin}: another program holds the database; try again later")

    source.backup(target, pages=-1, progress=progress, sleep=0.05)


def _check(copy: sqlite3.Connection, origin: Path) -> None:
    """Raise `InputError` where the copy is damaged."""
    found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found == "ok":
        loose = copy.execute("PRAGMA foreign_key_check").fetchone()
        found = f"{loose[0]} names a row that is not there" if loose else ""
    if found:
        raise InputError(f"{origin}: the database is damaged: {found.split(chr(10))[0]}")
