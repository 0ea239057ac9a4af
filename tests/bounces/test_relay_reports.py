"""What relays report over HTTP has the effects of mail that came back; nobody else is believed."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from alerts.bounces.relays.proof import ProofFault, Proving, by_ecdsa, by_secret
from alerts.bounces.relays.public_keys import is_signed_by_key
from alerts.bounces.relays.request import RelayRequest
from alerts.bounces.relays.sns import of_amazon, signed_words
from alerts.bounces.relays.systems import RELAY_SYSTEMS
from alerts.bounces.report import Kind
from alerts.config.hook_declarations import RelayReportsSettings
from alerts.config.hook_values import RELAYS
from alerts.config.load import load
from alerts.domain.errors import InputError
from alerts.hooks.signature import secret_of, secrets_of, signature
from alerts.library.relay_reports import RelayReportReader
from tests.bounces import relay_payloads as real
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database, queue_issue
from tests.pages import Served, serve

SECRET = "a secret of more than sixteen characters"
WEBHOOK_SECRET = secret_of(bytes(range(32)))
SIGNED = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(
    SIGNED.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
).decode()
SECRETS = dict.fromkeys(RELAYS, SECRET) | {"resend": WEBHOOK_SECRET, "sendgrid": PUBLIC}
TOPIC = "arn:aws:sns:us-west-2:123456789012:MyTopic"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Reporting:
    """A server that relays report to, and the messages that were sent, by reader."""

    served: Served
    message_ids: dict[str, str]

    def by(self, relay: str, body: bytes, **headers: str) -> httpx2.Response:
        """A report of that relay, with its secret or signature."""
        now = self.served.clock()
        at = str(int(now.timestamp()))
        if relay == "sendgrid":
            signed = SIGNED.sign(at.encode() + body, ec.ECDSA(hashes.SHA256()))
            prefix = "X-Twilio-Email-Event-Webhook"
            given = {
                f"{prefix}-Timestamp": at,
                f"{prefix}-Signature": base64.b64encode(signed).decode(),
            }
        elif relay == "resend":
            name = f"msg_{hashlib.sha256(body).hexdigest()[:8]}"
            secrets = secrets_of(WEBHOOK_SECRET, "x")
            given = {
                "svix-id": name,
                "svix-timestamp": at,
                "svix-signature": signature(secrets, name, now, body),
            }
        else:
            given = real.basic(SECRET)
        return self.served.client.post(f"hooks/{relay}", content=body, headers={**given, **headers})

    def mailgun(self, event: bytes, token: str = "a" * 50) -> httpx2.Response:
        """A report of Mailgun, whose signature is in the body."""
        at = str(int(self.served.clock().timestamp()))
        signed = hmac.new(SECRET.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
        proof = {"timestamp": at, "token": token, "signature": signed}
        body = {"signature": proof, "event-data": json.loads(event)}
        return self.served.client.post("hooks/mailgun", json=body)

    def suppressed(self) -> dict[str, str]:
        """The suppressed addresses and why."""
        rows = self.served.db.execute("SELECT email_key, reason FROM suppressions").fetchall()
        return dict(rows)


@pytest.fixture
def reporting(project: Path, alerts: Alerts) -> Iterator[Reporting]:
    lines = []
    for relay in RELAYS:
        path = project / f"{relay}.secret"
        path.write_text(SECRETS[relay], "utf-8")
        path.chmod(0o600)
        lines.append(f'\n[[relay_reports]]\nrelay = "{relay}"\nsecret_file = "{path.name}"\n')
        lines.append(f'topics = ["{TOPIC}"]\n' if relay == "ses" else "")
    with (project / "alerts.toml").open("a", encoding="utf-8") as file:
        file.write("".join(lines))
    db = database(project)
    add_subscribers(db, 16)
    queue_issue(project, db)
    db.close()
    assert alerts("send", "--month", str(MONTH)).code == 0
    ids = {}
    for path in (project / "outbox" / "new").iterdir():
        message = message_from_bytes(path.read_bytes())
        ids[message["To"].rpartition("<")[2].strip(">")] = message["Message-ID"]
    with serve(project) as served:
        yield Reporting(served, ids)


def test_every_relay_suppresses_who_bounces_and_unsubscribes_who_complains(
    reporting: Reporting, alerts: Alerts
) -> None:
    def one(reader: int, payload: object) -> bytes:
        who = f"reader{reader}@example.org"
        return real.filled(payload, who, reporting.message_ids[who])

    sent = [
        reporting.by("sendgrid", one(1, real.SENDGRID[:1])),
        reporting.by("sendgrid", one(2, real.SENDGRID[1:])),
        reporting.by("postmark", one(3, real.POSTMARK_BOUNCE)),
        reporting.by("postmark", one(4, real.POSTMARK_COMPLAINT)),
        reporting.mailgun(one(5, real.MAILGUN_FAILED)),
        reporting.mailgun(one(6, {"event": "complained", "recipient": "WHO", "id": "x"}), "b" * 50),
        reporting.by("mailjet", one(7, real.MAILJET[:1])),
        reporting.by("mailjet", one(8, real.MAILJET[1:])),
        reporting.by("sparkpost", one(9, real.SPARKPOST[:1])),
        reporting.by("sparkpost", one(10, real.SPARKPOST[1:])),
        reporting.by("brevo", one(11, real.BREVO[0])),
        reporting.by("brevo", one(12, real.BREVO[1:])),
        reporting.by("resend", one(13, real.RESEND_BOUNCE)),
        reporting.by("resend", one(14, real.RESEND_COMPLAINT)),
    ]
    assert [answer.status_code for answer in sent] == [204] * 14, reporting.served.log
    expected = {
        f"reader{n}@example.org": "hard_bounce" if n % 2 else "complaint" for n in range(1, 15)
    }
    assert reporting.suppressed() == expected
    assert reporting.served.status("reader2@example.org") == "unsubscribed"
    assert (
        reporting.served.status("reader1@example.org") == "active"
    )  # it is the address that is gone
    figures = alerts("status", "--month", str(MONTH), "--json").json["returned"]
    assert (figures["hard"], figures["complaints"]) == (7, 7)
    counts = {
        (c["relay"], c["kind"]): c["number"] for c in alerts("bounce", "relays", "--json").json
    }
    assert counts["sendgrid", "ignored"] == 1
    assert counts["sendgrid", "soft"] == 2  # deferred, and kept back by a list of the relay
    assert counts["mailjet", "ignored"] == counts["brevo", "ignored"] == 1
    assert "@" not in "".join(reporting.served.log)
    assert SECRET not in "".join(reporting.served.log)


def test_what_is_repeated_does_nothing_and_is_counted(reporting: Reporting, alerts: Alerts) -> None:
    who = "reader1@example.org"
    body = real.filled(real.POSTMARK_BOUNCE, who)
    assert reporting.by("postmark", body).status_code == 204
    assert alerts("suppression", "remove", who).code == 0
    assert reporting.by("postmark", body).status_code == 204
    assert reporting.suppressed() == {}
    event = real.filled(real.MAILGUN_FAILED, "reader3@example.org")
    assert [reporting.mailgun(event).status_code for _ in range(2)] == [204, 204]
    counts = {
        (c["relay"], c["kind"]): c["number"] for c in alerts("bounce", "relays", "--json").json
    }
    assert counts["postmark", "repeated"] == counts["mailgun", "repeated"] == 1


def test_who_cannot_prove_to_be_the_relay_is_not_believed(reporting: Reporting) -> None:
    client, clock = reporting.served.client, reporting.served.clock
    body = real.filled(real.POSTMARK_BOUNCE, "reader1@example.org")
    for relay in RELAYS:
        assert client.post(f"hooks/{relay}", content=body).status_code in (400, 401), relay
        assert client.post(f"hooks/{relay}/wrong", content=body).status_code in (400, 401), relay
    assert client.post(f"hooks/postmark/{SECRET}", content=body).status_code == 204
    assert client.post("hooks/elsewhere", content=body).status_code == 404
    assert client.get("hooks/postmark").status_code == 405
    assert reporting.by("brevo", b"no JSON").status_code == 400
    assert reporting.by("brevo", b"[" * 100_000).status_code == 400
    before = len(reporting.suppressed())
    bounced = real.filled(real.SENDGRID[:1], "reader2@example.org")
    at = str(int((clock() - timedelta(days=8)).timestamp()))
    signed = SIGNED.sign(at.encode() + bounced, ec.ECDSA(hashes.SHA256()))
    prefix = "X-Twilio-Email-Event-Webhook"
    old = {f"{prefix}-Timestamp": at, f"{prefix}-Signature": base64.b64encode(signed).decode()}
    assert client.post("hooks/sendgrid", content=bounced, headers=old).status_code == 401
    assert reporting.by("resend", bounced, **{"svix-timestamp": at}).status_code == 401
    assert len(reporting.suppressed()) == before
    assert not [line for line in reporting.served.log if SECRET in line or "@" in line]


def test_it_is_answered_only_when_it_is_on_disk(reporting: Reporting) -> None:
    """Where the database refuses, nothing of it is kept, and the relay is asked to try again."""
    who, db = "reader1@example.org", reporting.served.db
    db.execute(
        """CREATE TRIGGER full BEFORE INSERT ON relay_counts
           BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END"""
    )
    answer = reporting.by("postmark", real.filled(real.POSTMARK_BOUNCE, who))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert reporting.suppressed() == {}
    db.execute("DROP TRIGGER full")
    assert reporting.by("postmark", real.filled(real.POSTMARK_BOUNCE, who)).status_code == 204
    assert reporting.suppressed() == {who: "hard_bounce"}


def test_nobody_is_touched_who_was_sent_nothing(reporting: Reporting, alerts: Alerts) -> None:
    assert alerts("subscriber", "add", "new@example.org").code == 0
    for who in ("new@example.org", "stranger@example.net", "no address"):
        body = real.filled({**real.POSTMARK_BOUNCE, "ID": who}, who)
        assert reporting.by("postmark", body).status_code == 204
    assert reporting.suppressed() == {}
    counts = {
        (c["relay"], c["kind"]): c["number"] for c in alerts("bounce", "relays", "--json").json
    }
    assert counts == {("postmark", "about nobody"): 3}


# --- Amazon --------------------------------------------------------------------------------------

Fetch = Callable[[str], bytes]


@pytest.fixture(scope="module")
def amazon() -> tuple[rsa.RSAPrivateKey, bytes]:
    """A key as that of SNS, and its certificate."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    return key, certificate.public_bytes(serialization.Encoding.PEM)


