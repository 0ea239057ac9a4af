"""No module decodes a text in a way of its own: `alerts/text/decoding.py` is the one place.

What is no text that people save keeps its own way, and is named here with the reason.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import alerts

ROOT = Path(alerts.__file__).parent
BASE64 = "base64 of our own, which is ASCII"
OURS = "a file or reply of this program, in ASCII or UTF-8"
WIRE = "octets of a protocol"
MAIL = "a mail, whose charsets are those of MIME"
PACKAGED = "a file of this package"

# Module: why what it decodes is no text that somebody saved.
ELSEWHERE = {
    "archive/calendar_feed": OURS,
    "bounces/classify": MAIL,
    "bounces/parse": MAIL,
    "bounces/relays/proof": WIRE,
    "doctor/dns": WIRE,
    "doctor/host": WIRE,
    "doctor/timetables": "what crontab prints",
    "domain/address": WIRE,
    "domain/organisational_domain": "a file of publicsuffixlist",
    "editions/catalogue_files": "its first lines alone, in which its charset stands",
    "editions/escaping": WIRE,
    "editions/template_copies": OURS,
    "hooks/signature": BASE64,
    "library/demo_samples": PACKAGED,
    "library/new_project_samples": PACKAGED,
    "lint/caniemail": PACKAGED,
    "lint/checks/headers": MAIL,
    "lint/checks/unsubscribe_links": MAIL,
    "lint/document": MAIL,
    "lint/spamassassin": "what SpamAssassin prints",
    "mail/dkim": BASE64,
    "mail/headers": BASE64,
    "mail/merge": OURS,
    "mailbox/imap": WIRE,
    "mailbox/mime": MAIL,
    "outbox/rebuild": OURS,
    "preview/sample": BASE64,
    "setup/server_files": PACKAGED,
    "sources/fetch": WIRE,
    "sources/page": "the name of a charset",
    "sources/picture/answer": BASE64,
    "sources/picture/share_card": BASE64,
    "sources/xml_limits": "the name of an entity",
    "sources/xml_words": "the name of a charset; whether a document is UTF-8",
    "store/departure_facts": OURS,
    "store/departure_names": OURS,
    "store/departures_ledger": OURS,
    "store/generation_markers": OURS,
    "store/ledger_position": OURS,
    "store/lock": OURS,
    "text/csv_text": "a stream: it asks `decoding` for the encoding and for a line",
    "text/json_stream": "a stream: it asks `decoding` for the encoding",
    "text/plain_text": WIRE,
    "text/redirectors": WIRE,
    "transport/smtp_connect": WIRE,
    "web/api/decoding": "a request, which is UTF-8 (RFC 8259 §8.1)",
    "transport/smtp_session": WIRE,
}
THE_PLACE = "text/decoding"


def _decodings(source: str) -> Iterator[int]:
    """The lines in which a text is decoded: `.decode(…)`, `.read_text(…)`, and `open` in text mode."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if name in ("decode", "read_text") and not (
            isinstance(node.func, ast.Name) and name == "read_text"
        ):
            yield node.lineno
        elif name == "open" and any(word.arg == "encoding" for word in node.keywords):
            modes = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            if not any("w" in str(mode) or "a" in str(mode) for mode in modes):
                yield node.lineno


def test_texts_are_decoded_in_one_place() -> None:
    found = {
        path.relative_to(ROOT).with_suffix("").as_posix()
        for path in ROOT.rglob("*.py")
        if list(_decodings(path.read_text(encoding="utf-8")))
    }
    beyond = found - {THE_PLACE} - set(ELSEWHERE)
    assert not beyond, "use alerts.text.decoding, or name the module here with the reason"
    assert not set(ELSEWHERE) - found, "these decode nothing any more"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("text = path.read_text(encoding='utf-8')", [1]),
        ("\ntext = octets.decode('latin-1')", [2]),
        ("with open(path, encoding='utf-8') as file: pass", [1]),
        ("with path.open('w', encoding='utf-8') as file: pass", []),
        ("with path.open('rb') as file: pass", []),
    ],
)
def test_an_offender_is_seen(source: str, lines: list[int]) -> None:
    assert list(_decodings(source)) == lines
