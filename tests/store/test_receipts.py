"""Receipts: what `append` has returned from is never lost, and never counts twice (P1, P2, T7, T15)."""

import errno
import os
import resource
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState, Outcome, Reason, Reply
from alerts.domain.errors import TakenOver
from alerts.store import claims, may_pass, outbox_figures
from alerts.store.claims import Settlement
from alerts.store.receipts import Receipts, settle_left
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue

LEASE = 77


@pytest.fixture
def db(project: Path) -> Database:
    """Ten deliveries, all claimed by a run that is about to be killed."""
    db = database(project)
    add_subscribers(db, 10)
    queue_issue(project, db)
    claims.open_lease(db, "process 1", "host", NOW + timedelta(hours=1))
    db.execute("UPDATE leases SET id = ?", (LEASE,))
    claims.claim(db, [LEASE], 10, NOW, NOW + timedelta(hours=1), [MONTH], after=0, doubtful=True)
    return db


def settled(delivery_id: int, outcome: Outcome | None = None) -> Settlement:
    return Settlement(
        delivery_id, LEASE, outcome or Outcome(DeliveryState.SENT, Reply(250, "ok")), 1, NOW, NOW
    )


def counts(db: Database) -> dict[str, int]:
    return {state: number for state, number in outbox_figures.counts(db, MONTH).items() if number}


def path(project: Path) -> Path:
    return project / "subscribers.db-receipts"


def test_what_was_appended_before_a_kill_is_folded_in_by_the_next_run_p1(db: Database) -> None:
    receipts = Receipts(db)  # a killed run leaves no context
    receipts.append([settled(1), settled(2)])
    receipts.append([settled(3)])
    assert counts(db) == {"sending": 10}
    settle_left(db, "host", NOW)
    assert counts(db) == {"sent": 3, "in_doubt": 1, "queued": 6}


def test_a_torn_line_is_as_if_it_had_not_been_there_t15(db: Database, project: Path) -> None:
    receipts = Receipts(db)
    receipts.append([settled(1)])
    whole = path(project).read_bytes()
    receipts.append([settled(2)])
    torn = path(project).read_bytes()
    for end in range(len(whole), len(torn) - 1):
        path(project).write_bytes(torn[:end])
        assert [one.delivery_id for one in Receipts(db).unfolded] == [1]
    path(project).write_bytes(whole + torn[len(whole) :].replace(b"ok", b"no"))
    assert [one.delivery_id for one in Receipts(db).unfolded] == [1], "a line with a wrong checksum"
    path(project).write_bytes(whole[:30] + b"?" + whole[31:] + torn[len(whole) :])
    assert [one.delivery_id for one in Receipts(db).unfolded] == [2], "the others stand"


def test_what_comes_back_is_what_was_appended(db: Database) -> None:
    reply = Reply(550, '5.1.1 «no» such user\\"')
    failed = replace(
        settled(4, Outcome(DeliveryState.FAILED, reply, Reason.REJECTED)),
        attempts=7,
        due_at=NOW + timedelta(days=3),
    )
    Receipts(db).append([failed, settled(5)])
    assert Receipts(db).unfolded == [failed, settled(5)]


def test_a_kill_between_the_commit_and_the_cut_of_the_file_changes_nothing_p2(
    db: Database, project: Path
) -> None:
    receipts = Receipts(db)
    deferred = Outcome(DeliveryState.DEFERRED, Reply(451, "later"), Reason.TEMPORARY)
    receipts.append([settled(1), settled(2, deferred)])
    left = path(project).read_bytes()
    receipts.fold()
    events = db.execute("SELECT count(*) FROM events").fetchone()
    path(project).write_bytes(left)
    with Receipts(db) as again:
        again.fold()
    assert counts(db) == {"sent": 1, "deferred": 1, "sending": 8}
    assert db.execute("SELECT count(*) FROM events").fetchone() == events


def test_a_receipt_of_a_lease_that_was_taken_over_settles_nothing_p2(
    db: Database, project: Path
) -> None:
    """A cut of the file that power loss undoes, or a machine that comes back after its lease ended."""
    Receipts(db).append([settled(1), settled(2)])
    later = NOW + timedelta(hours=2)
    claims.expire(db, "other", later)  # by the other machine's clock
    with pytest.raises(TakenOver, match="clocks"):
        claims.renew(db, [LEASE], later)
    claims.recover(db, later)
    lease = claims.open_lease(db, "process 2", "other", later + timedelta(hours=1))
    claims.claim(db, [lease], 10, later, later, [MONTH], after=0, doubtful=True)
    with pytest.raises(TakenOver, match="clocks"):
        claims.renew(db, [LEASE], later)
    Receipts(db).fold()
    assert counts(db) == {"sending": 10}


def test_a_full_disk_leaves_no_part_of_a_line_and_may_pass_t7(db: Database, project: Path) -> None:
    receipts = Receipts(db)
    receipts.append([settled(1)])
    size = path(project).stat().st_size
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
        with pytest.raises(OSError, match=r"No space left|File too large") as fault:
            receipts.append([settled(2)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert fault.value.errno in (errno.ENOSPC, errno.EFBIG)
    assert path(project).stat().st_size == size
    assert may_pass(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    receipts.append([settled(2)])
    assert [one.delivery_id for one in Receipts(db).unfolded] == [1, 2]


def test_only_its_owner_reads_the_file_and_it_is_gone_when_a_run_ends_well_x15(
    db: Database, project: Path
) -> None:
    with Receipts(db) as receipts:
        receipts.append([settled(1)])
        assert path(project).stat().st_mode & 0o777 == 0o600
        receipts.fold()
    assert not path(project).exists()


def test_what_a_relay_said_of_someone_erased_meanwhile_is_not_kept_s19(db: Database) -> None:
    said = Outcome(
        DeliveryState.FAILED, Reply(550, "<reader1@example.org> unknown"), Reason.REJECTED
    )
    with Receipts(db) as receipts:
        receipts.append([settled(1, said)])
        db.execute(
            "UPDATE subscribers SET status = 'erased', email_key = NULL, email = '' WHERE id = 1"
        )
        receipts.fold()
    assert counts(db)["failed"] == 1
    assert "reader1" not in "\n".join(
        x for x in db.conn.iterdump() if "deliveries" in x or "events" in x
    )
