"""The locks of a project: one run at a time on this machine, and beside it one that posts notices.

An advisory lock (flock) on a file beside the database, which the kernel lets go of when its holder
dies, so a lock left behind is no obstacle. The file's text says who holds it.
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
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            holder = (
                os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"
            )
            raise LockHeld(
                f"{holder} works on this project; this call changes nothing, try again later"
            ) from fault
        os.ftruncate(descriptor, 0)
        text = (
            f"`alerts {what}`, process {os.getpid()} on {socket.gethostname()}, since {stamp(now)},"
        )
        os.pwrite(descriptor, text.encode(), 0)
        yield
    finally:
        os.close(descriptor)
