"""The admin's side of the outbox: what was missed, a retry of just those, and why."""

from pathlib import Path

import pytest

from alerts.model import DeliveryState
from alerts.store import deliveries
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue
from tests.relay import TAKE_AND_CUT, Relay

M = ("--month", "2026-10")


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    def script(stage: str, recipient: str, nth: int) -> str | None:
        said = {
            ("rcpt", "reader2@example.org"): "550 5.1.1 unknown",
            ("rcpt", "reader3@example.org"): "450 4.2.0 later",
            ("dot", "reader4@example.org"): TAKE_AND_CUT,
        }
        return said.get((stage, recipient)) if nth == 1 else None

    with Relay(script=script) as running:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", running.url)
        monkeypatch.setenv("ALERTS_DELIVERY__IN_DOUBT", "hold")
        yield running


@pytest.fixture
def sent(project: Path, relay: Relay, alerts: Alerts) -> Path:
    """An issue of six: one failed, one deferred, one in doubt, three sent."""
    db = database(project)
    add_subscribers(db, 6)
    queue_issue(project, db)
    db.close()
    assert alerts("send", *M).code == 1  # some are held
    return project


def test_the_missed_ones_are_one_figure_and_a_retry_of_just_those_one_command(
    sent: Path, relay: Relay, alerts: Alerts
) -> None:
    missed = alerts("delivery", "list", *M, "--state", "failed", "--json").json
    assert [(one["email"], one["reason"]) for one in missed] == [
        ("reader2@example.org", "rejected")
    ]
    assert alerts("delivery", "retry", *M, "--json").json == {"month": "2026-10", "changed": 2}
    assert alerts("send", *M).code == 75  # reader3 waits for its time
    assert relay.recipients.count("reader2@example.org") == 1
    assert relay.recipients.count("reader4@example.org") == 2  # an admin's choice
    assert relay.recipients.count("reader1@example.org") == 1
    assert alerts("delivery", "retry", *M).stdout == "2026-10: 0 queued again\n"
    assert alerts("delivery", "retry", *M, "--state", "deferred", "READER3@example.org").code == 0
    assert alerts("send", *M).code == 0
    assert alerts("status", *M, "--json").json["state"] == "sent"
    assert sorted(set(relay.recipients)) == [f"reader{n}@example.org" for n in range(1, 7)]


def test_an_issue_that_was_sent_opens_again_for_a_retry(sent: Path, alerts: Alerts) -> None:
    alerts("delivery", "cancel", *M)
    assert alerts("send", *M).code == 0
    assert alerts("status", *M, "--json").json["state"] == "sent"
    assert alerts("delivery", "retry", *M, "reader2@example.org").code == 0
    assert alerts("status", *M, "--json").json["state"] == "queued"


def test_cancel_and_accept_settle_what_is_open(sent: Path, relay: Relay, alerts: Alerts) -> None:
    taken = len(relay.inbox)
    assert alerts("delivery", "accept", *M).stdout == "2026-10: 1 taken as arrived\n"
    assert alerts("delivery", "cancel", *M).stdout == "2026-10: 1 cancelled\n"
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == taken
    counts = alerts("status", *M, "--json").json["deliveries"]
    assert {s: n for s, n in counts.items() if n} == {"sent": 4, "failed": 1, "skipped": 1}


def test_what_is_sent_is_decided_by_nobody(sent: Path) -> None:
    db = database(sent)
    for state in (DeliveryState.SENT, DeliveryState.SENDING):
        with pytest.raises(ValueError, match="by hand"):
            deliveries.decide(db, MONTH, [state], [], DeliveryState.QUEUED, NOW)


def test_the_books_close_and_name_the_reasons(sent: Path, alerts: Alerts) -> None:
    told = alerts("status", *M).stdout
    assert "recipients: 6 = 3 sent + 1 deferred + 1 failed + 1 in_doubt" in told
    assert "failed: 1 rejected" in told
    assert "next attempt: " in told


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("reader1@example.org", "was taken by the relay on"),
        ("reader2@example.org", "failed on"),
        ("reader2@example.org", "The relay said: 550 5.1.1 unknown"),
        ("reader3@example.org", "attempt 1 (temporary); the next one is due at"),
        ("reader4@example.org", "may or may not have arrived"),
        ("late@example.org", "They joined on"),
        ("nobody@example.org", "Nobody with this address"),
        ("waiting@example.org", "joined on"),
        ("gone@example.org", "was erased on"),
        ("bad@example.org", "suppressed (complaint, since"),
    ],
)
def test_why_answers_for_each_case(sent: Path, alerts: Alerts, email: str, words: str) -> None:
    alerts("subscriber", "add", "late@example.org")
    alerts("subscriber", "add", "waiting@example.org", "--pending")
    alerts("subscriber", "add", "gone@example.org")
    alerts("subscriber", "erase", "gone@example.org")
    alerts("suppression", "add", "bad@example.org", "--reason", "complaint")
    answer = alerts("why", email, *M)
    assert answer.code == 0, answer.stderr
    assert words in answer.stdout


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ((), "is queued and waits"),
        (("subscriber", "unsubscribe", "reader1@example.org"), "had unsubscribed by the time"),
        (("suppression", "add", "reader1@example.org"), "was suppressed by the time"),
        (("delivery", "cancel", "reader1@example.org", *M), "An admin cancelled it"),
    ],
)
def test_why_tells_of_a_copy_that_was_not_sent(
    project: Path, alerts: Alerts, act: tuple[str, ...], words: str
) -> None:
    db = database(project)
    add_subscribers(db, 2)
    queue_issue(project, db)
    db.close()
    if act:
        assert alerts(*act).code == 0
        assert alerts("send", *M).code == 0
    assert words in alerts("why", "reader1@example.org", *M, "--json").json["why"]


def test_why_before_anything_is_queued(project: Path, alerts: Alerts) -> None:
    alerts("subscriber", "add", "a@example.org")
    assert "not queued yet. They are active" in alerts("why", "a@example.org", *M).stdout
    alerts("subscriber", "unsubscribe", "a@example.org")
    assert "They unsubscribed on" in alerts("why", "a@example.org", *M).stdout
    assert alerts("why", "no address").code == 1
