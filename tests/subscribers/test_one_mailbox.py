"""gmail.com and googlemail.com are one mailbox: one row, one copy, and whoever left by either has left."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.subscriber import SuppressionReason
from alerts.store import (
    link_numbers,
    outbox_figures,
    signing_keys,
    subscribers,
    suppressions,
)
from alerts.store.migrations import MIGRATIONS
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, database, database_at, queue_issue, sqlite_connection

GMAIL, GOOGLEMAIL = "ana@gmail.com", "Ana@googlemail.com"


def test_the_two_domains_share_a_key_and_dots_and_tags_do_not() -> None:
    key = Address.parse(GMAIL).key
    assert Address.parse(GOOGLEMAIL).key == key
    assert Address.parse("a.na@googlemail.com").key != key
    assert Address.parse("ana+news@gmail.com").key != key
    assert Address.parse("ana@gmail.com.example.org").key != key
    assert str(Address.parse(GOOGLEMAIL)) == GOOGLEMAIL


@pytest.mark.parametrize(("first", "second"), [(GMAIL, GOOGLEMAIL), (GOOGLEMAIL, GMAIL)])
def test_whoever_left_by_one_spelling_does_not_come_back_by_the_other(
    project: Path, alerts: Alerts, tmp_path: Path, first: str, second: str
) -> None:
    assert alerts("subscriber", "add", first).code == 0
    assert alerts("subscriber", "unsubscribe", second).code == 0
    assert alerts("subscriber", "add", second).code != 0
    plain = tmp_path / "people.csv"
    plain.write_text(f"email\n{second}\n{first}\n", encoding="utf-8")
    alerts("subscriber", "import", str(plain))
    people = alerts("subscriber", "list", "--json").json
    assert [(p["email"], p["status"]) for p in people] == [(first, "unsubscribed")]


@pytest.mark.parametrize(("first", "second"), [(GMAIL, GOOGLEMAIL), (GOOGLEMAIL, GMAIL)])
def test_a_suppression_of_one_spelling_holds_for_the_other(
    project: Path, alerts: Alerts, first: str, second: str
) -> None:
    assert alerts("subscriber", "add", first).code == 0
    assert alerts("suppression", "add", second).code == 0
    assert alerts("subscriber", "add", first).code != 0
    assert alerts("suppression", "remove", first).code == 0
    assert alerts("subscriber", "add", first).code == 0
    assert alerts("subscriber", "erase", second).code == 0
    assert alerts("subscriber", "add", first).code != 0


def test_a_file_with_both_spellings_makes_one_person_and_leaving_wins(
    project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    both = tmp_path / "both.csv"
    both.write_text(
        f"email,status\n{GMAIL},unsubscribed\n{GOOGLEMAIL},active\nbo@gmail.com,\nbo@googlemail.com,\n",
        encoding="utf-8",
    )
    alerts("subscriber", "import", str(both))
    people = alerts("subscriber", "list", "--json").json
    assert [(p["email"].lower(), p["status"]) for p in people] == [
        (GOOGLEMAIL.lower(), "unsubscribed"),
        ("bo@googlemail.com", "active"),
    ]


def test_a_hash_that_an_older_version_kept_still_holds(project: Path) -> None:
    db = database(project)
    suppressions.add_erased(db, Address.parse("ana@gmail.com"), NOW)
    secret = signing_keys.first(db)
    old = suppressions.digest_of(secret, "ana@googlemail.com")
    db.conn.execute("UPDATE suppressions SET address_hash = ?", (old,))
    for email in (GMAIL, GOOGLEMAIL):
        found = suppressions.find(db, Address.parse(email))
        assert found is not None
        assert found.reason is SuppressionReason.ERASED
    db.close()


def test_the_old_hash_keeps_an_import_out(alerts: Alerts, project: Path, tmp_path: Path) -> None:
    test_a_hash_that_an_older_version_kept_still_holds(project)
    people = tmp_path / "people.csv"
    people.write_text(f"email\n{GMAIL}\n{GOOGLEMAIL}\n", encoding="utf-8")
    alerts("subscriber", "import", str(people))
    assert alerts("subscriber", "list", "--json").json == []


def _before(path: Path, *people: tuple[str, str, str]) -> Database:
    """A database of the version before, with people (address, status, joined), opened by this one."""
    connection = sqlite_connection(path, isolation_level=None)
    MIGRATIONS.apply(Database(connection), stop_before="m016_one_mailbox")
    for email, status, joined in people:
        connection.execute(
            """INSERT INTO subscribers (email, email_key, language, status, created_at, updated_at)
               VALUES (?, ?, 'en', ?, ?, ?)""",
            (email, email.lower(), status, joined, joined),
        )
    connection.execute(
        "INSERT INTO suppressions (email_key, reason, since) VALUES ('cy@googlemail.com', 'manual', '')"
    )
    connection.execute("INSERT INTO secrets (secret, created_at) VALUES (?, '')", (b"k" * 32,))
    connection.close()
    return database_at(path)


@pytest.mark.parametrize(
    ("gmail", "googlemail", "kept", "status"),
    [
        (("active", "2025"), ("active", "2026"), "ana@googlemail.com", "active"),
        (("active", "2026"), ("active", "2025"), "ana@gmail.com", "active"),
        (("active", "2025"), ("pending", "2026"), "ana@gmail.com", "active"),
        (("unsubscribed", "2025"), ("active", "2026"), "ana@googlemail.com", "unsubscribed"),
        (("active", "2026"), ("unsubscribed", "2025"), "ana@gmail.com", "unsubscribed"),
    ],
)
def test_of_two_rows_of_an_older_version_the_one_that_joined_last_is_kept(
    tmp_path: Path, gmail: tuple[str, str], googlemail: tuple[str, str], kept: str, status: str
) -> None:
    db = _before(
        tmp_path / "subscribers.db",
        ("ana@gmail.com", *gmail),
        ("ana@googlemail.com", *googlemail),
        ("bo@googlemail.com", "active", "2025"),
    )
    found = [(p.email, p.status.value) for p in subscribers.listed(db)]
    assert sorted(found) == [(kept, status), ("bo@googlemail.com", "active")]
    for number in (1, 2):  # links of both, mailed before, lead to the one that is kept
        person = subscribers.by_id(db, number)
        assert person is not None
        assert person.email == kept
        assert link_numbers.whom(db, number) == person.id
    for email in ("bo@gmail.com", "bo@googlemail.com"):
        assert subscribers.find(db, Address.parse(email))
    assert suppressions.find(db, Address.parse("cy@gmail.com"))
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()


def test_one_mailbox_gets_one_copy(project: Path, alerts: Alerts) -> None:
    for email in (GMAIL, GOOGLEMAIL, "bo@example.org"):
        assert alerts("subscriber", "add", email).code == 0
    db = database(project)
    queue_issue(project, db)
    assert outbox_figures.counts(db, MONTH)["queued"] == 2
    db.close()