def _signed(message: dict[str, str], key: rsa.RSAPrivateKey) -> bytes:
    digest = hashes.SHA1() if message["SignatureVersion"] == "1" else hashes.SHA256()
    octets = key.sign(signed_words(message), padding.PKCS1v15(), digest)
    return json.dumps({**message, "Signature": base64.b64encode(octets).decode()}).encode()


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_notification_of_ses_is_believed_by_the_certificate_of_sns(
    reporting: Reporting, amazon: tuple[rsa.RSAPrivateKey, bytes], version: str
) -> None:
    key, certificate = amazon
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return certificate

    reader = RelayReportReader(reporting.served.settings, {}, fetch)
    bounce = real.filled(real.SES_BOUNCE, "reader1@example.org")
    message = {**real.sns(bounce, NOW), "SignatureVersion": version}
    for _ in range(2):
        batch = reader.read("ses", RelayRequest({}, _signed(message, key), NOW))
    (event,) = batch.events
    assert [(r.kind, r.recipient) for r in event.reports] == [(Kind.HARD, "reader1@example.org")]
    assert asked == [message["SigningCertURL"]]  # once
    forged = json.loads(_signed(message, key))
    for change in (
        {"Message": forged["Message"] + " "},
        {"TopicArn": TOPIC + "2"},
        {"SigningCertURL": "https://sns.us-west-2.amazonaws.com.example.org/x.pem"},
        {"Timestamp": "2026-11-01T00:00:00.000Z"},
        {"Timestamp": "never"},
        {"SignatureVersion": "3"},
        {"Signature": "AAAA"},
        {"Type": "Other"},
    ):
        body = json.dumps({**forged, **change}).encode()
        with pytest.raises(ProofFault):
            reader.read("ses", RelayRequest({}, body, NOW))
    with pytest.raises(ProofFault):  # the certificate has expired
        reader.read(
            "ses",
            RelayRequest(
                {},
                _signed(real.sns(bounce, NOW + timedelta(days=40)), key),
                NOW + timedelta(days=40),
            ),
        )


