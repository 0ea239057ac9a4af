"""The numbers in links of databases that were made before there were marks."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.store import link_numbers
from alerts.store.migrations import MIGRATIONS
from tests.factories import database_at, sqlite_connection

SECRET = b"k" * 32


def _before(path: Path, *emails: str) -> Database:
    """A database of the version before marks with these people, opened by this one."""
    connection = sqlite_connection(path, isolation_level=None)
    MIGRATIONS.apply(Database(connection), stop_before="m023_marks")
    connection.execute("INSERT INTO secrets (secret, created_at) VALUES (?, '')", (SECRET,))
    for email in emails:
        connection.execute(
            """INSERT INTO subscribers (email, email_key, language, status, created_at, updated_at)
               VALUES (?, ?, 'en', 'active', '', '')""",
            (email, email),
        )
    connection.execute(
        """INSERT INTO issues (month, state, frame, content, secret_id, created_at, queued_at)
           VALUES ('2026-09', 'sent', '{}', '{}', 1, '', '')"""
    )
    connection.close()
    return database_at(path)


def test_their_links_stay_good_and_their_new_ones_are_the_same_in_each_copy(tmp_path: Path) -> None:
    first = _before(tmp_path / "a.db", "ana@example.org", "bo@example.org")
    other = _before(tmp_path / "b.db", "ana@example.org", "cy@example.org")
    for db in (first, other):
        assert link_numbers.whom(db, 1) == 1  # as it was mailed before
    assert link_numbers.number_of(first, 1) == link_numbers.number_of(other, 1)
    bo, cy = link_numbers.number_of(first, 2), link_numbers.number_of(other, 2)
    assert bo != cy
    assert link_numbers.whom(other, bo) is None  # never somebody else
    assert link_numbers.whom(first, bo) == 2
    first.close()
    other.close()


def test_whoever_comes_after_the_migration_answers_to_no_bare_number(tmp_path: Path) -> None:
    db = _before(tmp_path / "a.db", "ana@example.org")
    db.conn.execute(
        """INSERT INTO subscribers (email, email_key, language, status, created_at, updated_at, mark)
           VALUES ('new@example.org', 'new@example.org', 'en', 'active', '', '', 5)"""
    )
    assert link_numbers.whom(db, 2) is None
    assert link_numbers.whom(db, 2 << link_numbers.BITS | 5) == 2
    db.close()


def test_an_issue_of_before_keeps_the_numbers_that_its_messages_have(tmp_path: Path) -> None:
    db = _before(tmp_path / "a.db", "ana@example.org")
    assert db.conn.execute("SELECT mark FROM issues").fetchone()[0] == 0
    assert link_numbers.delivery(7, 0, 12345) == 7
    assert link_numbers.archived(7, 0) == 7
    db.close()


@pytest.mark.parametrize("mark", [1, 2**28 - 1])
def test_a_number_holds_its_row_and_its_mark(mark: int) -> None:
    number = link_numbers.person(9, mark)
    assert (number >> link_numbers.BITS, link_numbers.mark_of(number)) == (9, mark)
    assert link_numbers.mark_of(9) == 0  # of before
