"""Flushes that take long run beside the sending; each message still waits for its own connection's (P1)."""

import errno
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import mean

import pytest

from tests.outbox.test_dispatch import Sending
from tests.relay import Relay, Taken

SLOW = 0.02  # seconds that a flush takes longer


class SlowDisk:
    """Every flush of receipts takes longer; keeps what was written before each that has ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, receipts: Path) -> None:
        self._flush, self._receipts = os.fdatasync, receipts
        self._lock = threading.Lock()
        self.durable = b""
        self.beside = 0  # flushes by other threads than that which sends
        self.broken: Callable[[], bool] = lambda: False
        monkeypatch.setattr(os, "fdatasync", self.fdatasync)

    def fdatasync(self, file: int) -> None:
        if os.fstat(file).st_ino != self._receipts.stat().st_ino:
            return self._flush(file)
        written = self._receipts.read_bytes()
        self.beside += threading.current_thread() is not threading.main_thread()
        time.sleep(SLOW)
        if self.broken():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._flush(file)
        with self._lock:
            self.durable += written
        return None


@pytest.fixture
def disk(project: Path, monkeypatch: pytest.MonkeyPatch) -> SlowDisk:
    return SlowDisk(monkeypatch, project / "subscribers.db-receipts")


@pytest.mark.parametrize("connections", [1, 8])
def test_the_next_message_of_a_connection_waits_until_its_last_outcome_is_on_disk_p1(
    project: Path, disk: SlowDisk, connections: int
) -> None:
    readers = 60 if connections == 1 else 320
    sending = Sending(project, readers=readers)
    row_of = dict(
        sending.db.execute(
            "SELECT s.email, d.id FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id"
        ).fetchall()
    )
    last: dict[int, str] = {}  # of each connection, whom it mailed before
    early = []

    def taken(message: Taken) -> None:
        before = last.get(message.connection)
        if before is not None and not _known(sending, disk, row_of[before]):
            early.append(before)
        last[message.connection] = message.recipient

    with Relay(on_taken=taken) as relay:
        sending.send(relay, connections=connections)
    assert sending.counts == {"sent": readers}
    assert sorted(relay.recipients) == sorted(row_of)
    assert not early, "the next body was sent before the outcome was durable"
    assert disk.beside


def _known(sending: Sending, disk: SlowDisk, delivery: int) -> bool:
    """Whether the outcome would survive a power loss now: in a receipt or in the outbox."""
    if b"[%d, " % delivery in disk.durable:
        return True
    with closing(sqlite3.connect(sending.root / "subscribers.db")) as db:
        state = db.execute("SELECT state FROM deliveries WHERE id = ?", (delivery,)).fetchone()[0]
    return bool(state == "sent")


def test_connections_are_added_while_all_wait_for_a_slow_disk_up_to_the_setting(
    project: Path, disk: SlowDisk
) -> None:
    sending = Sending(project, readers=150)
    seen: set[int] = set()
    with Relay(on_taken=lambda message: seen.add(message.connection)) as relay:
        sending.send(relay, connections=2, most=5)
        assert len(relay.inbox) == 150
    assert sending.counts == {"sent": 150}
    assert len(seen) == 5


def test_connections_do_not_all_wait_for_one_flush(project: Path, disk: SlowDisk) -> None:
    """A few go on at a time, so that their outcomes come in one after the other, each few with a flush."""
    sending = Sending(project, readers=640)
    with Relay() as relay:
        sending.send(relay, connections=32)
    assert sending.counts == {"sent": 640}
    together = [len(json.loads(line.partition(b" ")[2])) for line in {*disk.durable.splitlines()}]
    assert mean(together) < 9


def test_an_outcome_whose_flush_fails_goes_to_the_outbox_at_once_t7(
    project: Path, disk: SlowDisk
) -> None:
    sending = Sending(project, readers=90)
    disk.broken = lambda: disk.beside > 0
    with Relay() as relay:
        sending.send(relay, connections=6)
    assert disk.beside
    assert sending.counts == {"sent": 90}
    assert len(set(relay.recipients)) == len(relay.inbox) == 90
