"""The text parts of a message, with slots: quoted-printable, or base64 if that is much shorter.

Latin text is shorter (and can be read) in quoted-printable; Arabic, Cyrillic or Chinese in base64
(docs/adr/0009-the-bytes-of-a-message.md). Neither has a line over 76 octets, one that begins with a dot or
with "From ", or an octet that a relay may change; the decoded text is unchanged but for CRLF line ends,
a line end after the last line, and removed control characters, which could affect a terminal.

In quoted-printable a slot is on a line of its own between soft breaks. In base64, three octets are one
group of four characters: a slot is encoded with the one or two octets around it that complete its
groups, and the text after it is encoded in advance for each of the three positions where it can begin.
"""

import binascii
import html
import re
from collections.abc import Callable, Mapping

SLOT = re.compile(
    r"\{slot:(name|address|unsubscribe_url|preferences_url|browser_url|uncounted)(?:\|([^{}]*))?\}"
)
_WORTH_IT = 0.8  # base64 below this share of the octets: it is unreadable, and filters penalise it
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_AT_RISK = re.compile(rb"^(?:\.|From )[^\n]*", re.MULTILINE)
_PLAIN = re.compile(r"[!-\-/-<>-~][!-<>-~]{0,74}")  # its quoted-printable form, on one line

Fill = Callable[[str, bytes], bytes]
"""(value, fallback for an empty value) → the octets that fill a slot."""


def lines(text: str) -> str:
    """The text with CRLF line ends, also after the last line, and without control characters."""
    text = re.sub(r"\r\n?|\n", "\r\n", _CONTROLS.sub("", text))
    return text if text.endswith("\r\n") else f"{text}\r\n"


def part(text: str, subtype: str) -> bytes:
    """A body part of the template, of type text/`subtype`; `text` as from `lines`."""
    kind = "html" if subtype == "html" else "text"
    content, encoding = _quoted(text, kind), b"quoted-printable"
    if len(base64_lines(text.encode())) < _WORTH_IT * len(content):
        encoding, whole = b"base64", text.encode()
        content = base64_lines(whole)
        if SLOT.search(text):
            content = b"\0base64:%s:%s\0" % (kind.encode(), whole)
    return b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n%s" % (
        subtype.encode(),
        encoding,
        content,
    )


# --- quoted-printable -----------------------------------------------------------------------------


def _quoted(text: str, kind: str) -> bytes:
    """Quoted-printable (RFC 2045 §6.7), each slot on a line of its own between soft breaks."""
    pieces, position = [], 0
    for match in SLOT.finditer(text):
        fallback = _before_break(match[2] or "")
        slot = b"\0%s:%s:%s\0" % (kind.encode(), match[1].encode(), fallback)
        pieces += [_before_break(text[position : match.start()]), slot]
        position = match.end()
    pieces.append(quoted_printable(text[position:].encode()))
    return b"=\r\n".join(pieces)


def quoted_printable(data: bytes) -> bytes:
    """`data` in quoted-printable: lines of at most 76 octets, ended by CRLF (RFC 2045, RFC 2049 §3)."""
    quoted = binascii.b2a_qp(data, istext=True).replace(b"\r\n", b"\n")
    return _AT_RISK.sub(_guarded, quoted).replace(b"\n", b"\r\n")


def _guarded(match: re.Match[bytes]) -> bytes:
    """A line with its first character escaped, on a line of its own if there is no room."""
    line = match[0]
    if len(line) <= 74:
        return b"=%02X%s" % (line[0], line[1:])
    return b"=%02X=\n%s" % (line[0], _AT_RISK.sub(_guarded, line[1:]))


def _before_break(text: str) -> bytes:
    """`text` in quoted-printable with room for a soft break after it: an `=` is encoded and cut off."""
    return quoted_printable(f"{text}=".encode())[: -len("=3D")]


def _fill_header(value: str, _fallback: bytes) -> bytes:
    return value.encode()


def _fill_text(value: str, fallback: bytes) -> bytes:
    if _PLAIN.fullmatch(value):
        return value.encode()
    return _before_break(value) if value else fallback


def _fill_html(value: str, fallback: bytes) -> bytes:
    return _fill_text(html.escape(value), fallback)


FILL: dict[str, Fill] = {"header": _fill_header, "text": _fill_text, "html": _fill_html}


# --- base64 ---------------------------------------------------------------------------------------


def base64_lines(data: bytes) -> bytes:
    """`data` in base64 (RFC 2045 §6.8): lines of at most 76 octets, ended by CRLF."""
    if len(data) <= 57:
        return b"%s\r\n" % binascii.b2a_base64(data, newline=False) if data else b""
    return b"".join(
        b"%s\r\n" % binascii.b2a_base64(data[start : start + 57], newline=False)
        for start in range(0, len(data), 57)
    )


class Base64Part:
    """The content of a part in base64, for `text` with slots, of kind "text" or "html"."""

    def __init__(self, text: str, kind: str, browser_url: str) -> None:
        self._escape: Callable[[str], str] = html.escape if kind == "html" else str
        text = re.sub(
            r"\{slot:browser_url(?:\|[^{}]*)?\}", lambda _: self._escape(browser_url), text
        )
        first, *rest = SLOT.split(text)
        self._begin, self._carry = _cut(first.encode(), 0)[1:]
        self._slots = [
            (name, (fallback or "").encode(), [_cut(after.encode(), lent) for lent in range(3)])
            for name, fallback, after in zip(rest[::3], rest[1::3], rest[2::3], strict=True)
        ]

    def fill(self, values: Mapping[str, str]) -> bytes:
        """The content for one recipient."""
        pieces, carry = [self._begin], self._carry
        for name, fallback, after in self._slots:
            octets = carry + (self._escape(values[name]).encode() or fallback)
            lent, encoded, rest = after[-len(octets) % 3]
            octets += lent
            whole = len(octets) - len(octets) % 3  # fewer where two slots are close together
            pieces += (base64_lines(octets[:whole]), encoded)
            carry = octets[whole:] + rest
        pieces.append(base64_lines(carry))
        return b"".join(pieces)


def _cut(octets: bytes, lent: int) -> tuple[bytes, bytes, bytes]:
    """The first `lent` octets unchanged, then whole groups in base64, and the remaining octets."""
    end = len(octets) - max(0, len(octets) - lent) % 3
    return octets[:lent], base64_lines(octets[lent:end]), octets[max(lent, end) :]
