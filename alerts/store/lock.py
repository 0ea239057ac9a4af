"""The locks of a project: one run at a time on this machine, and beside it one that posts notices.

An advisory lock (flock) on a file beside the database, which the kernel lets go of when its holder
dies, so a lock left behind is no obstacle. The file's text says who holds it: whoever takes the lock
writes it behind a gate, a second file that is held for that moment only, so that nobody who finds
the lock taken can read no name yet, or the name of somebody who is dead.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from alerts.errors import LockHeld
from alerts.store import stamp


@contextmanager
def project_lock(database: Path, what: str, now: datetime, name: str = "lock") -> Iterator[None]:
    """Hold the project's lock, or another one by name; raises `LockHeld` at once, naming the holder."""
    path = database.with_name(f"{database.name}.{name}")
    with _opened(path) as lock:
        with _opened(path.with_name(f"{path.name}.gate")) as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            _take(lock, f"`alerts {what}`, process {os.getpid()}", now)
        yield


def _take(lock: int, who: str, now: datetime) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
