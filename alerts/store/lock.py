"""The locks of a project: one run at a time on this machine, and separately one sender of notices.

An advisory lock (flock) on a file beside the database, which the kernel releases when its holder dies,
so a file left behind is no obstacle. The file names the holder. It is written under a second lock, held
only for that moment, so that a process that finds the lock taken never reads an empty or outdated name.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from alerts.domain.errors import LockHeld
from alerts.domain.open_transaction import outside
from alerts.store import stamp


@contextmanager
def project_lock(database: Path, what: str, now: datetime, name: str = "lock") -> Iterator[None]:
    """Hold the project's lock, or another one by name; raises `LockHeld` at once, naming the holder."""
    outside("a lock is taken")
    path = database.with_name(f"{database.name}.{name}")
    with _opened(path) as lock:
        with _opened(path.with_name(f"{path.name}.gate")) as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            _take(lock, f"`alerts {what}`, process {os.getpid()}", now)
        yield


@contextmanager
def file_in_use(database: Path, what: str, now: datetime) -> Iterator[None]:
    """Keep the database file from being replaced inside the block; several processes may do so at once.

    Raises `LockHeld` while a process replaces it.
    """
    with _in_place(database, fcntl.LOCK_SH, what, now):
        yield


@contextmanager
def file_replaced(database: Path, what: str, now: datetime) -> Iterator[None]:
    """Lock the database file for replacing it; raises `LockHeld` at once, with the name of a process
    that uses it."""
    with _in_place(database, fcntl.LOCK_EX, what, now):
        yield


@contextmanager
def _in_place(database: Path, kind: int, what: str, now: datetime) -> Iterator[None]:
    path = database.with_name(f"{database.name}.serve.lock")
    with _opened(path) as lock:
        with _opened(path.with_name(f"{path.name}.gate")) as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            _take(lock, f"`alerts {what}`, process {os.getpid()}", now, kind)
        yield


@contextmanager
def waiting_lock(path: Path) -> Iterator[None]:
    """Hold a short lock on the file at `path`; waits for its holder."""
    with _opened(path) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _take(lock: int, who: str, now: datetime, kind: int = fcntl.LOCK_EX) -> None:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        holder = os.pread(lock, 400, 0).decode(errors="replace")
        raise LockHeld(
            f"{holder} works on this project; this call changes nothing, try again later"
        ) from fault
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{who} on {socket.gethostname()}, since {stamp(now)},".encode(), 0)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def waiting(database: Path) -> Iterator[None]:
    """Tell a process that writes many short transactions that another one wants to write in between."""
    with _opened(database.with_name(f"{database.name}.waiting")) as turn:
        fcntl.flock(turn, fcntl.LOCK_SH)
        yield


def give_way(database: Path) -> None:
    """Between two transactions, wait for the processes that are `waiting`.

    SQLite lets waiters try again only about every 0.1 s, so they would rarely find the database free.
    """
    with _opened(database.with_name(f"{database.name}.waiting")) as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
