"""The admin's side of the outbox: what was missed, a retry of just those, and why."""

import subprocess
import sys
from pathlib import Path

import pytest

from alerts.domain.delivery import DeliveryState
from alerts.store import deliveries
from alerts.store.deliveries import DeliverySelection
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
    assert alerts("status", *M, "--json").json["missed"] == 1
    assert "missed: 1; `alerts delivery retry" in alerts("status", *M).stdout
    assert alerts("delivery", "retry", *M, "--json").json == {"month": "2026-10", "changed": 1}
    assert alerts("status", *M, "--json").json["missed"] == 0
    assert alerts("send", *M).code == 1  # reader4 is in doubt, and held
    assert relay.recipients.count("reader2@example.org") == 1
    assert relay.recipients.count("reader4@example.org") == 1  # not sent again unasked
    nothing = alerts("delivery", "retry", *M)
    assert nothing.stdout == "2026-10: 0 queued again\n"
    assert "1 is held in doubt: `alerts delivery retry --month 2026-10 --state" in nothing.stderr
    assert alerts("delivery", "retry", *M, "--state", "in_doubt").code == 0
    assert alerts("send", *M).code == 75  # reader3 waits for its time
    assert relay.recipients.count("reader4@example.org") == 2  # an admin's choice
    assert relay.recipients.count("reader1@example.org") == 1
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
    assert alerts("delivery", "accept", *M).stdout == "2026-10: 1 marked as arrived\n"
    assert alerts("delivery", "cancel", *M).stdout == "2026-10: 1 cancelled\n"
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == taken
    counts = alerts("status", *M, "--json").json["deliveries"]
    assert {s: n for s, n in counts.items() if n} == {"sent": 4, "failed": 1, "skipped": 1}


def test_what_is_sent_is_decided_by_nobody(sent: Path) -> None:
    db = database(sent)
    for state in (DeliveryState.SENT, DeliveryState.SENDING):
        with pytest.raises(ValueError, match="by hand"):
            deliveries.decide(db, DeliverySelection(MONTH, [state]), DeliveryState.QUEUED, NOW)
    with pytest.raises(ValueError, match="by hand"):
        deliveries.decide(db, DeliverySelection(MONTH), DeliveryState.QUEUED, NOW)


def test_the_books_close_and_name_the_reasons(sent: Path, alerts: Alerts) -> None:
    told = alerts("status", *M).stdout
    assert "recipients: 6 = 3 sent + 1 deferred + 1 failed + 1 in_doubt" in told
    assert "failed: 1 rejected: 550 5.1.1 unknown, e.g. reader2@example.org" in told
    assert "missed: 1; " in told
    assert "2026-10: 1 is held in doubt: `alerts delivery retry --month 2026-10 --state" in told
    assert "next attempt: " in told


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("reader1@example.org", "was accepted by the relay on"),
        ("reader2@example.org", "failed on"),
        ("reader2@example.org", "The relay said: 550 5.1.1 unknown"),
        ("reader2@example.org", "The address is gone: correct it"),
        (
            "reader3@example.org",
            "attempt 1 (temporary): the relay asked to try later; the next one",
        ),
        ("reader3@example.org", "The relay said: 450 4.2.0 later"),
        ("reader4@example.org", "`alerts delivery accept EMAIL` marks it as arrived"),
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
    empty = alerts("why", "a@example.org", *M).stdout
    assert "There is no issue of 2026-10: it has no articles. They are active" in empty
    alerts("article", "add", "--url", "https://n.example/1", "--title", "T", *M)
    assert "not queued yet. They are active" in alerts("why", "a@example.org", *M).stdout
    alerts("subscriber", "unsubscribe", "a@example.org")
    assert "They unsubscribed on" in alerts("why", "a@example.org", *M).stdout


@pytest.mark.parametrize(
    "text", ["no address", "a@", "@b.example", "a@b@c.example", "a\n@b.example"]
)
def test_why_says_what_is_no_address(project: Path, alerts: Alerts, text: str) -> None:
    asked = alerts("why", text)
    assert asked.code == 1
    assert "is not an e-mail address" in asked.stderr
    assert asked.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ((), ("subscriber", "add", "a@example.org"), "They joined on "),
        (
            ("subscriber", "add", "a@example.org", "--pending"),
            (),
            "There was no copy for them when the issue of 2026-10 was queued on 2026-11-02T09:00:00Z. "
            "They have not confirmed",
        ),
        (
            ("subscriber", "add", "a@example.org", "--pending"),
            ("subscriber", "add", "a@example.org", "--consent", "Yes"),
            "They confirmed on ",
        ),
        (("suppression", "add", "a@example.org"), (), "and it is suppressed (manual, since "),
        (
            ("subscriber", "add", "a@example.org", "--language", "pt-br"),
            (),
            "They read pt-br, in which",
        ),
    ],
)
def test_why_tells_of_those_who_were_not_there_in_time(
    project: Path, alerts: Alerts, before: tuple[str, ...], after: tuple[str, ...], words: str
) -> None:
    if before:
        assert alerts(*before).code == 0
    db = database(project)
    db.conn.execute("UPDATE subscribers SET created_at = '2026-01-01T00:00:00Z'")
    queue_issue(project, db)
    db.close()
    if after:
        assert alerts(*after).code == 0
    answer = alerts("why", "a@example.org", *M, "--json").json
    assert words in answer["why"]
    assert (answer["delivery"] is not None) == ("pt-br" in words)


