"""A message taken apart into fields and texts (RFC 5322, RFC 2045–2047), within limits.

Accepts any octets, with any line ends, truncated or malformed, and reads a limited part of them (X4).
`parsed` raises `RecursionError` for parts that are nested hundreds deep, which only serves to cause harm.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from functools import partial

MOST_OCTETS = 2_000_000
MOST_PARTS = 200
LONGEST_TEXT = 60_000  # characters of one part that are read
LONGEST_FIELD = 4_000
_LONGEST_HEADER = (
    20_000  # characters of a field that are parsed: the parser's time is quadratic in them
)
_SLOW = ("punycode", "idna")  # not charsets of mail, and their decoders take quadratic time


class _Bounded(Compat32):
    """The parser's policy, with fields of bounded length, also in the parts of a message."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER].replace("\0", "")


class _Simple(_Bounded):
    """The same, with parameters in parts and with charsets (RFC 2231) taken for simple ones."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, _EXTENDED.sub("=", value)


_EXTENDED = re.compile(r"\*\d*\*?=")
POLICY = _Bounded()
_SIMPLE = _Simple()


def bounded(octets: bytes) -> bytes:
    """The first `MOST_OCTETS` of a message, its lines ended by `\\n`."""
    return octets[:MOST_OCTETS].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")


def parsed(octets: bytes) -> Message:
    """The message in octets that `bounded` gave."""
    try:
        return BytesParser(policy=POLICY).parsebytes(octets)
    except (TypeError, ValueError):  # of the library's, at malformed parameters
        return BytesParser(policy=_SIMPLE).parsebytes(octets)


def leaves(message: Message) -> Iterator[Message]:
    """The parts of a message that hold no other parts, in its order, of the first `MOST_PARTS`; a
    message within the message is one, with what it holds."""
    waiting = [message]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        if part.is_multipart():
            waiting[:0] = parts_in(part)
        else:
            yield part


def parts_in(part: Message) -> list[Message]:
    """The parts that a part holds; the library decodes no text for that, whose charset may be malformed."""
    inner = part.get_payload() if part.is_multipart() else []
    return [each for each in inner if isinstance(each, Message)]


def file_name(part: Message) -> str:
    """The name of the file in a part; empty where it is missing or malformed (RFC 2231)."""
    return _well_formed(part.get_filename)


def parameter(message: Message, name: str) -> str:
    """A parameter of the content type, in lower case; empty where it is missing or malformed."""
    return _well_formed(partial(message.get_param, name)).lower()


def _well_formed(read: Callable[[], object]) -> str:
    """What the library reads from a header; empty where it fails at a malformed one."""
    try:
        return str(read() or "")
    except (ValueError, TypeError):
        return ""


def fields_of(message: Message) -> Mapping[str, str]:
    """The header fields by their names in lower case, decoded; of repeated ones the first."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), _decoded(one_line(value)))
    return found


def one_line(value: str) -> str:
    """A field on one line; raw octets, which the parser keeps as lone surrogates, are decoded."""
    octets = str(value)[:LONGEST_FIELD].encode("utf-8", "surrogateescape")
    return " ".join(characters(octets, "").split())


def text_of(part: Message) -> str:
    """The text of a part, in its charset."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return characters(payload[: 4 * LONGEST_TEXT], _well_formed(part.get_content_charset))[
        :LONGEST_TEXT
    ]


def characters(octets: bytes, charset: str) -> str:
    """The text in its charset; where that is wrong or unknown, in the first that can decode it."""
    if b"\x1b$" in octets or b"\x1b(" in octets:
        charset = "iso2022_jp"
    for each in (charset, "utf-8") if charset.lower() not in _SLOW else ("utf-8",):
        try:
            return octets.decode(each)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return octets.decode("latin-1")


def _decoded(value: str) -> str:
    """A field with encoded words (RFC 2047) decoded; unchanged where they are malformed."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (MessageError, ValueError, TypeError):
        return value
    return "".join(
        piece if isinstance(piece, str) else characters(piece, charset or "")
        for piece, charset in pieces
    )
