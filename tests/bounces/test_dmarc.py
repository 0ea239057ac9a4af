"""DMARC aggregate reports: read from the mailbox, parsed in a cell, told as who sends as us."""

import gzip
import io
import zipfile
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from alerts.bounces.dmarc_mail import attachment
from alerts.bounces.dmarc_subject import is_report
from alerts.domain.errors import InputError
from alerts.mailbox.dmarc_xml import MOST_OCTETS, read
from tests.conftest import Alerts
from tests.factories import database
from tests.lmtp import client, deliver

RECORD = """<record><row><source_ip>{ip}</source_ip><count>{count}</count><policy_evaluated>
<disposition>{disposition}</disposition><dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row>
<identifiers><header_from>example.org</header_from></identifiers><auth_results>
<dkim><domain>example.org</domain><result>{dkim}</result><selector>a</selector></dkim>
<spf><domain>example.org</domain><result>{spf}</result></spf></auth_results></record>"""


def report(
    *records: str, number: str = "1", namespace: str = "", ended: int | None = None
) -> bytes:
    """A report as RFC 7489, appendix C, has it; as RFC 9990 with its `namespace`."""
    end = ended or int(datetime.now(UTC).timestamp())
    return (
        f'<?xml version="1.0" encoding="UTF-8" ?><feedback{namespace}><version>1.0</version>'
        f"<report_metadata><org_name>acme.com</org_name><email>noreply@acme.com</email>"
        f"<report_id>{number}</report_id><date_range><begin>{end - 86400}</begin><end>{end}</end>"
        "</date_range></report_metadata><policy_published><domain>example.org</domain><adkim>r</adkim>"
        "<aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct></policy_published>"
        f"{''.join(records)}</feedback>"
    ).encode()


def row(ip: str, count: int, dkim: str = "pass", spf: str = "pass", did: str = "none") -> str:
    """One record."""
    return RECORD.format(ip=ip, count=count, dkim=dkim, spf=spf, disposition=did)


def mail(octets: bytes, kind: str = "gzip", name: str = "acme.com!example.org!1!2.xml.gz") -> bytes:
    """The mail that a receiver sends."""
    message = EmailMessage()
    message["From"], message["To"] = "noreply@acme.com", "alerts@example.org"
    message["Subject"] = "Report Domain: example.org Submitter: acme.com Report-ID: <1>"
    message.set_content("This is a DMARC aggregate report.")
    message.add_attachment(octets, "application", kind, filename=name)
    return message.as_bytes()


