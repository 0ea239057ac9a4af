"""Leaving by mail: the mailto: side of List-Unsubscribe (S2, X16)."""

import mailbox
from contextlib import suppress
from pathlib import Path

import pytest

from alerts.bounces.classify import classify
from alerts.domain.address import Address
from alerts.domain.errors import InputError
from alerts.mail.tokens import Purpose, sign
from alerts.store import link_numbers, signing_keys, subscribers
from alerts.subscribers import admin
from alerts.subscribers.admin import SubscriberEdits
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue


def _token(root: Path, number: int, purpose: Purpose = Purpose.UNSUBSCRIBE) -> str:
    db = database(root)
    keys = signing_keys.all_secrets(db)
    if purpose is not Purpose.DELIVERY:
        number = link_numbers.number_of(db, number)
    db.close()
    return sign(max(keys), keys[max(keys)], purpose, number)


@pytest.fixture
def people(project: Path) -> Path:
    """A project with five readers."""
    db = database(project)
    add_subscribers(db, 5)
    db.close()
    return project


def _left(root: Path) -> list[int]:
    db = database(root)
    found = [n for n in range(1, 6) if subscribers.by_id(db, n).status == "unsubscribed"]  # type: ignore[union-attr]
    db.close()
    return found


def _mail(to: str, header: str = "To", more: str = "") -> bytes:
    return f"From: x@y.org\r\n{header}: {to}\r\n{more}Subject: unsubscribe\r\n\r\nBye\r\n".encode()


@pytest.mark.parametrize("header", ["To", "Delivered-To", "X-Original-To", "Envelope-To", "Cc"])
def test_a_mail_with_the_token_unsubscribes(people: Path, alerts: Alerts, header: str) -> None:
    address = f"Leave me <alerts+{_token(people, 2).upper()}@example.org>"
    for _ in range(2):
        (found,) = alerts("bounce", "process", "-", "--json", stdin=_mail(address, header)).json
        assert (found["kind"], found["recipient"]) == ("unsubscribe", "reader2@example.org")
    assert _left(people) == [2]


def test_the_address_in_the_message_that_was_sent_works(people: Path, alerts: Alerts) -> None:
    import re
    from urllib.parse import unquote

    db = database(people)
    queue_issue(people, db)
    db.close()
    assert alerts("send", "--month", str(MONTH)).code == 0
    for path in (people / "outbox" / "new").iterdir():
        text = path.read_text(encoding="utf-8")
        match = re.search(r"^ ?<mailto:([^>]+)>", text, re.MULTILINE)
        assert match is not None
        mail = _mail(unquote(match[1]))
        assert alerts("bounce", "process", "-", stdin=mail).code == 0
    assert _left(people) == [1, 2, 3, 4, 5]


def test_x16_nothing_but_the_token_counts(people: Path, alerts: Alerts) -> None:
    token, tried = _token(people, 3), 0
    forged = [
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token.replace("-3", "-4", 1),
        _token(people, 3, Purpose.PREFERENCES),
        _token(people, 3, Purpose.DELIVERY),
        token[:-2],
        f"{token}0",
    ]
    mails = [_mail(f"alerts+{each}@example.org") for each in forged]
    good = f"alerts+{token}@example.org"
    mails += [
        _mail("alerts@example.org", more=f"Subject: {good}\r\n"),
        _mail("alerts@example.org", more=f"Reply-To: {good}\r\n"),
        _mail("alerts@example.org") + good.encode(),
        b"",
        b"\r\n\r\n" + _mail(good),
        b"\x00\xff" * 1000,
        b"To: " + b"a" * 300_000 + f" <{good}>\r\n\r\n".encode(),
    ]
    for mail in mails:
        (found,) = alerts("bounce", "process", "-", "--json", stdin=mail).json
        assert (found["subscriber"], found["done"]) == ("", False), mail[:200]
        tried += 1
    assert _left(people) == []
    assert tried == 13


def test_a_maildir_an_mbox_and_a_folder(people: Path, alerts: Alerts, tmp_path: Path) -> None:
    mails = [_mail(f"alerts+{_token(people, n)}@example.org") for n in (1, 2, 4)]
    box = mailbox.Maildir(tmp_path / "maildir")
    box.add(mails[0])
    box.add(_mail("alerts@example.org"))
    result = alerts("bounce", "process", str(tmp_path / "maildir"))
    assert result.stdout == "2 unsubscribe; 1 about subscribers, 1 of them new\n"
    mbox = mailbox.mbox(tmp_path / "mbox")
    mbox.add(mails[1])
    mbox.add(mails[1])
    mbox.close()
    kinds = [
        each["kind"] for each in alerts("bounce", "process", str(tmp_path / "mbox"), "--json").json
    ]
    assert kinds == ["unsubscribe", "unsubscribe"]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "one.eml").write_bytes(mails[2])
    assert alerts("bounce", "process", str(folder)).code == 0
    assert (folder / "one.eml").exists()
    assert _left(people) == [1, 2, 4]


@pytest.mark.proof
def test_x16_real_bounces_of_others_touch_nobody(
    people: Path, alerts: Alerts, corpus: Path
) -> None:
    """The people of this test are those whom the bounces are about, and have been sent an issue."""
    db = database(people)
    named = {
        report.recipient
        for path in (corpus / "bounces").iterdir()
        for report in classify(path.read_bytes())
        if report.recipient
    }
    for email in named:
        with suppress(InputError):
            admin.add(db, Address.parse(email), SubscriberEdits(), language="en", now=NOW)
    queue_issue(people, db)
    before = db.execute("SELECT count(*) FROM subscribers WHERE status = 'active'").fetchone()
    assert before[0] > 100
    assert alerts("send", "--month", str(MONTH)).code == 0
    result = alerts("bounce", "process", str(corpus / "bounces"), "--json")
    assert result.code == 0
    assert len(result.json) > 271
    assert not any(each["done"] or each["subscriber"] for each in result.json)
    after = db.execute("SELECT count(*) FROM subscribers WHERE status = 'active'").fetchone()
    assert (after, alerts("suppression", "list").stdout) == (before, "")
    db.close()


def test_a_file_that_is_not_there_is_named(people: Path, alerts: Alerts) -> None:
    result = alerts("bounce", "process", "nowhere.eml")
    assert (result.code, result.stderr.count("\n")) == (1, 1)
    assert "nowhere.eml" in result.stderr
    assert _left(people) == []
