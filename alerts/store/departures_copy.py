"""One copy of the departures ledger on a disk: created whole, written in place, read by slots.

A file of slots (see departure_facts.py): first two of the head, then one per fact, then empty ones,
which are reserved space, so that a full disk cannot refuse a departure. The head has the name of the
ledger, and how much of it the database has absorbed. The key (32 octets) is in a file beside it. Only
the owner can read both.
"""

import errno
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from alerts.store.departure_facts import EMPTY, SLOT, sealed, unsealed

HEAD = 2  # slots
ROOM = 1024  # empty slots
_MAGIC = "alerts departures 1"


def name_in(path: Path) -> str:
    """The name of the ledger that a file is a copy of; empty where its head cannot be read."""
    return _head(path)[0]


def key_of(path: Path) -> bytes:
    """The key beside a copy; empty where it is missing or not the one that the copy was written with."""
    with suppress(OSError):
        key = key_path(path).read_bytes()
        if len(key) == 32 and _head(path)[1] == _check(key):
            return key
    return b""


def key_path(path: Path) -> Path:
    """The path of a copy's key."""
    return path.with_name(f"{path.name}.key")


def held(path: Path) -> int:
    """The number of slots that the database has absorbed, by the head."""
    with suppress(OSError), path.open("rb") as file:
        file.seek(SLOT)
        words = unsealed(file.read(SLOT))
        if len(words) == 2 and words[0] == "held":
            return int(words[1], 16)
    return 0


def tell_held(path: Path, slots: int) -> None:
    """Write that number into the head; it need not survive a power loss."""
    with suppress(OSError), path.open("r+b") as file:
        file.seek(SLOT)
        file.write(sealed(f"held {slots:016x}"))


def used(file: int) -> int:
    """The number of slots of an open copy before its empty end, found by binary search."""
    low, high = 0, max(0, os.fstat(file).st_size // SLOT - HEAD)
    while low < high:
        middle = (low + high) // 2
        if os.pread(file, SLOT, (HEAD + middle) * SLOT) == EMPTY:
            high = middle
        else:
            low = middle + 1
    return low


def octets(path: Path) -> bytes:
    """The used slots of a copy, as octets."""
    with opened([path]) as files:
        if not files:
            return b""
        length = used(files[0]) * SLOT
        with path.open("rb") as file:
            file.seek(HEAD * SLOT)
            return file.read(length)


def make(path: Path, name: str, key: bytes, facts: bytes, held_slots: int) -> None:
    """Write a whole copy, which appears complete or not at all, and its key before it."""
    beside = key_path(path)
    if not beside.exists() or beside.read_bytes() != key:
        _appear(beside, key)
    head = sealed(f"{_MAGIC} {name} {_check(key)}") + sealed(f"held {held_slots:016x}")
    _appear(path, head + facts + EMPTY * ROOM)


def put(path: Path, slot: int, lines: bytes) -> None:
    """Write lines over empty slots, flushed; then reserve enough empty slots again, if there is space.
    Raises `OSError`."""
    file = os.open(path, os.O_RDWR)
    try:
        place = (HEAD + slot) * SLOT
        if os.pwrite(file, lines, place) < len(lines):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fdatasync(file)
        size = os.fstat(file).st_size
        if size - place - len(lines) < ROOM * SLOT // 2:
            with suppress(OSError):  # the disk is full, but half of the reserved slots are left
                os.pwrite(file, EMPTY * ROOM, size)
                os.fdatasync(file)
    finally:
        os.close(file)


@contextmanager
def opened(paths: Sequence[Path]) -> Iterator[list[int]]:
    """Those of the files that can be read."""
    files: list[int] = []
    try:
        for path in paths:
            with suppress(OSError):
                files.append(os.open(path, os.O_RDONLY))
        yield files
    finally:
        for file in files:
            os.close(file)


def _head(path: Path) -> tuple[str, str]:
    """The name and the check value of the key; empty where they cannot be read."""
    with suppress(OSError), path.open("rb") as file:
        words = unsealed(file.read(SLOT))
        if len(words) == 5 and " ".join(words[:3]) == _MAGIC:
            return words[3], words[4]
    return "", ""


def _check(key: bytes) -> str:
    return hashlib.blake2b(b"departures", digest_size=4, key=key).hexdigest()


def _appear(path: Path, content: bytes) -> None:
    fresh = path.with_name(f"{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(handle)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
