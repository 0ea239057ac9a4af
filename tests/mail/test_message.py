"""The merge: what arrives is what the slow, obvious way would have made, and nothing else."""

import html
import re
from dataclasses import asdict, replace
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string, policy
from email.header import decode_header, make_header
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from alerts.config.load import load
from alerts.domain.address import Address
from alerts.domain.delivery import Owed
from alerts.domain.errors import InputError, SettingsError
from alerts.domain.issue import Edition
from alerts.mail.headers import clean, mailbox, unstructured
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import Merge, multipart, template
from tests.factories import MONTH, edition

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FRAME = Frame(
    month="2026-10",
    from_name="Alerta Ñandú",
    from_address="alerts@ngo.example",
    reply_to="office@ngo.example",
    bounces="bounces@ngo.example",
    unsubscribe="leave@ngo.example",
    list_id="alert.ngo.example",
    list_name="Monthly, Alert",
    base_url="https://ngo.example/a",
)
HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Language",
    "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Archive", "List-Help",
    "Feedback-ID", "Auto-Submitted", "Content-Type",
]  # fmt: skip
# Line breaks, plain and inside RFC 2047 encoded words, and other ways out of a header (trap A, X1).
CONTROLS = [*map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF])]
SHAPES = [
    "=?utf-8?q?=0ABcc:_x@evil.example?=",
    "=?utf-8?q?=0D=0ABcc:_x@evil.example?=",
    "=?utf-8?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=",
    "=?utf-8?q?=0A=0AHello?=",
    "=?utf-8?q?=0D=0A=0D=0AHello?=",
    "=?us-ascii?Q?a=0ABcc=3A_x@evil.example?=",
    *(f"a{c}Bcc: x@evil.example" for c in CONTROLS),
    "a\r\nBcc: x@evil.example",
    "a\r\n\r\n<h1>body</h1>",
    "a\r\n .\r\nBcc: x@evil.example",
    '"\r\nBcc: x@evil.example',
    "> , <x@evil.example>",
    "\ud800\udfff",
]
INJECTIONS = [
    f"{before}{shape}{after}"
    for before in ("", "News ", "é ")
    for after in ("", " tail")
    for shape in SHAPES
]
PLACES = [field for field in asdict(FRAME) if field != "dkim"]
TEXT_SETTINGS = (
    "ALERT__NAME", "SENDER__NAME", "SENDER__ADDRESS", "SENDER__REPLY_TO", "SENDER__BOUNCES",
    "SENDER__UNSUBSCRIBE", "SENDER__LIST_ID", "WEB__BASE_URL", "DKIM__DOMAIN",
)  # fmt: skip


def _merge(made: Edition, frame: Frame = FRAME) -> Merge:
    return Merge(template(made, frame, NOW), frame, 1, b"k" * 32, made.language)


def _frame(place: str, text: str) -> Frame:
    fields: dict[str, Any] = {place: {edition().language: text} if place == "names" else text}
    return replace(FRAME, **fields)


def _owed(email: str = "ana@example.org", name: str = "", number: int = 7) -> Owed:
    return Owed(number, 1, number, email, name, 0)


def _head(octets: bytes) -> list[tuple[str, str]]:
    """The headers of raw bytes, split by hand: the parser under suspicion is not asked."""
    head, blank, _ = octets.partition(b"\r\n\r\n")
    assert blank
    lines = re.sub(rb"\r\n[ \t]", b" ", head).split(b"\r\n")
    return [
        (name.decode(), value.decode()) for name, _, value in (x.partition(b": ") for x in lines)
    ]


def _is_contained(octets: bytes) -> bool:
    """True where the raw bytes hold our headers, no other, and no line end but CRLF."""
    parsed = message_from_bytes(octets, policy=policy.compat32)
    return (
        [name for name, _ in _head(octets)] == HEADERS == parsed.keys()
        and not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", octets)
        and octets.partition(b"\r\n\r\n")[2].startswith(b"--=_")
    )


# --- nothing gets out of a header -----------------------------------------------------------------


@pytest.mark.parametrize("place", ["subject", "from_name", "list_name", "name"])
def test_no_text_gets_out_of_its_header_trap_a_x1(place: str) -> None:
    for payload in INJECTIONS:
        frame = _frame(place, payload) if place in PLACES else FRAME
        made = replace(edition(), subject=payload) if place == "subject" else edition()
        octets = _merge(made, frame).message(_owed(name=payload if place == "name" else ""))
        assert _is_contained(octets), payload
    assert len(INJECTIONS) > 400


