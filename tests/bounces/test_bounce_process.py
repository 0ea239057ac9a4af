"""Bounces and complaints of our own issues, acted on (S7, S16, S17, X16, P5)."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.bounces.process import BounceProcessor
from alerts.domain.month import Month
from alerts.mail.tokens import Purpose, sign
from alerts.store import bounces, retention, signing_keys, transaction
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue
from tests.relay import Relay, Taken

M = ("--month", str(MONTH))


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    """Where the project sends to."""
    with Relay() as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        yield relay


@pytest.fixture
def sent(project: Path, alerts: Alerts, relay: Relay) -> dict[str, tuple[str, str]]:
    """Five readers' copies went out: (return path, message) of each."""
    db = database(project)
    add_subscribers(db, 5)
    queue_issue(project, db)
    db.close()
    assert alerts("send", *M).code == 0
    return {each.recipient: (each.sender, each.octets.decode()) for each in relay.inbox}


def _dsn(to: str, recipient: str, said: str, message: str, action: str = "failed") -> bytes:
    head = message.partition("\r\n\r\n")[0]
    return (
        f"Return-Path: <>\r\nTo: <{to}>\r\nFrom: MAILER-DAEMON@mx.example.com\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\n\r\nIt could not be delivered.\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: {action}\r\n"
        f"Status: {said.split()[1]}\r\nDiagnostic-Code: smtp; {said}\r\n\r\n"
        f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n\r\n--x--\r\n"
    ).encode()


def _process(alerts: Alerts, message: bytes) -> list[dict[str, object]]:
    result = alerts("bounce", "process", "-", "--json", stdin=message)
    assert result.code == 0, result.stderr
    found: list[dict[str, object]] = result.json
    return found


UNKNOWN = "550 5.1.1 <reader2@example.org>: user unknown"
FULL = "452 4.2.2 mailbox full"


def test_s16_a_hard_bounce_by_its_return_path_suppresses_the_address(
    project: Path, alerts: Alerts, sent: dict[str, tuple[str, str]]
) -> None:
    """The person stays, `why` and `status` tell, and a second time changes nothing."""
    back = _dsn(sent["reader2@example.org"][0], "elsewhere@example.com", UNKNOWN, "")
    (found,) = _process(alerts, back)
    assert (found["kind"], found["subscriber"], found["done"]) == (
        "hard",
        "reader2@example.org",
        True,
    )
    (again,) = _process(alerts, back)
    assert again["done"] is False
    (kept,) = alerts("suppression", "list", "--json").json
    assert (kept["email"], kept["reason"]) == ("reader2@example.org", "hard_bounce")
    assert "5.1.1" in kept["note"]
    assert "hard bounce: 5.1.1" in alerts("why", "reader2@example.org", *M).stdout
    status = alerts("status", *M, "--json").json
    assert status["returned"] == {"sent": 5, "hard": 1, "soft": 0, "complaints": 0}
    assert "bounces: 1 hard (20.0%)" in alerts("status", *M).stdout
    assert "@" not in str(
        database(project)
        .execute("SELECT group_concat(detail) FROM events WHERE kind = 'delivery.bounced'")
        .fetchone()[0]
    )


def test_s16_a_bounce_without_the_return_path_is_known_by_the_message_that_it_quotes(
    alerts: Alerts, sent: dict[str, tuple[str, str]]
) -> None:
    message = sent["reader3@example.org"][1]
    (found,) = _process(alerts, _dsn("alerts@example.org", "reader3@example.org", UNKNOWN, message))
    assert (found["subscriber"], found["done"]) == ("reader3@example.org", True)


def test_the_words_of_a_bounce_are_let_go_in_time(
    project: Path, alerts: Alerts, sent: dict[str, tuple[str, str]]
) -> None:
    """That it came back stays, for the count of those in a row."""
    _process(alerts, _dsn(sent["reader2@example.org"][0], "x@example.org", UNKNOWN, ""))
    db = database(project)
    with transaction(db):
        assert retention.replies(db, NOW + timedelta(days=9999)) >= 1
    assert "unknown" not in str(list(db.query("SELECT detail FROM events")))
    assert bounces.figures(db, MONTH).hard == 1
    db.close()


def test_x16_forged_bounces_and_complaints_touch_nobody(
    project: Path, alerts: Alerts, sent: dict[str, tuple[str, str]]
) -> None:
    """By the address alone, by tokens altered, of another purpose, or in another place."""
    path, _ = sent["reader1@example.org"]
    db = database(project)
    keys = signing_keys.all_secrets(db)
    other = [
        sign(max(keys), keys[max(keys)], purpose, 1)
        for purpose in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.NOTICE)
    ]
    token = re.search(r"\+([0-9a-f-]+)@", path)
    assert token is not None
    altered = [
        token[1][:-1] + ("0" if token[1][-1] != "0" else "1"),
        token[1].replace("-1", "-2", 1),
    ]
    tried = 0
    for forged in ["", *altered, *other]:
        to = f"alerts+{forged}@example.org"
        lines = f"Message-ID: <{forged}@example.org>\r\nX-Token: {token[1]}\r\nList-Id: {path}"
        for kind in (UNKNOWN, FULL):
            if forged in other[:1]:  # asks to leave, and is genuine
                continue
            found = _process(alerts, _dsn(to, "reader1@example.org", kind, lines))
            assert not any(each["done"] or each["subscriber"] for each in found)
            tried += 1
    assert tried == 10
    assert alerts("suppression", "list", "--json").json == []


