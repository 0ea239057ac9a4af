"""Transactions: one at a time, nothing outside the database while one is open, acts after the commit."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.cli.output import written
from alerts.config import load
from alerts.domain.delivery import Envelope
from alerts.domain.errors import InputError, TransactionFault
from alerts.domain.month import Month
from alerts.editions.environment import environment, render
from alerts.sources.fetch import Fetcher
from alerts.store import after_commit, backup, generation_markers, group_commit, issues, transaction
from alerts.store.lock import project_lock
from alerts.store.receipts import Receipts
from alerts.transport.relay import transport
from alerts.transport.send_one import SingleSender
from tests.factories import NOW, database, sqlite_connection


@pytest.fixture
def db(project: Path) -> Iterator[Database]:
    opened = database(project)
    yield opened
    opened.close()


def _months(project: Path) -> list[str]:
    """What another process sees."""
    connection = sqlite_connection(project / "subscribers.db")
    found = [month for (month,) in connection.execute("SELECT month FROM issues ORDER BY id")]
    connection.close()
    return found


def _begin(db: Database, month: str) -> None:
    issues.begin(db, Month.parse(month), NOW)


def _begun_in_vain(db: Database, month: str, *acts: Callable[[], object]) -> None:
    """A transaction that fails in the end."""
    with transaction(db):
        _begin(db, month)
        for act in acts:
            after_commit(db, act)
        raise InputError("no")


def test_a_transaction_inside_another_is_an_error_that_names_both_places(
    db: Database, project: Path
) -> None:
    def within() -> None:
        with transaction(db):
            _begin(db, "2026-10")
            with transaction(db):
                _begin(db, "2026-11")

    with pytest.raises(TransactionFault) as told:
        within()
    here = "store/test_transactions.py:"
    assert str(told.value).count(here) == 2
    assert _months(project) == []
    assert not db.conn.in_transaction


def test_a_transaction_of_another_database_inside_one_is_an_error_too(
    db: Database, project: Path
) -> None:
    other = database(project)
    with pytest.raises(TransactionFault), transaction(db), transaction(other):
        pass
    other.close()


def test_what_follows_a_commit_runs_after_it_in_order(db: Database, project: Path) -> None:
    seen: list[list[str]] = []
    with transaction(db):
        _begin(db, "2026-10")
        after_commit(db, lambda: seen.append(_months(project)))
        after_commit(db, lambda: seen.append(["second"]))
        assert seen == []
    assert seen == [["2026-10"], ["second"]]


def test_what_follows_a_commit_never_runs_where_there_is_none(db: Database) -> None:
    seen: list[str] = []
    with pytest.raises(InputError):
        _begun_in_vain(db, "2026-10", lambda: seen.append("done"))
    assert seen == []


def test_without_a_transaction_it_runs_at_once(db: Database) -> None:
    seen: list[str] = []
    after_commit(db, lambda: seen.append("done"))
    assert seen == ["done"]


def test_an_act_that_fails_takes_back_nothing_and_stops_no_other(
    db: Database, project: Path
) -> None:
    seen: list[str] = []

    def fails() -> None:
        raise OSError("no space")

    def begin() -> None:
        with transaction(db):
            _begin(db, "2026-10")
            after_commit(db, fails)
            after_commit(db, lambda: seen.append("done"))

    with pytest.raises(OSError, match="no space"):
        begin()
    assert seen == ["done"]
    assert _months(project) == ["2026-10"]


def test_an_act_may_open_a_transaction_of_its_own(db: Database, project: Path) -> None:
    def act() -> None:
        with transaction(db):
            _begin(db, "2026-11")

    with transaction(db):
        _begin(db, "2026-10")
        after_commit(db, act)
    assert _months(project) == ["2026-10", "2026-11"]


def test_transactions_of_a_group_are_on_disk_together_and_fail_alone(
    db: Database, project: Path
) -> None:
    done: list[str] = []
    with group_commit(db) as acts:
        with transaction(db):
            _begin(db, "2026-09")
            after_commit(db, lambda: done.append("2026-09"))
        with pytest.raises(InputError):
            _begun_in_vain(db, "2026-10", lambda: done.append("2026-10"))
        with transaction(db):
            _begin(db, "2026-11")
        assert _months(project) == []
        with pytest.raises(TransactionFault), transaction(db), transaction(db):
            pass
    assert _months(project) == ["2026-09", "2026-11"]
    assert done == []
    for act in acts:
        act()
    assert done == ["2026-09"]


def _fold(db: Database, root: Path) -> None:
    with Receipts(db) as receipts:
        receipts.fold()


def _lock(db: Database, root: Path) -> None:
    with project_lock(root / "subscribers.db", "send", NOW):
        pass


def _file(db: Database, root: Path) -> None:
    with written(root / "list.csv"):
        pass


def _copy(db: Database, root: Path) -> None:
    with backup.copied(root / "subscribers.db", root / "copy"):
        pass


def _page(db: Database, root: Path) -> None:
    render(environment(root), "web/thanks.html", {})


def _mail(db: Database, root: Path) -> None:
    with SingleSender(transport(load.load(root, {}), "")) as post:
        post.send(Envelope("a@example.org", "b@example.org"), b"Subject: x\r\n\r\n")


def _fetch(db: Database, root: Path) -> None:
    Fetcher(load.load(root, {})).fetch("https://example.org/")


def _witness(db: Database, root: Path) -> None:
    generation_markers.write_markers(root / "subscribers.db", "project", 1, "")


@pytest.mark.parametrize("group", [False, True])
@pytest.mark.parametrize("act", [_fold, _lock, _file, _copy, _page, _mail, _fetch, _witness])
def test_nothing_outside_the_database_is_done_while_a_transaction_is_open(
    db: Database, project: Path, act: Callable[[Database, Path], None], group: bool
) -> None:
    opened = group_commit(db) if group else transaction(db)
    with opened, pytest.raises(TransactionFault, match=r"test_transactions\.py:\d+"):
        act(db, project)
    assert not (project / "list.csv").exists()
    assert not (project / "outbox" / "new").exists() or not [*(project / "outbox/new").iterdir()]


def test_a_fold_that_was_refused_leaves_the_receipts_as_they_were(db: Database) -> None:
    """The guard raises before anything is read or cut, so a caller's mistake costs nobody a receipt."""
    with Receipts(db) as receipts:
        path = Path(f"{db.conn.execute('PRAGMA database_list').fetchone()[2]}-receipts")
        path.write_bytes(b"00000000 []\n")
        with transaction(db), pytest.raises(TransactionFault):
            receipts.fold()
        assert path.read_bytes() == b"00000000 []\n"


def test_a_file_that_nobody_thought_of_is_refused_in_every_test(
    db: Database, project: Path
) -> None:
    with transaction(db), pytest.raises(TransactionFault, match="is opened to write"):
        (project / "unforeseen").write_text("x", encoding="utf-8")
    assert not (project / "unforeseen").exists()
