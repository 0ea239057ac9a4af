"""What mail that comes back means: real messages, and made ones of kinds that the corpus lacks (S16)."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.bounces.classify import classify
from alerts.bounces.dmarc_mail import attachment
from alerts.bounces.report import Kind
from alerts.bounces.verdict import status_of, verdict
from tests.conftest import Alerts

TABLE = Path(__file__).parents[1] / "data" / "bounces.tsv"
Row = tuple[str, str, str]


def _expected() -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        name, *said = line.split("\t")
        rows.setdefault(name, []).append((said[0], said[1], said[2]))
    return rows


@pytest.mark.parametrize(("name", "expected"), _expected().items())
def test_a_real_message_is_told_for_what_it_is(
    corpus: Path, name: str, expected: list[Row]
) -> None:
    """In each of the three line ends that mail comes in."""
    octets = (corpus / "bounces" / name).read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for end in (b"\n", b"\r\n", b"\r"):
        found = classify(octets.replace(b"\n", end))
        kinds = [_as_before(each.kind) for each in found]
        assert [(k, each.recipient, each.status) for k, each in zip(kinds, found, strict=True)] == (
            expected
        )


def _as_before(kind: Kind) -> str:
    """The table is of the time when a fault of ours was a soft bounce."""
    return Kind.SOFT if kind is Kind.OURS else kind


def _reports() -> list[tuple[str, str]]:
    text = (Path(__file__).parents[1] / "data" / "reports.txt").read_text(encoding="utf-8")
    blocks = text.split(f"{'=' * 40}\n")[1:]
    return [(block.partition("\n")[0], block.partition("\n")[2]) for block in blocks]


@pytest.mark.parametrize(("expected", "message"), _reports())
def test_a_report_in_other_words_is_told_for_what_it_is(expected: str, message: str) -> None:
    found = classify(message.encode())
    told = "; ".join(
        f"{_as_before(each.kind)} {each.recipient} {each.status or '-'}" for each in found
    )
    assert told == expected


def test_no_message_of_the_corpus_is_left_out(corpus: Path) -> None:
    assert {path.name for path in (corpus / "bounces").iterdir()} == set(_expected())


def test_parse_needs_no_project_and_gives_a_row_for_each_recipient(
    tmp_path: Path, alerts: Alerts, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    two = corpus / "bounces" / "bsd-lhost-qmail-25.eml"
    none = corpus / "bounces" / "not-is-not-bounce-02.eml"
    result = alerts("bounce", "parse", str(two), str(none), "--json")
    assert result.code == 0
    assert [(each["file"], each["kind"], each["recipient"]) for each in result.json] == [
        (str(two), "soft", "mailboxfull@libsisimai.net"),
        (str(two), "hard", "userunknown@libsisimai.net"),
        (str(none), "unrecognised", ""),
    ]
    assert [*result.json[0]] == [
        "file",
        "kind",
        "recipient",
        "status",
        "diagnostic",
        "about",
        "sure",
        "counts",
        "remedy",
    ]
    assert result.json[0]["status"] == "5.2.2"
    assert "Mailbox full" in result.json[0]["diagnostic"]
    assert list(tmp_path.iterdir()) == []


AWAY = [
    "Subject: Out of Office: your alert",
    "Subject: Automatic reply: Monthly Alert",
    "Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A_Bulletin?=",
    "Subject: Respuesta automática: Boletín",
    "Subject: Automatische Antwort: Rundbrief",
    "Subject: Автоответ: Новости",
    "Subject: Re: Monthly Alert\nAuto-Submitted: auto-replied",
    "Subject: Re: Monthly Alert\nAuto-Submitted: auto-replied (vacation)",
    "Subject: Re: Monthly Alert\nX-Autoreply: yes\nPrecedence: bulk",
    "Subject: Re: Monthly Alert\nPrecedence: auto_reply\nReturn-Path: <>",
]


@pytest.mark.parametrize("head", AWAY)
def test_who_is_away_has_not_bounced(head: str) -> None:
    """RFC 3834, and the many programs that never read it."""
    body = "I am out of the office until 4 May. For urgent matters write to desk@example.org.\n"
    mail = f"From: Ana <ana@example.org>\nTo: alerts@example.net\n{head}\n\n{body}".encode()
    (found,) = classify(mail)
    assert (found.kind, found.recipient) == (Kind.AUTORESPONSE, "ana@example.org")


LEAVE = [
    "Subject: unsubscribe",
    "Subject: Re: Unsubscribe me please",
    "Subject: UNSUBSCRIBE\nAuto-Submitted: auto-generated",
    "Subject: =?utf-8?q?D=C3=A9sinscription?=",
    "Subject: Darse de baja",
    "Subject: Abmelden",
    "Subject: Отписаться",
    "Subject: (no subject)\nX-Apple-Unsubscribe: true",
]


@pytest.mark.parametrize("head", LEAVE)
def test_who_asks_to_leave(head: str) -> None:
    mail = f"From: Ana <ana@example.org>\nTo: alerts@example.net\n{head}\n\nThank you.\n".encode()
    (found,) = classify(mail)
    assert (found.kind, found.recipient) == (Kind.UNSUBSCRIBE, "ana@example.org")


@pytest.mark.parametrize(
    "text",
    [
        "Dear editors, the link to unsubscribe in your October alert does not work, please mend it.",
        "Thank you! Our mailbox is full of good news. Could you add user@example.org to the list?",
        "The report says 550 people were refused. See <https://example.org/5.1.1>.",
    ],
)
def test_a_person_who_writes_to_us_is_left_alone(text: str) -> None:
    mail = f"From: Ana <ana@example.org>\nTo: alerts@example.net\nSubject: Your alert\n\n{text}\n"
    (found,) = classify(mail.encode())
    assert found.kind is Kind.UNRECOGNISED


def test_a_complaint_names_what_it_complains_about() -> None:
    """RFC 5965, appendix B.1, in short; a report that something is no spam complains about nothing."""
    report = (
        "From: fbl@example.com\nSubject: FW: Earn money\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="x"\n\n'
        "--x\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n"
        "--x\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n"
        "Original-Rcpt-To: <user@example.com>\n\n"
        "--x\nContent-Type: message/rfc822\n\nMessage-ID: <1-2-3@example.net>\n"
        "To: user@example.com\n\nHi\n--x--\n"
    )
    (found,) = classify(report.encode())
    assert (found.kind, found.recipient) == (Kind.COMPLAINT, "user@example.com")
    assert found.returned["message-id"] == "<1-2-3@example.net>"
    for kind in ("not-spam", "auth-failure"):
        (found,) = classify(report.replace("Type: abuse", f"Type: {kind}").encode())
        assert found.kind is Kind.UNRECOGNISED


def _dsn(action: str, status: str, diagnostic: str = "") -> bytes:
    return (
        "From: MAILER-DAEMON@example.com\nTo: alerts+1@example.net\nSubject: Report\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n'
        "--x\n\nAbout your message.\n\n"
        "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.com\n\n"
        f"Final-Recipient: rfc822; ana@example.com\nAction: {action}\nStatus: {status}\n{diagnostic}\n"
        "--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <1-2-3@example.net>\n\n--x--\n"
    ).encode()


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "kind", "final"),
    [
        ("failed", "5.1.1", "", Kind.HARD, True),
        ("failed", "5.4.4", "", Kind.HARD, True),
        ("failed", "5.2.2", "", Kind.SOFT, True),
        ("failed", "5.7.1", "Diagnostic-Code: smtp; 550 5.7.1 blocked by policy", Kind.OURS, True),
        ("failed", "5.0.0", "Diagnostic-Code: smtp; 550 no such user here", Kind.HARD, True),
        ("failed", "5.1.1", "Diagnostic-Code: smtp; 552 mailbox full", Kind.SOFT, True),
        ("failed", "4.4.7", "", Kind.SOFT, True),
        ("delayed", "4.4.1", "", Kind.SOFT, False),
        ("delivered", "2.0.0", "", Kind.UNRECOGNISED, True),
        ("relayed", "2.0.0", "", Kind.UNRECOGNISED, True),
    ],
)
def test_words_count_before_codes_and_nobody_is_dead_without_evidence(
    action: str, status: str, diagnostic: str, kind: Kind, final: bool
) -> None:
    """RFC 3464 and RFC 3463."""
    (found,) = classify(_dsn(action, status, diagnostic))
    assert (found.kind, found.recipient, found.final) == (kind, "ana@example.com", final)
    assert found.returned["message-id"] == "<1-2-3@example.net>"


def test_a_particular_code_wins_over_a_vague_one_and_an_ip_address_is_none() -> None:
    assert status_of("5.0.0", "550 5.1.1 <x>: no") == "5.1.1"
    assert status_of("5.5.0 (permanent)", "554 failed") == "5.5.0"
    assert status_of("mx [5.1.1.9] said 550 (4.2.2)") == "4.2.2"
    assert status_of("", "") == ""
    assert verdict("failed", "", "")[0] is Kind.SOFT


@given(st.binary(max_size=2000))
def test_any_octets_are_read(octets: bytes) -> None:
    assert classify(octets)


@pytest.mark.proof
def test_a_message_cut_off_or_garbled_anywhere_is_read(corpus: Path) -> None:
    """Cut at 10 places and with 20 octets changed, each message of the corpus."""
    chance, tried = random.Random(16), 0
    for path in sorted((corpus / "bounces").iterdir()):
        octets = path.read_bytes()
        for _ in range(10):
            assert classify(octets[: chance.randrange(len(octets))])
            garbled = bytearray(octets)
            for _ in range(20):
                garbled[chance.randrange(len(garbled))] = chance.randrange(256)
            assert classify(bytes(garbled))
            tried += 2
    assert tried > 5000


BOMBS = {
    "parts in parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    ),
    "messages in messages": b"From: MAILER-DAEMON\n" + b"Content-Type: message/rfc822\n\n" * 5000,
    "many parts": b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 20_000,
    "one field": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nx",
    "addresses": b"From: MAILER-DAEMON\n\n" + b"<a@b.org>: 550 x\n" * 20_000,
    "people": b"From: MAILER-DAEMON\n\n" + b"".join(b"<a%d@b.org>: 550\n" % n for n in range(9999)),
    "no end of tags": b"From: MAILER-DAEMON\nContent-Type: text/html\n\n" + b"<style" * 100_000,
    "words": b"From: MAILER-DAEMON\n\n" + b"mailbox is " * 100_000,
    "punycode": b"From: MAILER-DAEMON\nContent-Type: text/plain; charset=punycode\n\n"
    + b"a" * 99_999,
    "parameters": b"Content-Type: multipart/report; " + b"a=b;" * 400_000 + b"\n\nx",
    "parameters in pieces": b"Content-Type: multipart/report; "
    + b"".join(b"report-type*%d*=us-ascii''%%20a;" % n for n in range(50_000))
    + b"\n\nx",
    "parameters of a part": b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain;"
    + b"\n a=b;" * 200_000
    + b"\n\nx",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_x4_a_message_that_is_made_to_do_harm_is_read_in_bounds(bomb: str) -> None:
    found = classify(BOMBS[bomb])
    assert 1 <= len(found) <= 100


@pytest.mark.parametrize(
    "malformed",
    [
        b'charset="x\0y"',
        b"charset*=%00''x",
        b"charset*=us-ascii'en'utf-8",
        b"charset=utf;charset*1=-8;charset*0*=x''%ff",
        b"boundary=b;boundary*1=c;boundary*0*=d",
        b"report-type=x;report-type*1=y",
    ],
)
def test_parameters_that_the_library_does_not_expect_stop_nothing(malformed: bytes) -> None:
    """One such mail would have stood at the head of the mailbox for ever."""
    mail = (
        b"From: MAILER-DAEMON@x.org\nSubject: Undelivered\nContent-Type: text/plain; %s\n\n"
        b"\xff\nFinal-Recipient: rfc822; a@b.org\nAction: failed\nStatus: 5.1.1\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 user unknown\n" % malformed
    )
    (found,) = classify(mail)
    assert (found.kind, found.recipient) == (Kind.HARD, "a@b.org")
    assert attachment(mail) is None