def _complaint(message: str, kind: str = "abuse") -> bytes:
    return (
        "From: fbl@example.com\r\nTo: fbl@example.org\r\nSubject: report\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: message/feedback-report\r\n\r\n"
        f"Feedback-Type: {kind}\r\nUser-Agent: x/1\r\nVersion: 1\r\n\r\n"
        f"--x\r\nContent-Type: message/rfc822\r\n\r\n{message}\r\n--x--\r\n"
    ).encode()


@pytest.mark.parametrize("quoted", ["message-id", "list-unsubscribe"])
def test_s16_a_complaint_is_an_unsubscribe_at_once(
    alerts: Alerts, sent: dict[str, tuple[str, str]], quoted: str
) -> None:
    """RFC 5965; providers take the address out, and some the Message-ID."""
    message = sent["reader4@example.org"][1].replace("reader4@example.org", "[redacted]")
    if quoted == "list-unsubscribe":
        message = re.sub(r"(?m)^Message-ID:.*\r\n", "", message)
    (found,) = _process(alerts, _complaint(message))
    assert (found["kind"], found["subscriber"], found["done"]) == (
        "complaint",
        "reader4@example.org",
        True,
    )
    assert _process(alerts, _complaint(message))[0]["done"] is False
    show = ("subscriber", "show", "reader4@example.org", "--json")
    assert alerts(*show).json["status"] == "suppressed"
    (kept,) = alerts("suppression", "list", "--json").json
    assert kept["reason"] == "complaint"
    assert "complained" in alerts("why", "reader4@example.org", *M).stdout
    assert alerts("suppression", "remove", "reader4@example.org").code == 0
    assert alerts(*show).json["status"] == "unsubscribed"


def test_what_is_no_failure_changes_nothing(
    alerts: Alerts, sent: dict[str, tuple[str, str]]
) -> None:
    path, message = sent["reader5@example.org"]
    harmless = [
        _dsn(path, "reader5@example.org", "450 4.4.1 no answer", message, "delayed"),
        _dsn(path, "reader5@example.org", "250 2.0.0 fine", message, "delivered"),
        f"To: {path}\r\nFrom: reader5@example.org\r\nSubject: Out of office\r\n\r\nI am away.\r\n".encode(),
        _complaint(message, "not-spam"),
    ]
    for each in harmless:
        assert not any(found["done"] for found in _process(alerts, each))
    assert alerts("suppression", "list", "--json").json == []
    assert alerts("status", *M, "--json").json["returned"]["soft"] == 0


def test_soft_bounces_of_three_issues_in_a_row_suppress(
    project: Path, alerts: Alerts, relay: Relay
) -> None:
    """One that arrives in between begins the count anew; twice in one issue counts once."""
    db = database(project)
    add_subscribers(db, 2)

    def issue(month: Month, came_back: list[str]) -> None:
        queue_issue(project, db, month)
        relay.inbox.clear()
        assert alerts("send", "--month", str(month)).code == 0
        for taken in relay.inbox:
            if taken.recipient in came_back:
                for _ in range(2):
                    _process(alerts, _dsn(taken.sender, taken.recipient, FULL, ""))

    first, second = both = ["reader1@example.org", "reader2@example.org"]
    issue(Month(2026, 1), both)
    issue(Month(2026, 2), both)
    issue(Month(2026, 3), [second])
    assert [each["email"] for each in alerts("suppression", "list", "--json").json] == [second]
    issue(Month(2026, 4), [first])
    issue(Month(2026, 5), [first])
    assert len(alerts("suppression", "list", "--json").json) == 1
    issue(Month(2026, 6), [first])
    assert len(alerts("suppression", "list", "--json").json) == 2
    assert "3 issues in a row" in alerts("suppression", "list").stdout


def test_a_bounce_of_a_former_address_leaves_the_new_one_alone(
    alerts: Alerts, sent: dict[str, tuple[str, str]]
) -> None:
    moved = alerts("subscriber", "edit", "reader2@example.org", "--email", "new2@example.org")
    assert moved.code == 0, moved.stderr
    path = sent["reader2@example.org"][0]
    _process(alerts, _dsn(path, "reader2@example.org", UNKNOWN, ""))
    (kept,) = alerts("suppression", "list", "--json").json
    assert kept["email"] == "reader2@example.org"


def test_who_was_erased_stays_erased(alerts: Alerts, sent: dict[str, tuple[str, str]]) -> None:
    assert alerts("subscriber", "erase", "reader2@example.org").code == 0
    before = alerts("suppression", "list", "--json").json
    (found,) = _process(alerts, _dsn(sent["reader2@example.org"][0], "x@example.org", UNKNOWN, ""))
    assert (found["subscriber"], found["done"]) == ("", False)
    assert alerts("suppression", "list", "--json").json == before


