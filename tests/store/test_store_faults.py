"""A database that cannot be trusted, or cannot be written: nothing is sent on its word (T7, T8, T9).

Each fault is met by the real command on a real file; what is counted is what the relay took.
"""

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.store import BUSY_TIMEOUT
from tests.conftest import Alerts, Result
from tests.factories import (
    add_subscribers,
    database,
    database_at,
    new_project,
    queue_issue,
    sqlite_connection,
)
from tests.relay import Relay, Taken

M = ("--month", "2026-10")
READERS = 60


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    with Relay() as running:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", running.url)
        yield running


@pytest.fixture
def path(project: Path) -> Path:
    """The database of a project with an issue queued."""
    return _queued(project) / "subscribers.db"


def _queued(root: Path) -> Path:
    db = database(root)
    add_subscribers(db, READERS)
    queue_issue(root, db)
    db.close()
    return root


def _refused(result: Result, relay: Relay, *words: str) -> None:
    assert result.code in (1, 2, 75), result
    told = result.stderr.splitlines()[-1]
    assert all(word in told for word in ("subscribers.db", *words)), told
    assert "Traceback" not in result.stderr
    assert not relay.inbox, "0 sent"


def _counts(path: Path) -> dict[str, int]:
    connection = sqlite_connection(path)
    found = dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert sum(found.values()) == READERS, "the books close"
    return found


# --- T9: damaged ----------------------------------------------------------------------------------


def test_t9_flipped_octets_are_found_before_anything_is_sent(
    path: Path, relay: Relay, alerts: Alerts
) -> None:
    """In the header of every page, and at random: refused, or sent right; 0 sent wrong.

    What SQLite cannot see is a changed letter within a row, so those are told apart here.
    """
    whole, chance = path.read_bytes(), random.Random(9)
    page = int.from_bytes(whole[16:18], "big")
    pages = range(0, len(whole), page)
    spots = [
        start + (100 if start == 0 else 0) + chance.choice((0, 3, 4, 8, 9))
        for start in [0, *chance.sample(pages[1:], 15)]
    ]
    spots += [chance.randrange(100, len(whole)) for _ in range(15)]
    right = None
    tried = refused = 0
    for spot in [None, *spots]:
        damaged = bytearray(whole)
        if spot is not None:
            damaged[spot] ^= 0xFF
        path.write_bytes(damaged)
        relay.inbox.clear()
        result = alerts("-q", "send", *M)
        tried += 1
        assert "Traceback" not in result.stderr, spot
        assert len(result.stderr.splitlines()) <= 2, (spot, result.stderr)
        if spot is None:
            right = {taken.recipient: taken.octets for taken in relay.inbox}
            assert len(right) == READERS
        elif result.code:
            refused += 1
            assert "damaged" in result.stderr or "subscribers.db" in result.stderr, result.stderr
            assert not relay.inbox, spot
        else:  # it lay in a free place, or in a row that this issue does not need
            assert right
            found = {taken.recipient: taken.octets for taken in relay.inbox}
            wrong = {email for email in found if found[email] != right.get(email)}
            assert len(wrong) <= 1, f"{spot}: more than the one row whose letter was changed"
    assert tried > 30
    assert refused >= 8, f"{refused} of {tried}: the flips must hit to prove anything"


@pytest.mark.parametrize("part", [0, 1, 99, 512, 4096, 4097, 20_000, -4096, -1])
def test_t9_a_truncated_database_is_refused(
    path: Path, relay: Relay, alerts: Alerts, part: int
) -> None:
    path.write_bytes(path.read_bytes()[:part])
    for command in (("send", *M), ("run", *M)):
        _refused(alerts(*command), relay)
    assert "Traceback" not in alerts("status", "--json").stderr
    if part == 0:
        assert not path.stat().st_size, "an empty file is not quietly made a new database"


def test_t9_a_changed_edition_is_refused(path: Path, relay: Relay, alerts: Alerts) -> None:
    db = database_at(path)
    db.execute("UPDATE editions SET template = CAST(replace(template, 'Hello', 'Hullo') AS BLOB)")
    db.close()
    result = alerts("send", *M)
    assert result.code == 1
    assert "edition en is not what was queued" in result.stderr
    assert not relay.inbox


def test_t9_a_database_of_a_newer_version_is_refused(
    path: Path, relay: Relay, alerts: Alerts
) -> None:
    db = database_at(path)
    db.execute(
        """INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
           VALUES ('alerts', 'm999_telepathy', '2030-01-01')"""
    )
    db.close()
    for command in (("send", *M), ("run", *M), ("status",), ("subscriber", "list")):
        _refused(alerts(*command), relay, "newer version", "m999_telepathy", "upgrade")


@pytest.mark.parametrize("octets", [b"", b"\0" * 512, b"rubbish" * 1000])
def test_t9_a_journal_that_is_empty_or_rubbish_is_no_obstacle(
    path: Path, relay: Relay, alerts: Alerts, octets: bytes
) -> None:
    """SQLite tells a journal that counts by its header; an empty one is what it leaves itself."""
    path.with_name("subscribers.db-journal").write_bytes(octets)
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == READERS
    assert _counts(path) == {"sent": READERS}