def zipped(octets: bytes) -> bytes:
    """A ZIP file with that as its XML."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("acme.com!example.org!1!2.xml", octets)
    return found.getvalue()


@pytest.mark.parametrize("namespace", ["", ' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"'])
def test_a_report_is_read_however_it_is_packed(namespace: str) -> None:
    plain = report(row("192.0.2.1", 3), row("2001:db8::1", 2, "fail", "fail", "reject"),
                   namespace=namespace)  # fmt: skip
    for packed in (plain, gzip.compress(plain), zipped(plain)):
        found = read(packed)
        assert (found.receiver, found.domain, found.policy) == ("acme.com", "example.org", "none")
        first, second = found.rows
        assert (first.source, first.number, first.dkim, first.signed_by) == (
            "192.0.2.1", 3, "pass", "example.org",
        )  # fmt: skip
        assert (second.number, second.spf, second.disposition, second.signed_by) == (
            2, "fail", "reject", "",
        )  # fmt: skip


def test_what_is_no_report_is_refused_in_limits() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 20))
    bomb = f'<!DOCTYPE f [<!ENTITY l0 "ha">{laughs}]><feedback>&l19;</feedback>'.encode()
    plain = report(row("192.0.2.1", 3))
    hostile = [
        b"", b"<a/>", b"<feedback>", b"\x1f\x8b", b"PK\x03\x04", b"\0" * 100, bomb, zipped(b"<a/>"),
        gzip.compress(b" " * (MOST_OCTETS + 1)), zipped(b" " * (MOST_OCTETS + 1)),
        gzip.compress(plain)[:-20], zipped(plain)[:-30], b"<feedback/>",
        b"<feedback>" + b"<a>" * 5000,
        plain.replace(b"example.org</domain><adkim>", b"</domain><adkim>"),
    ]  # fmt: skip
    for octets in hostile:
        with pytest.raises(InputError):
            read(octets)
    odd = read(plain.replace(b"<count>3<", b"<count>-3<").replace(b">pass<", b">maybe<"))
    assert (odd.rows[0].number, odd.rows[0].dkim) == (0, "fail")


def test_only_a_mail_that_says_so_is_a_report() -> None:
    plain = gzip.compress(report())
    assert is_report(mail(plain))
    assert attachment(mail(plain)) == plain
    assert attachment(mail(zipped(report()), "zip", "x.zip")) is not None
    other = mail(plain).replace(b"Report Domain:", b"Holiday:")
    assert not is_report(other)
    assert not is_report(b"\xff\0" * 100)


def test_reports_in_the_mailbox_tell_who_else_sends_as_us(project: Path, alerts: Alerts) -> None:
    def process(octets: bytes) -> str:
        done = alerts("bounce", "process", "-", stdin=mail(octets))
        assert done.code == 0, done.stderr
        return done.stdout

    assert "add the address of bounces to rua=" in alerts("dmarc").stderr
    ours, theirs = (
        row("192.0.2.1", 900, "pass", "pass"),
        row("203.0.113.9", 40, "fail", "fail", "none"),
    )
    broken = row("192.0.2.2", 100, "fail", "fail") + row("192.0.2.2", 5)
    packed = gzip.compress(report(ours, theirs, broken))
    assert "DMARC report of acme.com on example.org: 1,045 messages" in process(packed)
    assert "known already" in process(packed)
    old = int((datetime.now(UTC) - timedelta(days=60)).timestamp())
    process(zipped(report(row("198.51.100.7", 7, "fail", "fail"), number="2", ended=old)))
    found = alerts("dmarc", "--json").json
    assert (found["domain"], found["reports"]) == ("example.org", 1)
    told = {
        one["source"]: (one["standing"], one["number"], one["failed"]) for one in found["sources"]
    }
    assert told == {
        "192.0.2.1": ("known", 900, 0),
        "192.0.2.2": ("known", 105, 100),
        "203.0.113.9": ("unknown", 40, 40),
    }
    assert len(alerts("dmarc", "--days", "90", "--json").json["sources"]) == 4
    assert "203.0.113.9" in alerts("dmarc").stdout
    examined = alerts("doctor", "--offline")
    lines = examined.stdout + examined.stderr
    assert "1 unknown address sent 40 messages as example.org in 30 days" in lines
    assert (
        "of 105 messages that 192.0.2.2 sent as example.org, 100 were vouched for by neither"
        in lines
    )


def test_an_unreadable_report_changes_nothing(project: Path, alerts: Alerts) -> None:
    done = alerts("bounce", "process", "-", "--json", stdin=mail(b"\x1f\x8bbroken"))
    assert done.code == 0
    assert done.json[0]["diagnostic"] == "the attachment cannot be unpacked"
    assert database(project).execute("SELECT count(*) FROM dmarc_reports").fetchone() == (0,)


def test_a_report_over_lmtp_is_kept_before_it_is_answered(project: Path, at: Path) -> None:
    with client(at) as talk:
        for octets in (gzip.compress(report(row("192.0.2.1", 3))), b"\x1f\x8bbroken"):
            (answer,) = deliver(talk, ["alerts@example.org"], mail(octets))
            assert answer.startswith(b"250")
    assert database(project).execute("SELECT sum(number) FROM dmarc_rows").fetchone() == (3,)