def test_p5_who_bounced_hard_before_their_turn_is_skipped(
    project: Path, alerts: Alerts, sent: dict[str, tuple[str, str]], relay: Relay
) -> None:
    db = database(project)
    queue_issue(project, db, Month(2026, 11))
    _process(alerts, _dsn(sent["reader2@example.org"][0], "reader2@example.org", UNKNOWN, ""))
    relay.inbox.clear()
    alerts("send", "--month", "2026-11")
    assert "reader2@example.org" not in relay.recipients
    assert len(relay.recipients) == 4


@pytest.mark.parametrize("what", ["hard", "complaints"])
def test_s17_a_send_is_paused_when_too_much_comes_back(
    project: Path, alerts: Alerts, relay: Relay, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Until an admin has looked: it says why, exits 75, and burns nobody's copy."""
    monkeypatch.setenv("ALERTS_BOUNCES__ENOUGH", "20")
    db = database(project)
    add_subscribers(db, 40)
    queue_issue(project, db)
    alerts("send", *M, "--limit", "30")
    for taken in relay.inbox[:2]:
        back = (
            _dsn(taken.sender, taken.recipient, UNKNOWN, "")
            if what == "hard"
            else _complaint(taken.octets.decode())
        )
        _process(alerts, back)
    paused = alerts("send", *M)
    assert paused.code == 75
    assert len(relay.inbox) == 30
    setting = f"bounces.most_{what}"
    assert setting in paused.stderr
    assert paused.stderr.count("\n") == 1
    counts = alerts("status", *M, "--json").json["deliveries"]
    assert (counts["sent"], counts["queued"]) == (30, 10)
    monkeypatch.setenv(f"ALERTS_BOUNCES__MOST_{what.upper()}", "0.5")
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == 40


def test_s17_a_send_under_way_is_paused_too(
    project: Path, alerts: Alerts, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Complaints come in, by another process, while the rest of the list is being sent."""
    monkeypatch.setenv("ALERTS_BOUNCES__ENOUGH", "20")
    monkeypatch.setattr("alerts.outbox.bounce_limit._PAUSE", 0.0)
    db = database(project)
    add_subscribers(db, 400)
    queue_issue(project, db)
    db.close()
    complained = threading.Event()

    def complain(taken: Taken) -> None:
        if len(relay.inbox) >= 100 and not complained.is_set():
            complained.set()
            desk = BounceProcessor(database(project), 3)
            for each in relay.inbox[:50]:
                desk.process(_complaint(each.octets.decode()), NOW)
            desk.db.close()

    relay.on_taken, relay.delay = complain, 0.01  # so that what was sent is told of in between
    paused = alerts("send", *M, "--connections", "1")
    assert complained.is_set()
    assert (paused.code, paused.stderr.count("\n")) == (75, 1)
    assert "bounces.most_complaints" in paused.stderr
    counts = alerts("status", *M, "--json").json["deliveries"]
    assert counts["sent"] == len(relay.inbox) < 350
    assert counts["sent"] + counts["skipped"] + counts["queued"] == 400
    assert counts["in_doubt"] == counts["sending"] == 0


LISTED = "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"


def test_faults_of_ours_count_against_nobody_however_often(
    project: Path, alerts: Alerts, sent: dict[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_BOUNCES__SOFT_LIMIT", "1")
    for path, _ in sent.values():
        (found,) = _process(alerts, _dsn(path, "x@example.org", LISTED, ""))
        assert (found["kind"], found["about"], found["counts"]) == ("ours", "our_ip", False)
    assert alerts("suppression", "list", "--json").json == []
    path = sent["reader1@example.org"][0]
    (full,) = _process(alerts, _dsn(path, "reader1@example.org", FULL, ""))
    assert full["counts"] is True
    assert len(alerts("suppression", "list", "--json").json) == 1


def test_a_fault_of_ours_that_many_copies_meet_pauses_the_send_and_says_what_to_mend(
    project: Path,
    alerts: Alerts,
    sent: dict[str, tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    relay: Relay,
) -> None:
    for path, _ in list(sent.values())[:3]:
        _process(alerts, _dsn(path, "x@example.org", LISTED, ""))
    db = database(project)
    db.conn.execute(
        "UPDATE deliveries SET state = 'queued' WHERE id = (SELECT max(id) FROM deliveries)"
    )
    db.conn.execute("UPDATE issues SET state = 'queued'")  # as `delivery retry` does
    db.conn.commit()
    db.close()
    monkeypatch.setenv("ALERTS_BOUNCES__ENOUGH", "3")
    before = len(relay.inbox)
    result = alerts("send", *M)
    assert result.code == 75
    assert "bounces.most_ours" in result.stderr
    assert "Spamhaus" in result.stderr
    assert len(relay.inbox) == before
    assert alerts("suppression", "list", "--json").json == []
    monkeypatch.setenv("ALERTS_BOUNCES__MOST_OURS", "0")
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == before + 1
