"""What a relay has against us burns no recipient: the send pauses, owes all, and says what to mend."""

from pathlib import Path

import pytest

from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database, queue_issue
from tests.relay import Relay, Script

M = ("--month", str(MONTH))
READERS = 40
QUOTA = (
    "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to"
    " https://support.google.com/a/answer/166852"
)
TRAFFIC = (
    "554 5.2.252 SendAsDenied; 5.7.708 Service unavailable. Access denied, traffic not accepted from"
    " this IP"
)


@pytest.fixture
def queued(project: Path) -> Path:
    """An issue is owed to all readers."""
    db = database(project)
    add_subscribers(db, READERS)
    queue_issue(project, db)
    db.close()
    return project


def _after(number: int, stage: str, reply: str) -> Script:
    """A relay that takes so many messages and then answers `reply` at that stage."""
    taken: list[str] = []

    def script(reached: str, recipient: str, nth: int) -> str | None:
        if reached == stage and len(taken) >= number:
            return reply
        if reached == "dot":
            taken.append(recipient)
        return None

    return script


@pytest.mark.parametrize(
    ("stage", "reply", "remedy"),
    [
        ("rcpt", QUOTA, "Google's daily limit"),
        ("dot", QUOTA, "Google's daily limit"),
        ("dot", TRAFFIC, "5.7.708"),
        ("dot", "554 5.7.1 Message rejected under suspicion of SPAM", "issue lint"),
        ("rcpt", "550 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", "Spamhaus"),
        ("dot", "550 5.7.26 This mail is unauthenticated: SPF and DKIM did not pass", "SPF"),
        ("rcpt", "450 4.2.1 Peak SMTP relay limit exceeded for this customer", "limit"),
    ],
)
def test_the_send_pauses_and_owes_all_and_later_goes_on_with_nobody_twice(
    queued: Path,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    reply: str,
    remedy: str,
) -> None:
    with Relay(script=_after(10, stage, reply)) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        result = alerts("send", *M)
        assert result.code == 75, result.stderr
        assert remedy in result.stderr
        assert len(result.stderr.splitlines()[-1]) < 700
        first = list(relay.recipients)
    counts = alerts("status", *M, "--json").json["deliveries"]
    assert counts["failed"] == counts["in_doubt"] == 0
    assert counts["sent"] + counts["queued"] + counts["deferred"] == READERS
    assert counts["deferred"] <= 16
    with Relay() as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        alerts("delivery", "retry", "--state", "deferred", *M)
        assert alerts("send", *M).code == 0
        assert sorted(first + relay.recipients) == sorted(set(first + relay.recipients))
        assert len(first + relay.recipients) == READERS


def test_a_refusal_of_one_recipient_among_others_fails_this_one_alone(
    queued: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(stage: str, recipient: str, nth: int) -> str | None:
        gone = stage == "rcpt" and recipient.startswith("reader7@")
        return "550 5.1.1 user unknown" if gone else None

    with Relay(script=script) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        alerts("send", *M)
        assert len(relay.recipients) == READERS - 1
    assert alerts("status", *M, "--json").json["deliveries"]["failed"] == 1


@pytest.mark.parametrize(
    ("stage", "said", "remedy"),
    [
        ("auth", "535 5.7.8 Error: authentication failed", "login"),
        (
            "auth",
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            "token_command",
        ),
        ("mail", "530 5.7.0 Authentication required", "login"),
    ],
)
def test_a_refused_login_asks_for_a_person(
    queued: Path,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    said: str,
    remedy: str,
) -> None:
    def script(reached: str, recipient: str, nth: int) -> str | None:
        return said if reached == stage else None

    with Relay(script=script, password="right" if stage == "auth" else "") as relay:
        user = "me@" if stage == "auth" else ""
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", f"smtp://{user}127.0.0.1:{relay.port}")
        monkeypatch.setenv("ALERTS_RELAY_PASSWORD", "right")
        result = alerts("send", *M)
    assert result.code == 1
    assert remedy in result.stderr
    assert "right" not in result.stderr
    assert alerts("status", *M, "--json").json["deliveries"]["queued"] == READERS


def test_a_relay_whose_only_login_we_cannot_use_asks_for_a_person(
    queued: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Relay(offers=("PIPELINING", "AUTH XOAUTH2")) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", f"smtp://me@127.0.0.1:{relay.port}")
        monkeypatch.setenv("ALERTS_RELAY_PASSWORD", "right")
        result = alerts("send", *M)
    assert result.code == 1
    assert "token_command" in result.stderr