def test_a_subscription_is_confirmed_only_at_amazon(
    reporting: Reporting, amazon: tuple[rsa.RSAPrivateKey, bytes]
) -> None:
    key, certificate = amazon
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return certificate

    reader = RelayReportReader(reporting.served.settings, {}, fetch)
    message = real.sns(b"You have chosen to subscribe", NOW, "SubscriptionConfirmation")
    assert reader.read("ses", RelayRequest({}, _signed(message, key), NOW)).events == ()
    assert asked == [message["SigningCertURL"], message["SubscribeURL"]]
    message["SubscribeURL"] = "https://example.org/?Action=ConfirmSubscription"
    reader.read("ses", RelayRequest({}, _signed(message, key), NOW))
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("address", "is_amazon"),
    [
        ("https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem", True),
        ("https://sns.us-gov-west-1.amazonaws.com/x.pem", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/x.pem", True),
        ("http://sns.eu-central-1.amazonaws.com/x.pem", False),
        ("https://sns.eu-central-1.amazonaws.com:444/x.pem", False),
        ("https://me@sns.eu-central-1.amazonaws.com/x.pem", False),
        ("https://sns.eu-central-1.amazonaws.com.evil.example/x.pem", False),
        ("https://evil.example/sns.eu-central-1.amazonaws.com/x.pem", False),
        ("https://bucket.s3.amazonaws.com/x.pem", False),
        ("https://sns.[", False),
    ],
)
def test_only_hosts_of_sns_are_asked(address: str, is_amazon: bool) -> None:
    assert of_amazon(address) is is_amazon