@pytest.mark.parametrize("place", [*PLACES, "language"])
def test_even_a_frame_that_was_not_checked_adds_no_header_x1(place: str) -> None:
    for payload in INJECTIONS:
        made = replace(edition(), language=payload) if place == "language" else edition()
        frame = _frame(place, payload) if place in PLACES else FRAME
        try:
            octets = template(made, frame, NOW)
        except (InputError, UnicodeError):
            continue
        names = re.findall(rb"^([!-9;-~]+):", octets.partition(b"\r\n\r\n")[0], re.MULTILINE)
        assert [name.decode() for name in names] == HEADERS, payload


@pytest.mark.parametrize("setting", TEXT_SETTINGS)
def test_a_setting_is_refused_in_one_line_or_stays_in_its_header_x1(
    project: Path, setting: str
) -> None:
    said: set[str] = set()
    for payload in (*SHAPES, *(f"a@b.example{shape}" for shape in SHAPES)):
        try:
            made = load(project, {f"ALERTS_{setting}": payload})
        except SettingsError as refused:
            said.add(str(refused))
            continue
        assert _is_contained(_merge(edition(), Frame.of(made, MONTH)).message(_owed())), payload
    assert all(words.isprintable() for words in said)


@pytest.mark.parametrize("length", [*range(20, 120, 7), 300, 900])
def test_list_unsubscribe_is_never_encoded_trap_b_s2(length: int) -> None:
    frame = replace(FRAME, base_url="https://ngo.example/" + "p" * (length - 20))
    octets = _merge(edition(), frame).message(_owed())
    assert re.search(rb"^List-Unsubscribe: <https://[!-~]+>,\r\n <mailto:[!-~]+>\r\n", octets, re.M)
    for name, value in _head(octets):
        if name.startswith("List-") or name in ("From", "To", "Message-ID"):
            assert all("=?" not in inside for inside in re.findall(r"<([^>]*)>", value)), name


def test_the_headers_are_those_of_the_design_s2_s3_s8_s9_s10() -> None:
    octets = _merge(edition("es")).message(_owed(name="José Núñez"))
    head = dict(_head(octets))
    assert list(head) == HEADERS
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert head["List-Id"] == '"Monthly, Alert" <alert.ngo.example>'
    assert head["Content-Language"] == "es"
    assert re.fullmatch(r"2026-10:es:issue:[a-z0-9]{5,15}", head["Feedback-ID"])
    assert re.fullmatch(r"<[0-9a-z-]+@ngo\.example>", head["Message-ID"])
    assert "ana" not in head["Message-ID"] + head["List-Unsubscribe"]
    assert head["Date"] == "Mon, 02 Nov 2026 09:00:00 +0000"


def test_a_message_is_the_same_each_time_and_another_for_each_reader_s10() -> None:
    one, again = (_merge(edition()).message(_owed()) for _ in range(2))
    assert one == again
    messages = [_merge(edition()).message(_owed(number=n)) for n in range(1, 200)]
    assert len({dict(_head(octets))["Message-ID"] for octets in messages}) == 199
    senders = {_merge(edition()).envelope(_owed(number=n)).sender for n in range(1, 200)}
    assert len(senders) == 199  # S16: VERP, never the null sender
    assert all(re.fullmatch(r"bounces\+[0-9a-f-]+@ngo\.example", sender) for sender in senders)


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("SENDER__ADDRESS", "josé@x.example", "in ASCII"),
        ("SENDER__BOUNCES", "b" * 22 + "@x.example", "+token"),
        ("SENDER__LIST_ID", "no dots", "alert.example.org"),
        ("SENDER__LIST_ID", "a." + "b" * 250, "alert.example.org"),
        ("WEB__BASE_URL", "https://a\u0080.example", "full URL"),
        ("WEB__BASE_URL", "https://[a", "full URL"),
    ],
)
def test_what_no_header_can_say_is_refused_s8_s13_s16(
    project: Path, setting: str, value: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(words)):
        load(project, {f"ALERTS_{setting}": value})


def test_the_longest_bounce_address_leaves_room_for_its_token_s16(project: Path) -> None:
    made = load(project, {"ALERTS_SENDER__BOUNCES": "b" * 21 + "@x.example"})
    merge = Merge(b"", Frame.of(made, MONTH), 0xFF, b"k" * 32, "en")
    envelope = merge.envelope(_owed(number=2**32 - 1))
    assert len(envelope.sender.partition("@")[0]) == 64  # RFC 5321 §4.5.3.1.1


def test_pages_with_an_international_name_are_linked_in_ascii_s12_s13(project: Path) -> None:
    made = load(project, {"ALERTS_WEB__BASE_URL": "https://例え.jp:8443/boletín"})
    octets = _merge(edition(), Frame.of(made, MONTH)).message(_owed())
    assert octets.isascii()
    assert b"<https://xn--r8jz45g.jp:8443/bolet%C3%ADn/unsubscribe/" in octets


