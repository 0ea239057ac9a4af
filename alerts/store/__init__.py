"""The database: one SQLite file, opened here and spoken to only by the modules beside this one.

Each module holds the SQL of one family of tables, written as SQL beside its function. Constraints
carry the invariants. Journal mode: TRUNCATE, not WAL, because SQLite before 3.51.3 can corrupt a
WAL database that several processes write (mail-rules trap F; docs/adr/0004-rollback-journal.md).
Transactions begin IMMEDIATE, so that reading and then writing cannot fail half-way (trap E).
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.errors import AlertsError, StoreBusy, StoreError
from alerts.store.migrations import MIGRATIONS, from_the_future

_SMALLEST = 512  # octets: a page; SQLite takes what is shorter for a database to be made
BUSY_TIMEOUT = 30.0  # seconds; another process may be in the middle of a large import


def create(path: Path) -> Database:
    """Make the database at `path`, or bring an older one up to date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)  # it holds people's addresses
    return open_database(path, new=True)


def open_database(path: Path, *, threads: bool = False, new: bool = False) -> Database:
    """Open an existing database and apply pending migrations.

    What is committed survives power loss. `threads` allows use from several threads; the caller then sees
    to it that only one uses it at a time. `new` allows an empty file.
    """
    if not path.is_file():
        raise StoreError(f"{path}: no database here; run `alerts init`")
    if not new and path.stat().st_size < _SMALLEST:
        raise StoreError(f"{path}: an empty file; restore a backup, or run `alerts init`")
    with faults(path):
        connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=not threads
        )
        try:
            connection.execute("PRAGMA journal_mode = TRUNCATE").fetchone()
            connection.execute("PRAGMA synchronous = FULL")  # with NORMAL, power loss can damage it
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA temp_store = MEMORY")
            db = Database(connection)
            if unknown := from_the_future(db):
                raise StoreError(
                    f"{path}: a newer version of alerts has written it ({unknown[-1]}); upgrade alerts"
                )
            if MIGRATIONS.pending(db):
                _migrate(db)
        except BaseException:
            connection.close()
            raise
    return db


def _migrate(db: Database) -> None:
    """Apply what is pending under an exclusive lock, so that two processes never race to it."""
    db.conn.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.conn.execute("BEGIN EXCLUSIVE")
    db.conn.execute("COMMIT")  # with locking_mode EXCLUSIVE the lock outlives the transaction
    MIGRATIONS.apply(db)
    db.conn.execute("PRAGMA locking_mode = NORMAL")
    db.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()  # lets go of the lock


def check(db: Database, path: Path) -> None:
    """Raise `StoreError` where the tables and indexes are not sound (a matter of 0.1 s per 100 MB).

    What SQLite cannot see is a changed letter inside a row; editions have their own checksum.
    """
    with faults(path):
        found = db.conn.execute("PRAGMA quick_check(1)").fetchone()[0]
        pages = db.conn.execute("PRAGMA page_count").fetchone()[0]
        size = pages * db.conn.execute("PRAGMA page_size").fetchone()[0]
    if path.stat().st_size < size:
        found = f"{path.stat().st_size} octets of {size}"
    if found != "ok":
        raise StoreError(
            f"{path}: the database is damaged; restore a backup ({' '.join(found.split())})"
        )


@contextmanager
def transaction(db: Database, *, own_keys: bool = False) -> Iterator[None]:
    """One write transaction, begun IMMEDIATE; rolled back whole if the block raises.

    Within another one it is a part of that, which is taken back alone if the block raises. `own_keys`
    spares looking up foreign keys, for a block that takes all of them from the rows that they name:
    with a million rows that is a quarter of the time. (Within another one it says nothing.)
    """
    inner = db.conn.in_transaction
    if own_keys:
        db.conn.execute("PRAGMA foreign_keys = OFF")
    try:
        db.conn.execute("SAVEPOINT part" if inner else "BEGIN IMMEDIATE")
        yield
        db.conn.execute("RELEASE part" if inner else "COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            if inner:
                db.conn.execute("ROLLBACK TO part")
                db.conn.execute("RELEASE part")
            else:
                db.conn.execute("ROLLBACK")
        raise
    finally:
        if own_keys:
            db.conn.execute("PRAGMA foreign_keys = ON")


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """SQLite's errors as ours: busy is StoreBusy, the rest StoreError, each in one line."""
    try:
        yield
    except sqlite3.Error as fault:
        raise translated(fault, path) from fault
    except UnicodeDecodeError as fault:  # SQLite quotes a damaged schema in its complaint
        raise StoreError(f"{path}: the database is damaged; restore a backup") from fault


def may_pass(fault: Exception) -> bool:
    """True for a fault that can end without us: another writer, or a disk that is full."""
    if isinstance(fault, OSError):
        return fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO)
    name = getattr(fault, "sqlite_errorname", "")
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR"))


def translated(fault: sqlite3.Error, path: Path) -> AlertsError:
    """The error of ours that stands for one of SQLite's."""
    name = getattr(fault, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"{path}: another program holds the database; try again later")
    remedy = {
        "SQLITE_FULL": "the disk is full; make room and run the same command again",
        "SQLITE_READONLY": "the file or its folder is read-only; check owner and mode",
        "SQLITE_CANTOPEN": "cannot be opened; check owner and mode of the file and its folder",
        "SQLITE_NOTADB": "not an SQLite database; restore a backup",
        "SQLITE_CORRUPT": "the database is damaged; restore a backup",
        "SQLITE_IOERR": "the disk failed; check it, then run the same command again",
    }
    for prefix, words in remedy.items():
        if name.startswith(prefix):
            return StoreError(f"{path}: {words}")
    return StoreError(f"{path}: {fault}")


def flush(path: Path) -> None:
    """Have a file, or the names in a folder, on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp(moment: datetime) -> str:
    """A moment as the database keeps it: UTC, ISO 8601, whole seconds, sortable as text."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def moment(text: str) -> datetime:
    """The inverse of `stamp`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