# --- the proofs ------------------------------------------------------------------------------------


def test_the_vector_of_sendgrid_is_verified() -> None:
    key, signed, at, body = real.SENDGRID_VECTOR
    prefix = "x-twilio-email-event-webhook"
    headers = {f"{prefix}-timestamp": at, f"{prefix}-signature": signed}
    now = datetime.fromtimestamp(int(at), UTC)
    proving = Proving(RelayReportsSettings("sendgrid"), key, lambda _: b"")
    for ending in (b"", b"\r\n"):
        if is_signed_by_key(key, signed, at.encode() + body + ending):
            by_ecdsa(RelayRequest(headers, body + ending, now), proving)
            break
    else:
        pytest.fail("their own vector does not hold")
    with pytest.raises(ProofFault):
        by_ecdsa(RelayRequest(headers, body + b"!", now), proving)


def test_networks_of_a_relay_stand_for_a_secret() -> None:
    settings = RelayReportsSettings("brevo", networks=("1.179.112.0/20",))
    proving = Proving(settings, "", lambda _: b"")
    by_secret(RelayRequest({}, b"", NOW, network="1.179.112.7"), proving)
    for network in ("192.0.2.1", ""):
        with pytest.raises(ProofFault):
            by_secret(RelayRequest({}, b"", NOW, network=network), proving)


@pytest.mark.parametrize("relay", RELAYS)
def test_a_reader_survives_any_json(relay: str) -> None:
    """Whatever a relay may change in its format: nothing is raised but `InputError`."""
    for body in (b"[]", b"{}", b"null", b"3", b'[{"event": {}}]', b'{"data": {"to": [3]}}',
                 b'{"event": "bounce", "email": ["x"]}', b'{"Message": 3, "Type": "Notification"}',
                 b'{"msys": {"message_event": []}}', b'[[]]', b'"x"'):  # fmt: skip
        batch = RELAY_SYSTEMS[relay].read(RelayRequest({}, body, NOW))
        assert all(not report.recipient for one in batch.events for report in one.reports)
    with pytest.raises(InputError):
        RELAY_SYSTEMS[relay].read(RelayRequest({}, b"\xff", NOW))


def test_a_relay_that_is_named_wrongly_is_refused(project: Path, alerts: Alerts) -> None:
    path = project / "alerts.toml"
    plain = path.read_text("utf-8")
    for lines, words in (
        ('relay = "sendgird"\nsecret_env = "X"', "there is no relay"),
        ('relay = "ses"', "name the ARN"),
        ('relay = "postmark"', "needs secret_env or secret_file"),
        ('relay = "brevo"\nnetworks = ["x"]', "is no network"),
    ):
        path.write_text(f"{plain}\n[[relay_reports]]\n{lines}\n", "utf-8")
        found = alerts("bounce", "relays")
        assert found.code == 2
        assert words in found.stderr
    path.write_text(f'{plain}\n[[relay_reports]]\nrelay = "brevo"\nsecret_env = "X"\n', "utf-8")
    told = alerts("doctor", "--offline")
    assert re.search(r"relay_reports: brevo: its secret is missing", told.stdout + told.stderr)
    assert load(project, {}).relay_reports[0].relay == "brevo"
