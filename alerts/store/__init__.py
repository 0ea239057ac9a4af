"""The database: one SQLite file, opened here and used only through the modules of this folder.

Each module holds the SQL of one family of tables, written as SQL beside its function. Constraints
carry the invariants. Journal mode: TRUNCATE, not WAL, because SQLite before 3.51.3 can corrupt a
WAL database that several processes write (trap F; docs/adr/0004-rollback-journal.md).
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

from alerts.domain.errors import AlertsError, NoDatabase, StoreBusy, StoreError
from alerts.store import migrations
from alerts.store.transactions import after_commit, before_commit, group_commit, transaction

__all__ = [
    "after_commit",
    "before_commit",
    "create",
    "faults",
    "flush",
    "group_commit",
    "may_pass",
    "moment",
    "open_database",
    "stamp",
    "transaction",
    "translated",
]

_SMALLEST = 512  # octets of the first page; SQLite treats a shorter file as a new database
BUSY_TIMEOUT = 30.0  # seconds; another process may be in the middle of a large import


def create(path: Path) -> Database:
    """Make the database at `path`, or bring an older one up to date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)  # the file contains people's addresses
    return open_database(path, new=True)


def open_database(path: Path, *, threads: bool = False, new: bool = False) -> Database:
    """Open an existing database and apply pending migrations.

    Committed changes survive a power loss. `threads` allows use from several threads; the caller must
    ensure that only one uses it at a time. `new` allows an empty file.
    """
    if not path.is_file():
        raise NoDatabase(f"{path}: no database here; run `alerts init`")
    if not new and path.stat().st_size < _SMALLEST:
        raise NoDatabase(f"{path}: an empty file; restore a backup, or run `alerts init`")
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
            db = Database(connection, execute_plugins=False)  # finding them takes 60 ms
            migrations.take_over_former_names(db)
            if unknown := migrations.from_the_future(db):
                raise StoreError(
                    f"{path}: a newer version of alerts has written it ({unknown[-1]}); upgrade alerts"
                )
            if migrations.lacking(db):
                _migrate(db)
        except BaseException:
            connection.close()
            raise
    return db


def _migrate(db: Database) -> None:
    """Apply pending migrations under an exclusive lock, so that two processes never do it at once."""
    db.conn.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.conn.execute("BEGIN EXCLUSIVE")
    db.conn.execute("COMMIT")  # with locking_mode EXCLUSIVE the lock outlives the transaction
    migrations.MIGRATIONS.apply(db)
    db.conn.execute("PRAGMA locking_mode = NORMAL")
    db.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()  # releases the lock


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as `StoreBusy` or `StoreError`, each with a one-line message."""
    try:
        yield
    except sqlite3.Error as fault:
        raise translated(fault, path) from fault
    except UnicodeDecodeError as fault:  # SQLite quotes a damaged schema in its message
        raise StoreError(f"{path}: the database is damaged; restore a backup") from fault


def may_pass(fault: Exception) -> bool:
    """True for an error that may pass without help: another writer, or a full disk."""
    if isinstance(fault, OSError):
        return fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO)
    name = getattr(fault, "sqlite_errorname", "")
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR"))


def translated(fault: sqlite3.Error, path: Path) -> AlertsError:
    """The error of our tree for an error of SQLite."""
    name = getattr(fault, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"{path}: another program holds the database; try again later")
    remedy = {
        "SQLITE_FULL": "the disk is full; free disk space and run the same command again",
        "SQLITE_READONLY": "the file or its folder is read-only; check owner and mode",
        "SQLITE_CANTOPEN": "cannot be opened; check owner and mode of the file and its folder",
        "SQLITE_NOTADB": "not an SQLite database; restore a backup",
        "SQLITE_CORRUPT": "the database is damaged; restore a backup",
        "SQLITE_IOERR": "the disk failed; check it, then run the same command again",
    }
    for prefix, words in remedy.items():
        if name.startswith(prefix):
            return StoreError(f"{path}: {words}")
    code = f" ({name})" if name else ""
    return StoreError(f"{path}: the database cannot do this{code}; run `alerts doctor`")


def flush(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp(moment: datetime) -> str:
    """A moment as the database stores it: UTC, ISO 8601, whole seconds, sortable as text."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def moment(text: str) -> datetime:
    """The inverse of `stamp`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