# --- what arrives ---------------------------------------------------------------------------------

names = st.one_of(
    st.text(max_size=120),
    st.sampled_from(["José Núñez", "محمد عبد الله", "O'Neil, Ana \"Nina\"", "a.b", "=?utf-8?q?x?=",
                     "{slot:address}", "山" * 90]),
)  # fmt: skip
slots = st.sampled_from(
    ["{slot:name|friend}", "{slot:name}", "{slot:address}", "{slot:unsubscribe_url}",
     "{slot:preferences_url}", "{slot:browser_url}", "{slot:unknown}", "{slot:name|a.b}{slot:address}"]
)  # fmt: skip
bodies = st.lists(
    st.one_of(
        st.text(max_size=200),
        slots,
        st.sampled_from(
            ["\n.\n", "..", ".", " \n", "\t", "  ", "=3D", "=\n", "x" * 1200, "أخبار " * 40, "\nFrom me\n",
             "\r", "\r\n.\r\n", "Новости " * 30, "\n.x" * 30, "a" * 74 + ".", "." * 90 + "\n",
             "é" * 13 + "From "]
        ),
    ),
    max_size=12,
).map("".join)  # fmt: skip
locals_ = st.one_of(
    st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}", fullmatch=True), st.text(max_size=30)
)
domains = st.one_of(
    st.from_regex(r"([a-z0-9]{1,60}\.){1,4}[a-z]{2,8}", fullmatch=True),
    st.sampled_from(
        ["例え.jp", "münchen.example", "مثال.example", "xn--fsqu00a.jp", "Example.ORG"]
    ),
)


def _slowly(made: Edition, owed: Owed, links: dict[str, str]) -> EmailMessage:
    """The message as one would write it without a thought for speed."""

    def filled(text: str, escape: type[str] | object) -> str:
        text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "", text)
        text += "" if text.endswith(("\r", "\n")) else "\n"  # ended before its slots are filled
        values = {**links, "name": clean(owed.name), "address": owed.email}

        def value(match: re.Match[str]) -> str:
            said = values[match[1]]
            return (html.escape(said) if escape is html.escape else said) or match[2] or ""

        return re.sub(r"\{slot:(" + "|".join(values) + r")(?:\|([^{}]*))?\}", value, text)

    message = EmailMessage(policy=policy.SMTPUTF8)
    local, _, domain = owed.email.rpartition("@")
    message["From"] = MailAddress("Alerta Ñandú", "alerts", "ngo.example")
    message["To"] = MailAddress(clean(owed.name), local, domain)
    message["Reply-To"] = MailAddress("", "office", "ngo.example")
    message["Subject"] = clean(made.subject)
    message["Date"] = NOW
    message.set_content(filled(made.text, str), cte="base64")
    message.add_alternative(filled(made.html, html.escape), subtype="html", cte="base64")
    return message


@given(names, bodies, locals_, domains)
@example("", "{slot:name}{slot:address}{slot:name}", "a", "x.org")
@example(".", "", "a", "x.org")
@settings(max_examples=400, deadline=None)
def test_the_merge_equals_the_slow_and_obvious_way_s12(
    name: str, body: str, local: str, domain: str
) -> None:
    try:
        email = str(Address.parse(f"{local}@{domain}"))
    except InputError:
        assume(False)
    made = Edition("en", body[:90], "", f"<p>{body}</p>", body, 1)
    owed = _owed(email, name)
    octets = _merge(made).message(owed)
    _assert_well_formed(octets, email)
    # A message that asks for SMTPUTF8 is UTF-8 in the To header; the rest of it is ASCII.
    parsed = message_from_string(octets.decode(), policy=policy.SMTPUTF8)
    assert isinstance(parsed, EmailMessage)
    leave = re.findall(r"<([^>]+)>", str(parsed["List-Unsubscribe"]))
    links = {
        "unsubscribe_url": leave[0],
        "preferences_url": _link(octets, made, "preferences_url"),
        "browser_url": "https://ngo.example/a/archive/2026-10/en",
    }
    slow = _slowly(made, owed, links)
    for header in ("From", "To", "Reply-To"):
        assert _mailboxes(parsed[header]) == _mailboxes(slow[header]), header
    assert parsed["Subject"] == slow["Subject"]
    assert parsed["Date"].datetime == slow["Date"].datetime
    assert parsed.get_content_type() == slow.get_content_type()
    for mine, theirs in zip(parsed.iter_parts(), slow.iter_parts(), strict=True):
        assert mine.get_content_type() == theirs.get_content_type()
        assert mine.get_content() == theirs.get_content()


