"""Forgetting: erasure everywhere, retention by the clock, keys that rotate (S19, S20, X7, X15)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.config.load import load
from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.delivery import DeliveryState, Outcome, Reason, Reply
from alerts.domain.subscriber import SubscriberStatus
from alerts.mail import tokens
from alerts.mail.tokens import Purpose
from alerts.outbox.rebuild import rebuild
from alerts.store import signing_keys, stamp, subscribers, suppressions, transaction
from alerts.store.claims import Settlement
from alerts.store.receipts import Receipts
from alerts.subscribers.retention import RetentionCounts, apply_retention, preview_retention
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database, queue_issue
from tests.relay import Relay

CANARY = "canary.person@forgotten-example.org"
NOW = datetime(2027, 12, 1, tzinfo=UTC)
OLD = stamp(NOW - timedelta(days=400))


def _raw(project: Path) -> bytes:
    """All octets of the database and what lies beside it."""
    return b"".join(path.read_bytes() for path in project.glob("subscribers.db*")).lower()


def _said(db: Database, state: str = "failed") -> None:
    """The relay has named the reader in its answer about delivery 1."""
    words = f"550 5.1.1 <{CANARY}> unknown"
    with transaction(db):
        db.conn.execute("UPDATE deliveries SET state = ?, reply = ? WHERE id = 1", (state, words))
        db.conn.execute(
            "INSERT INTO events (at, kind, delivery_id, detail) VALUES (?, 'delivery.failed', 1, ?)",
            (OLD, json.dumps({"reason": "rejected", "reply": words})),
        )


def _canary(project: Path, alerts: Alerts) -> Database:
    assert alerts("subscriber", "add", CANARY, "--name", "Canary Rosalind").code == 0
    db = database(project)
    assert queue_issue(project, db) == 1
    return db


def test_s19_what_a_relay_said_in_an_event_of_a_delivery_is_erased(
    project: Path, alerts: Alerts
) -> None:
    db = _canary(project, alerts)
    _said(db)
    db.close()
    assert b"forgotten-example" in _raw(project)
    told = alerts("subscriber", "history", CANARY)
    assert "delivery.failed" in told.stdout
    assert "copy failed" in told.stdout
    held = alerts("subscriber", "history", CANARY, "--json").json
    assert held["deliveries"][0]["reply"].startswith("550")
    assert {"subscriber", "suppressed", "deliveries", "notices", "confirmations", "events"} <= set(
        held
    )
    assert alerts("subscriber", "erase", CANARY).code == 0
    for word in (b"canary", b"forgotten-example", b"rosalind"):
        assert word not in _raw(project)
    back = alerts("subscriber", "import", "-", stdin=f"email\n{CANARY}\n")
    assert back.code == 1
    assert "erased" in back.stderr
    assert alerts("subscriber", "history", CANARY).code == 1


def test_s19_the_receipts_of_a_killed_run_are_erased_too(project: Path, alerts: Alerts) -> None:
    db = _canary(project, alerts)
    with transaction(db):
        db.conn.execute(
            "INSERT INTO leases (id, holder, host, expires_at) VALUES (1, 'x', 'y', ?)", (OLD,)
        )
        db.conn.execute("UPDATE deliveries SET state = 'sending', lease_id = 1")
    outcome = Outcome(DeliveryState.FAILED, Reply(550, f"<{CANARY}> unknown"), Reason.REJECTED)
    with Receipts(db) as receipts:  # a run that is killed here has not folded them in
        receipts.append([Settlement(1, 1, outcome, 1, NOW, NOW)])
    db.close()
    assert b"canary" in _raw(project)
    assert alerts("subscriber", "erase", CANARY).code == 0
    assert b"canary" not in _raw(project)
    assert not (project / "subscribers.db-receipts").exists()
    db = database(project)
    assert db.conn.execute("SELECT state, reply FROM deliveries").fetchall() == [("failed", "")]
    db.close()


@pytest.fixture
def aged(project: Path, alerts: Alerts) -> tuple[Database, Settings]:
    """One person who left long ago, one lately, one pending long ago; an old answer of a relay."""
    db = _canary(project, alerts)
    _said(db)
    add_subscribers(db, 3)
    with transaction(db):
        for number, status, at in (
            (2, "unsubscribed", OLD),
            (3, "unsubscribed", stamp(NOW)),
            (4, "pending", OLD),
        ):
            db.conn.execute(
                "UPDATE subscribers SET status = ?, updated_at = ? WHERE id = ?",
                (status, at, number),
            )
        db.conn.execute("UPDATE deliveries SET changed_at = ?", (OLD,))
    return db, load(project, {"ALERTS_RETENTION__UNSUBSCRIBED": "365d"})


def test_retention_lets_go_what_is_too_old_and_nothing_else(
    aged: tuple[Database, Settings],
) -> None:
    db, settings = aged
    before = _rows(db)
    expected = RetentionCounts(pending=1, replies=2, erased=1)
    assert preview_retention(db, settings, NOW) == expected
    assert _rows(db) == before
    assert apply_retention(db, settings, NOW) == expected
    assert apply_retention(db, settings, NOW) == RetentionCounts()
    told = db.conn.execute("SELECT detail FROM events WHERE kind = 'retention.reduced'").fetchall()
    assert [json.loads(detail) for (detail,) in told] == [{"erased": 1, "pending": 1, "replies": 2}]
    assert [p.status.value for p in subscribers.listed(db, status="erased")] == ["erased"]
    assert [p.email for p in subscribers.listed(db)] == [CANARY, "reader2@example.org"]
    assert db.conn.execute("SELECT state, reply FROM deliveries").fetchall() == [("failed", "")]
    (detail,) = db.conn.execute(
        "SELECT detail FROM events WHERE kind = 'delivery.failed'"
    ).fetchone()
    assert json.loads(detail) == {"reason": "rejected", "reply": ""}
    left = suppressions.find(db, Address.parse("reader1@example.org"))
    assert left is not None
    assert (left.email, left.reason.value) == (
        "",
        "unsubscribed",
    )  # may join again, not be imported


@pytest.mark.parametrize("state", ["queued", "sending", "deferred", "in_doubt"])
def test_what_a_relay_said_of_an_open_delivery_is_kept(
    project: Path, alerts: Alerts, state: str
) -> None:
    db = _canary(project, alerts)
    _said(db)
    db.conn.execute(
        "INSERT INTO leases (id, holder, host, expires_at) VALUES (9, 'x', 'x', ?)", (OLD,)
    )
    db.conn.execute(
        "UPDATE deliveries SET state = ?, changed_at = ?, lease_id = ?",
        (state, OLD, 9 if state == "sending" else None),
    )
    (before,) = db.conn.execute("SELECT reply FROM deliveries").fetchone()
    assert before
    apply_retention(db, load(project, {}), NOW)
    assert db.conn.execute("SELECT reply FROM deliveries").fetchone() == (before,)


def _rows(db: Database) -> list[tuple[object, ...]]:
    tables = ("subscribers", "deliveries", "events", "suppressions", "confirmations", "notices")
    return [tuple(row) for t in tables for row in db.conn.execute(f"SELECT * FROM {t} ORDER BY 1")]


def test_by_default_nobody_who_left_is_erased(
    aged: tuple[Database, Settings], project: Path
) -> None:
    db, _ = aged
    assert apply_retention(db, load(project, {}), NOW).erased == 0


def test_who_was_erased_by_retention_is_not_imported_again(
    aged: tuple[Database, Settings], alerts: Alerts
) -> None:
    db, settings = aged
    apply_retention(db, settings, NOW)
    db.close()
    refused = alerts("subscriber", "import", "-", "--json", stdin="email\nreader1@example.org\n")
    assert refused.code == 1
    assert "unsubscribed" in refused.json["rejected"][0]["reason"]


@pytest.mark.usefixtures("project")
def test_the_command_tells_and_does(alerts: Alerts) -> None:
    told = alerts("retention", "--dry-run", "--json").json
    assert told == {
        "sign_ups": 0,
        "pending": 0,
        "replies": 0,
        "notices": 0,
        "erased": 0,
        "dry_run": True,
    }
    assert alerts("retention").code == 0


def test_x7_links_stay_good_when_the_key_is_rotated(project: Path, alerts: Alerts) -> None:
    db = database(project)
    (reader,) = add_subscribers(db, 1)
    keys = signing_keys.all_secrets(db)
    old = tokens.sign(max(keys), keys[max(keys)], Purpose.UNSUBSCRIBE, 1)
    erased = Address.parse("gone@example.org")
    suppressions.add_erased(db, erased, NOW)
    for number in (2, 3):
        assert alerts("key", "rotate").stdout.startswith(f"key {number} signs")
    assert [key["id"] for key in alerts("key", "list", "--json").json] == [1, 2, 3]
    keys = signing_keys.all_secrets(db)
    assert len(keys) == 3
    assert tokens.verify(keys, Purpose.UNSUBSCRIBE, old) == 1
    assert suppressions.find(db, erased) is not None
    printed = alerts("key", "list").stdout
    assert not any(key.hex() in printed for key in keys.values())
    person = subscribers.find(db, Address.parse(reader))
    assert person is not None
    assert person.status is SubscriberStatus.ACTIVE
    db.close()


def test_an_issue_queued_before_a_rotation_is_sent_with_its_own_key_s10(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = database(project)
    add_subscribers(db, 3)
    queue_issue(project, db)
    before = rebuild(db, 2, None).octets
    assert alerts("key", "rotate").code == 0
    with Relay() as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        assert alerts("send", "--month", str(MONTH)).code == 0
    assert before in [taken.octets for taken in relay.inbox]
    assert len(relay.inbox) == 3
