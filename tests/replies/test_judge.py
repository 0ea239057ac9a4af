"""What real replies of mail servers mean, and that what differs from message to message does not matter."""

import csv
import random
from pathlib import Path

import pytest

from alerts.bounces.classify import classify
from alerts.bounces.report import Kind
from alerts.replies.judge import judge
from alerts.replies.meaning import About, Meaning, Step, Verdict
from alerts.replies.remedies import remedy_for
from alerts.replies.table import ROWS

DATA = Path(__file__).parents[1] / "data"
TABLE, MORE = DATA / "replies.tsv", DATA / "replies-more.tsv"
ALIVE = DATA / "replies-alive.txt"
BOUNCE = """From: MAILER-DAEMON@mx.example.org
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {who}
Action: failed
{status}Diagnostic-Code: smtp; {said}

--b--
"""


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


ROWS_OF_FILE = _rows(TABLE)
ROWS_OF_MORE = _rows(MORE)
FALSE_BUT_SAFE = {
    "qq-11",
    "zerospam-02",
}  # dead by one sign only: soft and unsure, so nobody is lost


@pytest.mark.parametrize("row", ROWS_OF_FILE, ids=lambda row: row["id"])
def test_a_real_reply_is_understood(row: dict[str, str]) -> None:
    found = judge(row["reply"], step=Step(row["stage"]))
    assert found.about == row["about"]
    if row["id"] in FALSE_BUT_SAFE:
        assert (found.verdict, found.sure) == (Verdict.SOFT, False)
    else:
        assert (found.verdict is Verdict.HARD) == (row["verdict"] == "hard")


def test_what_to_do_is_right_for_nearly_all_replies() -> None:
    right = sum(judge(r["reply"], step=Step(r["stage"])).action == r["what"] for r in ROWS_OF_FILE)
    assert right / len(ROWS_OF_FILE) >= 0.94


def test_other_replies_are_understood_too_and_nobody_is_dropped_who_is_there() -> None:
    """Written from documents and memory; how each part was first counted is in docs/adr/0021."""
    found = [(row, judge(row["reply"], step=Step(row["stage"]))) for row in ROWS_OF_MORE]
    about = sum(meaning.about == row["about"] for row, meaning in found)
    hard = [row["id"] for row, meaning in found if meaning.verdict is Verdict.HARD]
    assert about / len(found) >= 0.98
    assert not [row for row, _ in found if row["verdict"] != "hard" and row["id"] in hard]
    assert sum(row["verdict"] == "hard" for row, _ in found) - len(hard) <= 7


@pytest.mark.parametrize("step", [Step.RCPT, Step.DOT, Step.UNKNOWN])
def test_nobody_is_dropped_for_words_that_only_sound_as_if_they_were_gone(step: Step) -> None:
    """Made up to be mistaken: a sender, host or record does not exist; not now; not from you."""
    replies = ALIVE.read_text(encoding="utf-8").splitlines()
    assert not [said for said in replies if judge(said, step=step).verdict is Verdict.HARD]


@pytest.mark.parametrize(
    ("said", "hard"),
    [
        (
            "The recipient server did not accept our requests to connect. [192.0.2.9: timed out]",
            False,
        ),
        (
            "We do not know whether the group does not exist, or you have no permission to post",
            False,
        ),
        ("група не існує, або Ви не маєте дозволу публікувати в ній дописи", False),
        ("Користувача не існує", True),
        ("550 Alıcı adresi bulunamadı", True),
        ("550 5.1.1 user unknown; see our spam policy", True),
        ("550 5.1.1 blocked by spam filter", False),
    ],
)
def test_two_signs_are_needed_in_any_language(said: str, hard: bool) -> None:
    assert (judge(said).verdict is Verdict.HARD) is hard


def test_before_rcpt_nothing_is_about_a_recipient() -> None:
    for row in (*ROWS_OF_FILE, *ROWS_OF_MORE):
        for step in (Step.CONNECT, Step.AUTH, Step.MAIL):
            assert judge(row["reply"], step=step).about is not About.RECIPIENT, row["id"]


def test_the_words_of_an_address_say_nothing() -> None:
    for reply in ("450 4.2.0 <{}> try again later", "550 5.1.1 <{}>: user unknown"):
        plain = judge(reply.format("ana@example.org"))
        for address in ("spam@blocklist.example.org", "user.unknown@dkim.example.org"):
            assert judge(reply.format(address)) == plain