def _mailboxes(header: Any) -> list[tuple[str, str, str]]:
    """Of an address header, names without their spaces: Python's parser makes one of several, and adds
    one between two encoded words; that they are right is tested below, with a parser that is.
    """
    return [
        ("".join(each.display_name.split()), each.username, each.domain)
        for each in header.addresses
    ]


def _link(octets: bytes, made: Edition, name: str) -> str:
    """A link of this reader, as an edition shows it that shows nothing else."""
    alone = replace(made, text=f"{{slot:{name}}}", html="")
    parsed = message_from_bytes(_merge(alone).message(_owed()), policy=policy.default)
    plain = next(parsed.iter_parts())
    return str(plain.get_content()).strip()


def _assert_well_formed(octets: bytes, email: str) -> None:
    """RFC 5322, RFC 2045 and RFC 2047 as far as lines and octets go."""
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", octets)
    head, _, body = octets.partition(b"\r\n\r\n")
    assert body.isascii()
    assert head.isascii() or not email.isascii()
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert not re.search(
        rb"^(?:\.|From )", octets, re.MULTILINE
    )  # nothing to stuff, nothing to mangle
    assert all(len(line) <= 76 for line in head.split(b"\r\n") if b"=?" in line)
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?b\?\S*", head))


@given(names)
@settings(max_examples=300, deadline=None)
def test_names_and_subjects_survive_the_header_s12(name: str) -> None:
    raw = f"To: {mailbox(name, 'a@example.org', 4)}\r\nSubject: {unstructured(name, 9)}\r\n\r\n"
    assert all(len(line) <= 76 for line in raw.split("\r\n"))
    parsed = message_from_bytes(raw.encode(), policy=policy.compat32)
    assert list(parsed.keys()) == ["To", "Subject"]
    shown, address = parseaddr(str(parsed["To"]))
    assert address == "a@example.org"
    assert _decoded(shown) == " ".join(clean(name).split())
    assert _decoded(str(parsed["Subject"])) == " ".join(clean(name).split())


def _decoded(value: str) -> str:
    return " ".join(str(make_header(decode_header(value))).split())


def test_a_long_plain_subject_is_folded_at_its_spaces_and_not_encoded() -> None:
    subject = "Monthly Alert: what ten cities learned, and what they did about it, in eleven parts"
    folded = unstructured(subject, len("Subject: "))
    assert folded.replace("\r\n", "") == subject
    assert max(map(len, f"Subject: {folded}".split("\r\n"))) <= 76
    assert unstructured("x" * 80).startswith("=?utf-8?b?")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Les élections à Bogotá, et après\n" * 20, "quoted-printable"),
        ("Новости о реформах за месяц\n" * 20, "base64"),
        ("أخبار الشهر عن المجتمع المدني\n" * 20, "base64"),
        ("月刊アラート：十の都市が学んだこと\n" * 20, "base64"),
    ],
)
def test_each_part_has_the_encoding_that_suits_its_script(text: str, encoding: str) -> None:
    octets = _merge(Edition("en", "S", "", text, f"{text}{{slot:name}}", 1)).message(_owed())
    parsed = message_from_bytes(octets, policy=policy.default)
    assert {part["Content-Transfer-Encoding"] for part in parsed.iter_parts()} == {encoding}
    assert len(octets) < 1.6 * 2 * len(text.encode()) + 1500


def test_long_names_are_split_at_spaces_as_simple_parsers_expect() -> None:
    name = "Международный консорциум по наркополитике, Женева"
    octets = _merge(edition(), replace(FRAME, from_name=name)).message(_owed(name=name))
    parsed = message_from_bytes(octets, policy=policy.default)
    for header in ("From", "To"):
        assert " ".join(parsed[header].addresses[0].display_name.split()) == name


@pytest.mark.parametrize("text", ["Confirm, please: José", "Подтвердите подписку, пожалуйста"])
def test_a_body_without_slots_is_finished_as_it_is(text: str) -> None:
    boundary, body = multipart(Edition("ru", "S", "", f"<p>{text}</p>", text, 0), "salt")
    assert b"\0" not in body
    head = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
    parsed = message_from_bytes(head.encode() + body, policy=policy.default)
    assert [part.get_content().strip() for part in parsed.iter_parts()] == [text, f"<p>{text}</p>"]


def test_an_address_that_is_not_ascii_stays_readable_s13() -> None:
    octets = _merge(edition()).message(_owed(email="用户@xn--fsqu00a.jp"))
    assert "To: 用户@xn--fsqu00a.jp\r\n".encode() in octets
