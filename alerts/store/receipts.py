"""Receipts: outcomes that are on disk, and will be in the database in a moment.

A commit of SQLite costs a sender several flushes and half a millisecond of work; a line at the end of a
file costs one flush. So the outcomes that come in together are first appended, as one line, to a file
beside the database, and folded into the outbox some hundreds at a time (docs/adr/0014-receipts.md).

What `append` has returned from survives a kill, and power loss where they are `durable`: flushed one by
one. Whoever holds the project's lock next folds in what a killed run left, before
anything is claimed. The file is one run's at a time, and is gone when a run has ended well.
"""

import errno
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from alerts.errors import LockHeld
from alerts.model import DeliveryState, Outcome, Reason, Reply
from alerts.store import flush, moment, outbox, stamp
from alerts.store.lock import project_lock
from alerts.store.outbox import Settlement


class Receipts:
    """The receipts of one run. A context: leaving it closes the file, and removes an empty one."""

    def __init__(self, db: Database, *, durable: bool = True) -> None:
        self._db, self._durable = db, durable
        database, self._path = _beside(db)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if self._durable:
            flush(database.parent)
        octets = self._path.read_bytes()
        self.unfolded: list[Settlement] = list(_read(octets))
        self._size = len(octets)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._file)
        if not self._size:
            self._path.unlink(missing_ok=True)

    def append(self, batch: Sequence[Settlement]) -> None:
        """Have these outcomes on disk. Raises `OSError` where the disk takes no more of them: then
        none of them is there."""
        line = _line(batch)
        try:
            if os.write(self._file, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
            if self._durable:
                os.fdatasync(self._file)
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(line)
        self.unfolded += batch

    def fold(self) -> None:
        """Have what was appended in the database, and begin an empty file.

        A kill between the two folds the same receipts in once more, which changes nothing: only a
        delivery that the same lease still holds moves.
        """
        if self.unfolded:
            outbox.settle(self._db, self.unfolded)
        if self._size:
            os.ftruncate(self._file, 0)
            self._size = 0
        self.unfolded = []


def fold_left(db: Database, now: datetime) -> None:
    """Fold in what a killed run left, if there is any; a run that is at work does so by itself."""
    database, path = _beside(db)
    if not path.exists():
        return
    try:
        with project_lock(database, "subscriber erase", now), Receipts(db) as receipts:
            receipts.fold()
    except LockHeld:
        return


def _line(batch: Sequence[Settlement]) -> bytes:
    """One batch: a checksum, and a JSON array of rows."""
    rows = [
        (
            s.delivery_id,
            s.lease_id,
            s.outcome.state,
            s.outcome.reply.code,
            s.outcome.reply.text,
            s.outcome.reason,
            s.attempts,
            stamp(s.due_at),
            stamp(s.at),
        )
        for s in batch
    ]
    content = json.dumps(rows).encode()
    return b"%08x %s\n" % (zlib.crc32(content), content)


def _read(octets: bytes) -> Iterator[Settlement]:
    """The receipts of a run that was killed, all that are whole.

    A torn line is one whose `append` did not return, so nothing was built on it. Each of the others
    stands for itself: what it says came about.
    """
    for line in octets.splitlines():
        checksum, _, content = line.partition(b" ")
        if checksum != b"%08x" % zlib.crc32(content):
            continue
        yield from map(_settlement, json.loads(content))


def _settlement(row: Sequence[Any]) -> Settlement:
    delivery_id, lease_id, state, code, text, reason, attempts, due_at, at = row
    outcome = Outcome(DeliveryState(state), Reply(code, text), Reason(reason))
    return Settlement(delivery_id, lease_id, outcome, attempts, moment(due_at), moment(at))


def _beside(db: Database) -> tuple[Path, Path]:
    """Where the database lies, and where its receipts do."""
    database = Path(db.conn.execute("PRAGMA database_list").fetchone()[2])
    return database, database.with_name(f"{database.name}-receipts")
