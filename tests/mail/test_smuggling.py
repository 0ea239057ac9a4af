"""SMTP smuggling (X2): whatever a text holds, a relay gets one message a reader, octet for octet.

Each shape is an end of data to some server that reads less strictly than RFC 5321 asks; behind it
stands the message that an attacker would have it believe in.
"""

import hashlib
import re
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.domain.delivery import Owed
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import Merge
from alerts.store import issues, signing_keys, transaction
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database, edition, queue_issue
from tests.relay import Relay

SHAPES = [
    f"{before}.{after}"
    for before in ("\r\n", "\n", "\r", "\r\n\0", "\n\n", "\x85", "\u2028")
    for after in ("\r\n", "\n", "\r", "\0\r\n")
]
SMUGGLED = (
    "MAIL FROM:<a@evil.example>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\nSubject: x\r\n\r\n.\r\n"
)
END_TO_ANYONE = re.compile(rb"[\r\n]\0?\.\0?[\r\n]")
OFFERS = pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelined", "plain"])


def _expected(db: Database) -> dict[str, bytes]:
    """The message of each reader, merged here and now."""
    rows = db.query(
        "SELECT d.*, s.email, s.name, s.mark FROM deliveries d JOIN subscribers s ON s.id = subscriber_id"
    )
    made = {}
    for row in rows:
        stored = issues.template(db, row["edition_id"])
        secret = signing_keys.all_secrets(db)[stored.secret_id]
        merge = Merge(
            stored.octets,
            Frame.from_json(stored.frame),
            stored.secret_id,
            secret,
            stored.language,
            mark=stored.mark,
        )
        owed = Owed(
            row["id"],
            row["edition_id"],
            row["subscriber_id"],
            row["email"],
            row["name"],
            attempts=0,
            mark=row["mark"],
        )
        made[row["email"]] = merge.message(owed)
    return made


def _send(
    alerts: Alerts, monkeypatch: pytest.MonkeyPatch, offers: tuple[str, ...]
) -> dict[str, bytes]:
    """Send with one connection; what the relay took, by reader, and nothing twice."""
    with Relay(offers=offers) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        assert alerts("send", "--month", str(MONTH), "--connections", "1").code == 0
        assert all(taken.sender.startswith("alerts+") for taken in relay.inbox)
        assert len(set(relay.recipients)) == len(relay.inbox)
        return {taken.recipient: taken.octets for taken in relay.inbox}


@OFFERS
@pytest.mark.parametrize("script", ["Latin ", "Новости " * 40], ids=["qp", "base64"])
def test_no_text_ends_its_message_early_x2(
    project: Path,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    offers: tuple[str, ...],
    script: str,
) -> None:
    assert len(SHAPES) == 28
    db = database(project)
    add_subscribers(db, len(SHAPES))
    with transaction(db):
        for number, shape in enumerate(SHAPES, 1):
            db.execute(
                "UPDATE subscribers SET name = ? WHERE id = ?", (f"A{shape}{SMUGGLED}", number)
            )
    texts = "".join(f"{script}{shape}{SMUGGLED}" for shape in SHAPES)
    queue_issue(project, db, made=edition(body=f"{texts}{{slot:name}}\r\n.\r\n"))
    expected = _expected(db)
    arrived = _send(alerts, monkeypatch, offers)
    assert arrived == expected
    assert all((b": base64" in octets) == (script != "Latin ") for octets in arrived.values())
    for octets in arrived.values():
        assert not END_TO_ANYONE.search(octets)
        assert not re.search(rb"(?m)^\.|(?<!\r)\n|\r(?!\n)|\0", octets)


@OFFERS
def test_lines_that_begin_with_a_dot_arrive_as_they_are(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, offers: tuple[str, ...]
) -> None:
    db = database(project)
    add_subscribers(db, 3)
    queue_issue(project, db)
    octets = next(db.query("SELECT template FROM editions"))["template"]
    dotted = octets.replace(b"Hello", b"\r\n.\r\n..\r\n.x\r\n...\r\n\r\n.\r\nHello") + b".\r\n.."
    with transaction(db):
        checksum = hashlib.sha256(dotted).hexdigest()
        db.execute("UPDATE editions SET template = ?, sha256 = ?", (dotted, checksum))
    expected = {email: octets + b"\r\n" for email, octets in _expected(db).items()}
    assert _send(alerts, monkeypatch, offers) == expected


@OFFERS
def test_who_cannot_be_reached_without_smtputf8_fails_alone_and_an_idn_does_not_s13(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, offers: tuple[str, ...]
) -> None:
    for email in ("ana@例え.jp", "用户@例え.jp", "josé@münchen.example", "bob@example.org"):
        assert alerts("subscriber", "add", email, "--name", "Zoë").code == 0
    queue_issue(project, database(project))
    arrived = _send(alerts, monkeypatch, offers)
    assert sorted(arrived) == ["ana@xn--r8jz45g.jp", "bob@example.org"]
    assert all(octets.isascii() for octets in arrived.values())
    assert b"\r\nTo: =?utf-8?b?Wm/Dqw==?= <ana@xn--r8jz45g.jp>\r\n" in arrived["ana@xn--r8jz45g.jp"]
    failed = alerts("status", "--month", str(MONTH), "--json").json["deliveries"]
    assert (failed["sent"], failed["failed"]) == (2, 2)
    assert "SMTPUTF8" in alerts("why", "josé@münchen.example", "--month", str(MONTH)).stdout


def test_with_smtputf8_they_are_mailed_s13(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for email in ("用户@例え.jp", "bob@example.org"):
        assert alerts("subscriber", "add", email).code == 0
    queue_issue(project, database(project))
    with Relay(offers=("PIPELINING", "SMTPUTF8")) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        assert alerts("send", "--month", str(MONTH)).code == 0
    taken = {each.recipient: each for each in relay.inbox}
    assert taken["用户@xn--r8jz45g.jp"].mail_parameters == "SMTPUTF8"
    assert "\r\nTo: 用户@xn--r8jz45g.jp\r\n".encode() in taken["用户@xn--r8jz45g.jp"].octets
    assert taken["bob@example.org"].mail_parameters == ""
