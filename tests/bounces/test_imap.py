"""The mailbox of bounces, on a real IMAP server (X14)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.domain.errors import SettingsError
from alerts.mailbox.imap import ImapMailbox
from tests.bounces.test_feedback import _mail, _token
from tests.conftest import Alerts
from tests.factories import add_subscribers, database
from tests.imap import PASSWORD, Imap, mailbox_of_bounces


@pytest.fixture
def imap(monkeypatch: pytest.MonkeyPatch) -> Iterator[Imap]:
    with mailbox_of_bounces(monkeypatch) as server:
        yield server


def test_what_is_unseen_is_acted_on_once_and_kept(
    project: Path, alerts: Alerts, imap: Imap, corpus: Path
) -> None:
    db = database(project)
    add_subscribers(db, 3)
    db.close()
    assert alerts("bounce", "process").stdout.startswith("no message; ")
    for number in (1, 3):
        to = f"alerts+{_token(project, number)}@example.org"
        imap.deliver(f"{number}", _mail(to))
    imap.deliver("real", (corpus / "bounces" / "bsd-rfc3464-01.eml").read_bytes())
    imap.deliver("large", _mail("alerts@example.org") + b"x" * 3_000_000)
    result = alerts("bounce", "process", "--json")
    assert result.code == 0, result.stderr
    kinds = sorted(each["kind"] for each in result.json)
    assert kinds == ["hard", "unsubscribe", "unsubscribe", "unsubscribe"]
    left = sorted(each["subscriber"] for each in result.json if each["done"])
    assert left == ["reader1@example.org", "reader3@example.org"]
    assert alerts("bounce", "process", "--json").json == []
    assert len(list((imap.maildir / "cur").iterdir())) == 4
    assert PASSWORD not in result.stdout + result.stderr


def test_a_message_whose_act_failed_is_read_again(imap: Imap) -> None:
    box = ImapMailbox.parse(imap.url, 10)
    imap.deliver("1", b"Subject: one\r\n\r\nx")
    reading = box.unseen(PASSWORD)
    assert next(reading)[1].startswith(b"Subject: one")
    reading.close()  # as by a fault of its reader
    assert [octets[:12] for _, octets in box.unseen(PASSWORD)] == [b"Subject: one"]
    assert list(box.unseen(PASSWORD)) == []


def test_a_mailbox_that_is_not_there_is_tried_later_and_one_that_refuses_asks_for_a_person(
    project: Path, alerts: Alerts, imap: Imap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_MAILBOX_PASSWORD", "wrong")
    monkeypatch.setenv("ALERTS_DELIVERY__TIMEOUT", "10s")
    away = imap.url.replace(str(imap.port), "1")
    for url, code in ((imap.url, 1), (away, 75), (f"{imap.url}/nowhere", 75)):
        monkeypatch.setenv("ALERTS_BOUNCES__MAILBOX", url)
        result = alerts("bounce", "process")
        assert (result.code, result.stderr.count("\n")) == (code, 1), result.stderr
        assert "bounces.mailbox, 127.0.0.1:" in result.stderr
        monkeypatch.setenv("ALERTS_MAILBOX_PASSWORD", PASSWORD)


def test_the_doctor_looks_and_marks_nothing(
    project: Path, alerts: Alerts, imap: Imap, monkeypatch: pytest.MonkeyPatch
) -> None:
    imap.deliver("1", b"Subject: one\r\n\r\nx")
    (found,) = _of_mailbox(alerts)
    assert (found["level"], found["about"].endswith("127.0.0.1, 1 unread")) == ("ok", True)
    assert len(alerts("bounce", "process", "--json").json) == 1
    monkeypatch.setenv("ALERTS_MAILBOX_PASSWORD", "wrong, and in Ελληνικά")
    (found,) = _of_mailbox(alerts)
    assert found["level"] == "error"
    assert "bounces.mailbox, 127.0.0.1" in found["about"]
    monkeypatch.setenv("ALERTS_BOUNCES__MAILBOX", "")
    (found,) = _of_mailbox(alerts)
    assert (found["level"], "alerts bounce process" in found["about"]) == ("ok", True)


def _of_mailbox(alerts: Alerts) -> list[dict[str, str]]:
    findings = alerts("doctor", "--json").json["findings"]
    return [each for each in findings if each["check"] == "mailbox"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "bounces.mailbox"),
        ("pop3://a@b.org", "imaps://user@host/INBOX"),
        ("imaps://b.org/INBOX", "imaps://user@host/INBOX"),
        ("imaps://a:secret@b.org/INBOX", "keep the password out of the URL"),
        ("imaps://a@b.org:x/", "bounces.mailbox"),
        ("imaps://a@b.org/Rück", "ASCII"),
        ("imaps://a@b.org/%22%0d%0aLOGOUT", "ASCII"),
        ("imaps://a@b.org/INBOX", "ALERTS_MAILBOX_PASSWORD"),
    ],
)
def test_a_mailbox_that_cannot_be_is_a_usage_error(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv("ALERTS_BOUNCES__MAILBOX", url)
    result = alerts("bounce", "process")
    assert (result.code, result.stderr.count("\n")) == (2, 1)
    assert words in result.stderr
    assert "secret" not in result.stderr


def test_x14_the_password_goes_over_tls_alone_and_to_a_server_that_proves_itself() -> None:
    assert ImapMailbox.parse("imap://a@mail.example.org", 10).tls == "required"
    assert ImapMailbox.parse("imaps://a@mail.example.org", 10).port == 993
    box = ImapMailbox.parse("imaps://a%40b.org@mail.example.org/Mail%20in", 10)
    assert (box.user, box.folder) == ("a@b.org", "Mail in")
    with pytest.raises(SettingsError):
        ImapMailbox.parse("imap://a@mail.example.org?tls=never", 10)