if os.geteuid():  # root may write whatever the mode says; there the next test speaks

    def test_t9_a_database_that_may_not_be_written_sends_nothing(
        path: Path, relay: Relay, alerts: Alerts
    ) -> None:
        path.chmod(0o400)
        path.parent.chmod(0o500)
        result = alerts("send", *M)
        path.parent.chmod(0o700)
        _refused(result, relay)
        assert _counts(path) == {"queued": READERS}


def test_t9_a_database_on_a_read_only_disk_sends_nothing(
    relay: Relay, alerts: Alerts, small_disk: Path
) -> None:
    root = _queued(new_project(small_disk / "project"))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for command in (("send", *M), ("run", *M)):
        _refused(alerts("--project", str(root), *command), relay)
    assert _counts(root / "subscribers.db") == {"queued": READERS}


# --- T8: locked -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_t8_a_database_locked_from_the_start_means_try_later(
    path: Path, relay: Relay, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    assert BUSY_TIMEOUT >= 30, "a lock of 30 s is waited for"
    monkeypatch.setattr("alerts.store.BUSY_TIMEOUT", 0.05)
    other = sqlite_connection(path, isolation_level=None)
    other.execute(how)
    result = alerts("send", *M)
    assert result.code == 75
    _refused(result, relay, "another program")
    other.execute("ROLLBACK")
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == READERS


def test_t8_a_lock_in_mid_send_is_outlasted_and_nobody_is_lost(
    path: Path, relay: Relay, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken at the 20th message, let go of long after SQLite itself has given up waiting."""
    monkeypatch.setattr("alerts.store.BUSY_TIMEOUT", 0.02)
    monkeypatch.setattr("alerts.outbox.settlements._PAUSE", 0.02)
    monkeypatch.setattr("alerts.outbox.settlements._FOLD_AFTER", 0.0)
    other = sqlite_connection(path, isolation_level=None, check_same_thread=False)

    def lock(taken: Taken) -> None:
        if len(relay.inbox) == 20:
            other.execute("BEGIN EXCLUSIVE")
            threading.Timer(0.3, other.execute, ("ROLLBACK",)).start()

    relay.on_taken = lock
    codes = [alerts("send", *M).code]
    if codes[0] == 75:  # it could not claim more; what was on its way is on disk all the same
        codes.append(alerts("send", *M).code)
    assert codes[-1] == 0
    assert _counts(path) == {"sent": READERS}
    assert len(relay.inbox) == READERS, "0 lost, 0 twice"


# --- T7: full -------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no right to mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _come_to_rest(relay: Relay) -> None:
    before, pause = -1, threading.Event()
    while before != len(relay.inbox):
        before = len(relay.inbox)
        pause.wait(0.3)


def _noted(path: Path) -> int:
    """How many outcomes are on disk: in the outbox, or as receipts."""
    connection = sqlite_connection(f"file:{path}?mode=ro", uri=True)
    settled = "SELECT id FROM deliveries WHERE state = 'sent'"
    noted = {delivery for (delivery,) in connection.execute(settled)}
    connection.close()
    for line in path.with_name("subscribers.db-receipts").read_bytes().splitlines():
        noted |= {row[0] for row in json.loads(line.partition(b" ")[2])}
    return len(noted)


@pytest.mark.parametrize("at", [0, 1, 25])
def test_t7_a_full_disk_stops_the_sending_and_room_lets_it_go_on(
    relay: Relay, small_disk: Path, at: int
) -> None:
    """The disk fills up as the relay takes its Nth message; nothing is sent that could not be noted.

    Then there is room again, and the same call goes on by itself: 0 lost, 0 twice.
    """
    root = _queued(new_project(small_disk / "project"))
    ballast = small_disk / "ballast"
    full = threading.Event()

    def fill(_: Taken | None = None) -> None:
        if len(relay.inbox) >= at and not full.is_set():
            with ballast.open("wb", buffering=0) as file:
                try:
                    while file.write(b"x" * 512):
                        pass
                except OSError:
                    full.set()

    if at:
        relay.on_taken = fill
    else:
        fill()
    command = [sys.executable, "-m", "alerts", "--project", str(root), "send", *M]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "ALERTS_DELIVERY__CONNECTIONS": "1",
    }
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as sender:
        if not at:
            _, told = sender.communicate(timeout=60)
            assert sender.returncode == 1
            assert "full" in told or "No space" in told
            assert not relay.inbox, "nothing could be claimed, so nothing was sent"
        else:
            full.wait(30)
            _come_to_rest(relay)
            taken, noted = len(relay.inbox), _noted(root / "subscribers.db")
            ballast.unlink()
            _, told = sender.communicate(timeout=60)
            assert taken - noted <= 1, "whoever cannot note an outcome begins no other message"
            assert sender.returncode in (0, 1, 75), told
        assert "Traceback" not in told
    ballast.unlink(missing_ok=True)
    again = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert _counts(root / "subscribers.db") == {"sent": READERS}
    assert len(relay.inbox) == len(set(relay.recipients)) == READERS
