"""Complaints by CFBL-Address (RFC 9477): the header where it may stand, and both kinds of reports."""

import base64
import json
import re
from email import message_from_bytes
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from alerts.bounces.classify import classify
from alerts.bounces.report import Kind
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database, queue_issue

FIELD = "fbl@feedback.example.org; report=arf"


def sent(project: Path, alerts: Alerts, *, signed: bool) -> bytes:
    """The message that one reader was sent."""
    path = project / "alerts.toml"
    text = path.read_text("utf-8")
    text = text.replace('complaints = ""', 'complaints = "fbl@feedback.example.org"')
    if signed:
        key = ed25519.Ed25519PrivateKey.generate()
        pem = project / "dkim.pem"
        pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        pem.chmod(0o600)
        public = base64.b64encode(key.public_key().public_bytes_raw())
        (project / "dkim.public").write_bytes(public)
        text = text.replace("# keys = {}", 'keys = { a = "dkim.pem" }')
        text = text.replace('\ndomain = ""', '\ndomain = "example.org"')
    path.write_text(text, "utf-8")
    db = database(project)
    add_subscribers(db, 1)
    queue_issue(project, db)
    db.close()
    assert alerts("send", "--month", str(MONTH)).code == 0
    (path,) = (project / "outbox" / "new").iterdir()
    return path.read_bytes()


def abuse(message: bytes, kind: str) -> bytes:
    """A report about a message: `arf` (RFC 5965), or `xarf` with the message in base64 or as it is."""
    head = MIMEMultipart("report", report_type="feedback-report")
    head["From"], head["To"] = "fbl@provider.example", "fbl@feedback.example.org"
    head["Subject"] = "FW: complaint"
    head.attach(MIMEText("This is a complaint."))
    words = "arf" if kind == "arf" else "xarf"
    about = Message()
    about["Content-Type"] = "message/feedback-report"
    about.set_payload(
        f"Feedback-Type: {'abuse' if words == 'arf' else words}\r\nUser-Agent: FBL/1.0\r\nVersion: 1\r\n"
    )
    if kind != "xarf alone":
        head.attach(about)
    if words == "arf":
        quoted = Message()
        quoted["Content-Type"] = "message/rfc822"
        quoted.set_payload([message_from_bytes(message)])
        head.attach(quoted)
    else:
        coded = kind == "xarf"
        payload = base64.b64encode(message).decode() if coded else message.decode()
        sample = {"ContentType": "message/rfc822", "Base64Encoded": coded, "Payload": payload}
        told = {
            "Version": "2",
            "ReporterInfo": {"ReporterOrg": "Provider", "ReporterOrgEmail": "fbl@provider.example"},
            "Report": {
                "ReportClass": "Messaging",
                "ReportType": "Spam",
                "Date": "2026-11-03T10:00:00Z",
                "SmtpMailFromAddress": "alerts@example.org",
                "Samples": [sample],
            },
        }
        part = Message()
        part["Content-Type"] = 'application/json; name="xarf.json"'
        part["Content-Transfer-Encoding"] = "base64"
        part.set_payload(base64.b64encode(json.dumps(told).encode()).decode())
        head.attach(part)
    return head.as_bytes()


@pytest.mark.parametrize("kind", ["arf", "xarf", "xarf alone"])
def test_the_header_is_signed_and_a_report_unsubscribes(
    project: Path, alerts: Alerts, kind: str
) -> None:
    octets = sent(project, alerts, signed=True)
    message = message_from_bytes(octets)
    assert message.get_all("CFBL-Address") == [FIELD]
    (names,) = re.findall(r"\bh=([^;]*);", message["DKIM-Signature"])
    assert "".join(names.split()).endswith(":CFBL-Address:CFBL-Address")
    record = b"v=DKIM1; k=ed25519; p=" + (project / "dkim.public").read_bytes()
    assert dkim.verify(octets, dnsfunc=lambda name, timeout=5: record)
    forged = octets.replace(b"fbl@feedback", b"fbl@elsewhere")
    assert not dkim.verify(forged, dnsfunc=lambda name, timeout=5: record)
    done = alerts("bounce", "process", "-", "--json", stdin=abuse(octets, kind)).json
    assert [(one["kind"], one["subscriber"], one["done"]) for one in done] == [
        ("complaint", "reader1@example.org", True)
    ]
    db = database(project)
    assert db.execute("SELECT reason FROM suppressions").fetchall() == [("complaint",)]


def test_without_our_signature_there_is_no_header(project: Path, alerts: Alerts) -> None:
    assert b"CFBL" not in sent(project, alerts, signed=False)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("fbl@elsewhere.example", "at example.org, or below it"),
        ("fbl@org", "at example.org"),
        ("no address", "sender.complaints"),
    ],
)
def test_the_address_must_be_of_our_domain(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    monkeypatch.setenv("ALERTS_SENDER__COMPLAINTS", address)
    found = alerts("status")
    assert found.code == 2
    assert words in found.stderr


@pytest.mark.parametrize(
    "told",
    [b"[]", b"{", b'{"Report": 3}', b'{"Report": {"Samples": [{"ContentType": "message/rfc822"}]}}',
     b'{"Report": {"Samples": [{"ContentType": "message/rfc822", "Base64Encoded": true,'
     b' "Payload": "?"}]}}', b"[" * 50_000],
)  # fmt: skip
def test_a_broken_report_is_nobodys_complaint(told: bytes) -> None:
    mail = b"Subject: x\r\nContent-Type: application/json\r\n\r\n" + told
    assert [one.kind for one in classify(mail)] == [Kind.UNRECOGNISED]
