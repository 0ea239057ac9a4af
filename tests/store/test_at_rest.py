"""Where anything waits for a `send`, both outboxes are not at rest: each kind of work, one at a time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.store.at_rest import at_rest
from tests.factories import database

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
WITHIN = timedelta(days=2)

# What waits, and since when: a statement whose `:at` is that long ago.
WORK = {
    "queued": (
        "UPDATE issues SET state = 'queued', sent_at = NULL WHERE id = (SELECT max(id) FROM issues)",
        0,
    ),
    "leased": ("INSERT INTO leases (holder, host, expires_at) VALUES ('x', 'y', :at)", 0),
    "notice": (
        "INSERT INTO notices (kind, email, language, state, due_at, created_at, changed_at, mailbox)"
        " VALUES ('data', 'a@example.org', 'en', 'queued', :at, :at, :at, x'00')",
        0,
    ),
    "asked": (
        "INSERT INTO confirmations (state, email, email_key, language, asked_at)"
        " VALUES ('asked', 'a@example.org', 'a@example.org', 'en', :at)",
        0,
    ),
    "unanswered": (
        "INSERT INTO confirmations (state, email, email_key, language, asked_at)"
        " VALUES ('mailed', 'a@example.org', 'a@example.org', 'en', :at)",
        3,
    ),
    "closed": (
        "INSERT INTO confirmations (state, email, email_key, language, asked_at)"
        " VALUES ('done', '', NULL, 'en', :at)",
        33,
    ),
    "sign-in": (
        "INSERT INTO sign_in_links (email, asked_at, until) VALUES ('a@example.org', :at, :at)",
        0,
    ),
    "ended": (
        "INSERT INTO sign_in_links (email, asked_at, until, decided_at)"
        " VALUES ('a@example.org', :at, :at, :at)",
        8,
    ),
}


@pytest.mark.parametrize("kind", WORK)
def test_whatever_waits_for_a_send_is_seen(project: Path, kind: str) -> None:
    db = database(project)
    assert at_rest(db, NOW, WITHIN)
    statement, days = WORK[kind]
    if kind == "queued":
        db.conn.execute(
            "INSERT INTO issues (month, state, content, frame, secret_id, created_at, queued_at)"
            " SELECT '2026-10', 'sent', '{}', '{}', max(id), 'x', 'x' FROM secrets"
        )
        assert at_rest(db, NOW, WITHIN), "an issue that is sent"
    at = f"{(NOW - timedelta(days=days)).isoformat()[:19]}Z"
    db.conn.execute(statement, {"at": at})
    assert not at_rest(db, NOW, WITHIN)
    if days:  # it was not time yet a day before
        assert at_rest(db, NOW - timedelta(days=2), WITHIN)


def test_receipts_of_a_killed_send_are_seen(project: Path) -> None:
    db = database(project)
    project.joinpath("subscribers.db-receipts").write_bytes(b"")
    assert not at_rest(db, NOW, WITHIN)
