"""Receipts: outcomes in a file beside the database, before they are folded into the outbox.

A commit of SQLite costs a sender several flushes and half a millisecond of work; a line at the end of a
file costs one flush. So the outcomes that come in together are first appended, as one line, to a file
beside the database, and folded into the outbox some hundreds at a time (docs/adr/0014-receipts.md).

Outcomes for which `append` has returned survive a kill, and, once they are `on_disk`, also a power loss if
the receipts are `durable`. The next holder of the project's lock folds the receipts of a
killed run before anything is claimed. The file belongs to one run at a time, and is removed when a run
ends normally.
"""

import errno
import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState, Outcome, Reason, Reply
from alerts.domain.errors import LockHeld
from alerts.domain.open_transaction import outside
from alerts.store import claims, flush, moment, stamp
from alerts.store.claims import Settlement
from alerts.store.flushes import Flushes
from alerts.store.lock import project_lock


class Receipts:
    """The receipts of one run; a context manager that closes the file, and removes an empty one."""

    def __init__(
        self,
        db: Database,
        *,
        durable: bool = True,
        woken: Callable[[], None] = lambda: None,
        steady: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`woken` is called, in another thread, when more of what was written is on disk; `steady` gives
        seconds, by which flushes are seen to be slow. Without it none of them is."""
        outside("receipts are opened")
        self._db, self._durable = db, durable
        database, self._path = _beside(db)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if self._durable:
            flush(database.parent)
        octets = self._path.read_bytes()
        self.unfolded: list[Settlement] = list(_read(octets))
        self._size = len(octets)
        self._flushes = Flushes(self._file, woken, steady)
        self._lines = 0  # as many as were ever written

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._flushes.close()
        os.close(self._file)
        if not self._size:
            self._path.unlink(missing_ok=True)

    def append(self, batch: Sequence[Settlement]) -> int:
        """Write these outcomes; returns the number of their line, for `on_disk`.

        They survive a kill from now on. Raises `OSError` where the disk has no space; then none is written.
        """
        outside("a receipt is written")
        line = _line(batch)
        try:
            if os.write(self._file, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(line)
        self._lines += 1
        self.unfolded += batch
        if self._durable:
            self._flushes.written(self._lines)
        else:
            self._flushes.durable(self._lines)
        return self._lines

    def go_on(self) -> bool:
        """Begin the flush that is due; False where one has failed: then `fold`, which flushes by itself."""
        self._flushes.go_on()
        return self._flushes.fault is None

    @property
    def slow(self) -> bool:
        """Whether flushes run beside the writer, because they take long."""
        return self._flushes.beside

    def on_disk(self, line: int) -> bool:
        """Whether the line of that number survives a power loss too, if these receipts are durable."""
        return line <= self._flushes.done

    def fold(self) -> None:
        """Write the appended outcomes to the database, and begin an empty file once that is committed.

        After a kill between the two, the same receipts are folded once more, which changes nothing:
        only a delivery that the same lease still holds changes. Never inside a transaction: if it were
        rolled back, the receipts would be lost and their people mailed again.
        """
        outside("receipts are folded and cut")
        if self.unfolded:
            claims.settle(self._db, self.unfolded)
        if self._size:
            os.ftruncate(self._file, 0)
            self._size = 0
        self.unfolded = []
        self._flushes.durable(self._lines)  # by the commit


def settle_left(db: Database, host: str, now: datetime) -> int:
    """Book what a killed run left, with the project's lock held on `host`; returns how many are in doubt.

    A run on another machine may live after all, and be ahead of what it wrote. So its leases are expired
    before its receipts are read: between its receipt and its next message it looks at its leases
    (docs/adr/0014-receipts.md).
    """
    claims.expire(db, host, now)
    with Receipts(db) as receipts:
        receipts.fold()
    return claims.recover(db, now)


def left(db: Database) -> bool:
    """Whether there are receipts of a killed run, or of one in progress."""
    return _beside(db)[1].exists()


def fold_left(db: Database, now: datetime) -> None:
    """Fold the receipts of a killed run, if there are any; a run in progress folds its own."""
    if not left(db):
        return
    try:
        with project_lock(_beside(db)[0], "subscriber erase", now), Receipts(db) as receipts:
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
    """The receipts of a killed run, without incomplete lines.

    An incomplete line is one whose `append` did not return, so nothing depended on it. Every other line
    is valid by itself.
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
    """The paths of the database and of its receipts."""
    database = Path(db.conn.execute("PRAGMA database_list").fetchone()[2])
    return database, database.with_name(f"{database.name}-receipts")