def test_why_tells_of_one_who_left_before_it_was_queued(project: Path, alerts: Alerts) -> None:
    alerts("subscriber", "add", "a@example.org")
    alerts("subscriber", "unsubscribe", "a@example.org")
    db = database(project)
    db.conn.execute("UPDATE subscribers SET created_at = '2026-01-01T00:00:00Z'")
    queue_issue(project, db)
    db.close()
    assert "There was no copy for them" in (told := alerts("why", "a@example.org", *M).stdout)
    assert "They unsubscribed on" in told


def test_why_tells_of_one_that_is_being_sent_and_of_one_resent_by_itself(
    project: Path, alerts: Alerts
) -> None:
    db = database(project)
    add_subscribers(db, 2)
    queue_issue(project, db)
    db.conn.execute("INSERT INTO leases (holder, host, expires_at) VALUES ('p', 'h', '2026')")
    db.conn.execute("UPDATE deliveries SET state = 'sending', lease_id = 1 WHERE id = 1")
    db.conn.execute("UPDATE deliveries SET state = 'in_doubt', reason = 'unanswered' WHERE id = 2")
    db.close()
    assert "is being sent, since" in alerts("why", "reader1@example.org", *M).stdout
    told = alerts("why", "reader2@example.org", *M).stdout
    assert "The next `alerts send` sends it again." in told
    alerts("subscriber", "edit", "reader2@example.org", "--language", "en-gb")
    assert "They read en-gb" in alerts("why", "reader2@example.org", *M).stdout


def test_show_gives_the_very_octets_that_were_sent(
    sent: Path, relay: Relay, alerts: Alerts
) -> None:
    taken = next(one for one in relay.inbox if one.recipient == "reader1@example.org")
    shown = alerts("delivery", "show", "reader1@example.org", *M, "--json").json
    assert shown["envelope"] == {"sender": taken.sender, "recipient": taken.recipient}
    assert f"Message-ID: {shown['message_id']}\r\n".encode() in taken.octets
    command = [sys.executable, "-m", "alerts", "delivery", "show", "reader1@example.org", *M]
    octets = subprocess.run([*command, "--message"], cwd=sent, capture_output=True, check=True)
    assert octets.stdout == taken.octets


def test_show_tells_of_each_attempt_and_decision(sent: Path, relay: Relay, alerts: Alerts) -> None:
    alerts("delivery", "retry", *M, "reader2@example.org")
    told = alerts("delivery", "show", "READER2@example.org", *M).stdout
    assert "state:       queued" in told
    assert "  failed  rejected 550 5.1.1 unknown\n" in told
    assert "  queued  admin\n" in told
    alerts("send", *M)
    shown = alerts("delivery", "show", "reader2@example.org", *M, "--json").json
    assert [fact["became"] for fact in shown["attempts_log"]] == ["failed", "queued"]
    assert shown["state"] == "sent"
    alerts("subscriber", "add", "late@example.org")
    for email in ("late@example.org", "nobody@example.org"):
        refused = alerts("delivery", "show", email, *M)
        assert refused.code == 1
        assert f"`alerts why {email}` says why" in refused.stderr


def test_list_and_retry_can_be_told_which(sent: Path, alerts: Alerts) -> None:
    db = database(sent)
    add_subscribers(db, 3, domain="xn--mnchen-3ya.example")
    db.conn.execute(
        """INSERT INTO deliveries (issue_id, edition_id, subscriber_id, state, reason, due_at, changed_at)
           SELECT 1, 1, id, 'failed', 'expired', '', '' FROM subscribers WHERE id > 6"""
    )
    db.close()

    def number(*options: str) -> int:
        return len(alerts("delivery", "list", *M, *options, "--json").json)

    assert number() == 9
    assert (
        number("--domain", "München.example") == number("--domain", "@XN--MNCHEN-3YA.example") == 3
    )
    assert number("--domain", "example") == 0
    assert number("--reason", "expired") == 3
    assert (
        number("--reason", "rejected") == number("--reason", "rejected", "--state", "failed") == 1
    )
    assert number("--state", "failed", "--domain", "example.org") == 1
    table = alerts("delivery", "list", *M, "--state", "failed").stdout.splitlines()
    assert table[0].split()[:5] == ["EMAIL", "EDITION", "STATE", "REASON", "TRIES"]
    assert len(table) == 5
    assert alerts("delivery", "list", *M, "--domain", "a b").code == 1
    retried = alerts("delivery", "retry", *M, "--reason", "expired", "--json").json
    assert retried["changed"] == 3
    cancelled = alerts("delivery", "cancel", *M, "--domain", "münchen.example", "--json").json
    assert cancelled["changed"] == 3
    assert alerts("delivery", "retry", *M, "--json").json["changed"] == 1