def _varied(reply: str, chance: random.Random) -> str:
    """The reply with other hosts, addresses and numbers, in other letters, with other blanks."""
    octet = chance.randrange(1, 255)
    for old, new in (
        ("192.0.2.1", f"203.0.113.{octet}"),
        ("192.0.2.9", f"198.51.100.{octet}"),
        ("user@example.org", f"Maria.{octet}@mail.example.com"),
        ("alerts@example.net", f"news.{octet}@letters.example.com"),
        ("mx.example.org", f"mx{octet}.example.com"),
    ):
        reply = reply.replace(old, new)
    if chance.random() < 0.3:
        reply = reply.upper()
    return reply.replace(" ", chance.choice((" ", "  ", " \t")))


@pytest.mark.parametrize("seed", range(5))
def test_hosts_addresses_letters_and_blanks_change_nothing(seed: int) -> None:
    chance = random.Random(seed)
    for row in ROWS_OF_FILE:
        step = Step(row["stage"])
        assert judge(_varied(row["reply"], chance), step=step) == judge(row["reply"], step=step)


@pytest.mark.parametrize("seed", range(3))
def test_a_reply_that_a_report_wraps_means_the_same_about_the_address(seed: int) -> None:
    """As Diagnostic-Code, folded at random blanks: hard for no reader who is not gone."""
    chance = random.Random(seed)
    for row in ROWS_OF_FILE:
        words = row["reply"].split(" ")
        said = "".join(w + chance.choice((" ", " ", "\n    ")) for w in words[:-1]) + words[-1]
        (found,) = classify(BOUNCE.format(who="ana@example.org", status="", said=said).encode())
        if row["verdict"] != "hard":
            assert found.kind in (Kind.SOFT, Kind.OURS), row["id"]
        elif row["id"] not in FALSE_BUT_SAFE:
            assert found.kind is Kind.HARD, row["id"]
        assert not found.counts or found.meaning is not None
        if found.counts and found.meaning is not None:
            assert found.meaning.about is About.RECIPIENT


@pytest.mark.parametrize(
    ("words", "status", "about", "verdict", "sure"),
    [
        ("", "5.1.1", About.RECIPIENT, Verdict.HARD, True),  # exact
        ("550 no such user", "", About.RECIPIENT, Verdict.HARD, True),  # two signs
        ("554 5.7.1 domain not found", "", About.RECIPIENT, Verdict.SOFT, False),  # one against one
        ("550 5.1.1 scanned by antivirus", "", About.RECIPIENT, Verdict.HARD, True),
        (
            "550 5.1.1 client host blocked using zen.spamhaus.org",
            "",
            About.OUR_IP,
            Verdict.NONE,
            False,
        ),
        ("550 5.1.1 mailbox full", "", About.RECIPIENT, Verdict.SOFT, False),
        ("550 blocked using zen.spamhaus.org", "", About.OUR_IP, Verdict.NONE, True),
        ("550", "", About.AMBIGUOUS, Verdict.SOFT, False),
    ],
)
def test_hard_takes_an_exact_code_or_two_signs(
    words: str, status: str, about: About, verdict: Verdict, sure: bool
) -> None:
    found = judge(words, status)
    assert (found.about, found.verdict, found.sure) == (about, verdict, sure)


REMEDIES = [
    ("550-5.7.26 Your email has been blocked because the sender is unauthenticated.", "DKIM"),
    ("550 5.7.25 [192.0.2.1] The IP address does not have a PTR record setup", "PTR"),
    ("421 4.7.28 Gmail has detected an unusual rate of unsolicited mail from your IP", "slower"),
    ("550 5.7.515 Access denied, sending domain does not meet authentication level", "DMARC"),
    ("550 5.7.606 Access denied, banned sending IP [192.0.2.1]", "sender.office.com"),
    (
        "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
        "5.7.708",
    ),
    ("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", "Yahoo"),
    (
        "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com",
        "Yahoo",
    ),
    ("554-gmx.net Nemesis ESMTP Service not available 554-IP address is block listed", "GMX"),
    ("550 5.7.1 Service refused, please try later. LPN007_510 laposte.net spam", "laposte.net"),
    ("454 Throttling failure: Maximum sending rate exceeded.", "delivery.rate"),
    ("554 Message rejected: Email address is not verified. Amazon SES", "SES"),
    ("451 Authentication failed: Maximum credits exceeded (sendgrid.net)", "SendGrid"),
    ("550 5.4.5 Daily user sending limit exceeded.", "Google"),
    ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "token_command"),
]


@pytest.mark.parametrize(("reply", "word"), REMEDIES)
def test_each_well_known_refusal_has_a_remedy_of_its_own(reply: str, word: str) -> None:
    assert word in remedy_for(reply, judge(reply))


def test_every_meaning_has_a_remedy() -> None:
    for about in About:
        for cause in ROWS.values():
            meaning = Meaning(about, cause.verdict, cause.action, True, cause.name)
            assert remedy_for("550 no", meaning)
