"""The merge: what arrives is what the slow, obvious way would have made, and nothing else."""

import html
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.message import Frame, Merge, clean, mailbox, template, unstructured
from alerts.model import Edition, Owed
from tests.factories import edition

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
INJECTIONS = [
    f"{before}{shape}{after}"
    for before in ("", "News ", "é ")
    for after in ("", " tail")
    for shape in (
        "=?utf-8?q?=0ABcc:_x@evil.example?=",
        "=?utf-8?q?=0D=0ABcc:_x@evil.example?=",
        "=?utf-8?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=",
        "=?utf-8?q?=0A=0AHello?=",
        *(f"a{c}Bcc: x@evil.example" for c in "\n\r\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
        "a\r\nBcc: x@evil.example",
        "a\r\n\r\n<h1>body</h1>",
        "\ud800\udfff",
    )
]


def _merge(made: Edition, frame: Frame = FRAME) -> Merge:
    return Merge(template(made, frame, NOW), frame, 1, b"k" * 32, made.language)


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


def _parts(octets: bytes) -> tuple[str, str]:
    parsed = message_from_bytes(octets, policy=policy.default)
    plain, page = parsed.iter_parts()
    return plain.get_content(), page.get_content()


def test_nothing_gets_out_of_a_header_trap_a() -> None:
    tried = 0
    for payload in INJECTIONS:
        frame = Frame(**{**_fields(FRAME), "from_name": payload, "list_name": payload})
        made = Edition("en", payload, payload, edition().html, edition().text, 1)
        octets = _merge(made, frame).message(_owed(name=payload))
        names = [name for name, _ in _head(octets)]
        assert names == HEADERS, payload
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", octets)
        parsed = message_from_bytes(octets, policy=policy.compat32)
        assert parsed["Bcc"] is None
        tried += 4
    assert tried > 400


def _fields(frame: Frame) -> dict[str, str]:
    return {name: getattr(frame, name) for name in Frame.__dataclass_fields__}


@pytest.mark.parametrize("length", [*range(20, 120, 7), 300, 900])
def test_list_unsubscribe_is_never_encoded_trap_b_s2(length: int) -> None:
    frame = Frame(**{**_fields(FRAME), "base_url": "https://ngo.example/" + "p" * (length - 20)})
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
    ids = {
        dict(_head(_merge(edition()).message(_owed(number=n))))["Message-ID"] for n in range(1, 200)
    }
    assert len(ids) == 199


names = st.text(max_size=120)
bodies = st.lists(
    st.one_of(
        st.text(max_size=200),
        st.sampled_from(
            ["{slot:name|friend}", "{slot:address}", "{slot:unsubscribe_url}", "\n.\n", "..", " \n", "=3D",
             "{slot:unknown}", "x" * 1200, "أخبار " * 40, "\nFrom me\n"]
        ),
    ),
    max_size=8,
).map("".join)  # fmt: skip


@given(names, bodies)
@settings(max_examples=300, deadline=None)
def test_the_merge_equals_the_slow_and_obvious_way(name: str, body: str) -> None:
    made = Edition("en", body[:90], "", f"<p>{body}</p>", body, 1)
    octets = _merge(made).message(_owed(name=name))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", octets)
    assert octets.isascii()
    assert max(map(len, octets.split(b"\r\n"))) <= 998  # S12
    assert max(map(len, octets.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    parsed = message_from_bytes(octets, policy=policy.default)
    assert parseaddr(str(message_from_bytes(octets)["To"]))[1] == "ana@example.org"
    slow = EmailMessage()
    leave = re.search(r"<(https://[^>]+)>", str(parsed["List-Unsubscribe"]))
    assert leave
    for subtype, text, escape in (("plain", body, str), ("html", f"<p>{body}</p>", html.escape)):
        text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "", text)
        text = re.sub(r"[ \t]*(?:\r\n?|\n)", "\n", text)
        shown = escape(clean(name))
        for match in re.finditer(r"\{slot:name(?:\|([^{}]*))?\}", text):
            text = text.replace(match[0], shown or match[1] or "")
        text = text.replace("{slot:address}", "ana@example.org")
        text = text.replace("{slot:unsubscribe_url}", leave[1])
        slow = EmailMessage()
        slow.set_content(text, subtype=subtype, cte="base64")
        mine = _parts(octets)[subtype == "html"]
        assert _flat(mine) == _flat(slow.get_content())


@given(names)
@settings(max_examples=300, deadline=None)
def test_names_and_subjects_survive_the_header(name: str) -> None:
    raw = f"To: {mailbox(name, 'a@example.org', 4)}\r\nSubject: {unstructured(name, 9)}\r\n\r\n"
    assert all(len(line) <= 76 for line in raw.split("\r\n") if "=?" in line)
    parsed = message_from_bytes(raw.encode(), policy=policy.compat32)
    assert list(parsed.keys()) == ["To", "Subject"]
    shown, address = parseaddr(str(parsed["To"]))
    assert address == "a@example.org"
    assert _decoded(shown) == " ".join(clean(name).split())
    assert _decoded(str(parsed["Subject"])) == " ".join(clean(name).split())


def _flat(text: str) -> str:
    return re.sub(r"\r\n?", "\n", text).rstrip("\n")


def _decoded(value: str) -> str:
    return " ".join(str(make_header(decode_header(value))).split())


def test_an_address_that_is_not_ascii_stays_readable_s13() -> None:
    octets = _merge(edition()).message(_owed(email="用户@xn--fsqu00a.jp"))
    assert "To: 用户@xn--fsqu00a.jp\r\n".encode() in octets
