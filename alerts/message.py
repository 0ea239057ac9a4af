"""The merge: an edition's bytes, encoded once, with the slots that each recipient fills.

`template` turns an edition into the bytes of a finished RFC 5322 message whose personal places are
slots between two NUL octets (NUL occurs nowhere else in a message). `Merge` cuts it at the slots and
then makes a message in a few microseconds. What comes out has CRLF line ends, is 7-bit clean (but
for an address that is not ASCII), keeps every line within 76 octets where the content allows and 998
always, and holds no header but ours: every text is stripped of control characters, and text that
looks like an RFC 2047 encoded word is encoded itself (mail-rules traps A and B).

Does not use `email.message`, whose folding breaks List-Unsubscribe and whose header parsing lets
encoded line breaks through on Python before 3.13.
"""

import binascii
import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Self
from urllib.parse import quote

from alerts import tokens
from alerts.address import Address
from alerts.model import Edition, Envelope, Month, Owed
from alerts.settings import Settings

SLOT = re.compile(r"\{slot:([a-z_]+)(?:\|([^{}]*))?\}")
_BODY_SLOTS = ("name", "address", "unsubscribe_url", "preferences_url", "browser_url")
_SPECIALS = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the messages of one issue have in common; frozen with the issue when it is queued."""

    month: str
    from_name: str
    from_address: str
    reply_to: str
    bounces: str
    unsubscribe: str
    list_id: str
    list_name: str
    base_url: str

    @classmethod
    def of(cls, settings: Settings, month: Month) -> Self:
        """The frame that the settings of now make."""
        sender, alert = settings.sender, settings.alert
        address = Address.parse(sender.address)
        return cls(
            month=str(month),
            from_name=sender.name or alert.name,
            from_address=str(address),
            reply_to=str(Address.parse(sender.reply_to)) if sender.reply_to else "",
            bounces=str(Address.parse(sender.bounces or sender.address)),
            unsubscribe=str(Address.parse(sender.unsubscribe or sender.address)),
            list_id=sender.list_id or f"alert.{address.domain}",
            list_name=alert.name,
            base_url=settings.web.base_url.rstrip("/"),
        )

    def to_json(self) -> str:
        """For the database."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From the database."""
        return cls(**json.loads(text))


# --- once per edition -----------------------------------------------------------------------------


def template(edition: Edition, frame: Frame, queued_at: datetime) -> bytes:
    """The message of an edition, with slots; the same bytes for the same arguments."""
    text, page = _lines(edition.text), _lines(edition.html)
    digest = hashlib.sha256(f"{frame.month}\0{edition.language}\0{text}\0{page}".encode())
    boundary = f"=_{digest.hexdigest()[:32]}"
    parts = (("plain", _quoted(text, "text")), ("html", _quoted(page, "html")))
    body = b"".join(
        b"--%s\r\nContent-Type: text/%s; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n%s\r\n"
        % (boundary.encode(), subtype.encode(), content)
        for subtype, content in parts
    )
    head = _head(edition, frame, queued_at, boundary)
    return head + b"\r\n" + body + b"--%s--\r\n" % boundary.encode()


def _head(edition: Edition, frame: Frame, queued_at: datetime, boundary: str) -> bytes:
    """The header section, design.md section 7; rules S2, S3, S8–S12."""
    base = frame.base_url
    headers = (
        ("From", mailbox(frame.from_name, frame.from_address, len("From: "))),
        ("To", "\0header:to\0"),
        ("Reply-To", frame.reply_to or frame.from_address),
        ("Subject", unstructured(edition.subject, len("Subject: "))),
        ("Date", format_datetime(queued_at.astimezone(UTC))),
        ("Message-ID", "<\0header:message_id\0>"),
        ("MIME-Version", "1.0"),
        ("Content-Language", edition.language),
        ("List-Id", _list_id(frame)),
        (
            "List-Unsubscribe",
            "<\0header:unsubscribe_url\0>,\r\n <mailto:\0header:unsubscribe_address\0>",
        ),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Archive", f"<{base}/archive>"),
        ("List-Help", f"<mailto:{quote(frame.reply_to or frame.from_address, safe='@+')}>"),
        ("Feedback-ID", f"{frame.month}:{edition.language}:issue:{_sender_id(frame)}"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    )
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in headers)


def _list_id(frame: Frame) -> str:
    """RFC 2919: a phrase and the label; at most 255 octets (S8)."""
    phrase = _phrase(frame.list_name, len("List-Id: "))
    value = f"{phrase}\r\n <{frame.list_id}>" if phrase else f"<{frame.list_id}>"
    return value if len(value) <= 240 else f"<{frame.list_id}>"


def _sender_id(frame: Frame) -> str:
    """The last field of Feedback-ID: 5 to 15 letters that stay the same over all issues (S9)."""
    letters = re.sub(r"[^a-z0-9]", "", frame.list_id.lower())[:15]
    return letters if len(letters) >= 5 else f"{letters}alert"


def _lines(text: str) -> str:
    """Line ends as CRLF, no space before them; characters that no mail may carry taken out."""
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "", text)
    return re.sub(r"[ \t]*(?:\r\n?|\n)", "\r\n", text)


def _quoted(text: str, kind: str) -> bytes:
    """Quoted-printable (RFC 2045 §6.7), each slot on a line of its own between soft breaks."""
    pieces, position = [], 0
    for match in SLOT.finditer(text):
        if match[1] not in _BODY_SLOTS:
            continue
        fallback = _before_break(match[2] or "")
        slot = b"\0%s:%s:%s\0" % (kind.encode(), match[1].encode(), fallback)
        pieces += [_before_break(text[position : match.start()]), slot]
        position = match.end()
    pieces.append(quoted_printable(text[position:].encode()))
    return b"=\r\n".join(pieces)


def quoted_printable(data: bytes) -> bytes:
    """`data` in quoted-printable: lines of at most 76 octets, ended by CRLF."""
    return binascii.b2a_qp(data, istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _before_break(text: str) -> bytes:
    """`text` in quoted-printable with room for a soft break behind it: an `=` is encoded and cut off."""
    return quoted_printable(f"{text}=".encode())[: -len("=3D")]


# --- header texts ---------------------------------------------------------------------------------


def clean(text: str) -> str:
    """One line without control characters, lone surrogates or surrounding space (X1)."""
    return _UNSAFE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def unstructured(text: str, used: int = 0) -> str:
    """A Subject: as it is where plain ASCII allows, else RFC 2047 encoded words; folded."""
    text = clean(text)
    if text.isascii() and "=?" not in text and len(text) + used <= 76:
        return text
    return _encoded_words(text, used)


def mailbox(name: str, address: str, used: int = 0) -> str:
    """A name and an address as RFC 5322 `mailbox`; the address alone where there is no name."""
    phrase = _phrase(name, used)
    if not phrase:
        return address
    last = len(phrase.rsplit("\n", 1)[-1]) + (used if "\n" not in phrase else 0)
    space = " " if last + len(address) + 3 <= 76 else "\r\n "
    return f"{phrase}{space}<{address}>"


def _phrase(name: str, used: int) -> str:
    """A display name: an atom or quoted string where ASCII allows, else encoded words."""
    name = clean(name)
    if not name.isascii() or "=?" in name or len(name) + used > 70:
        return _encoded_words(name, used) if name else ""
    if not _SPECIALS.search(name) and "  " not in name:
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded_words(text: str, used: int) -> str:
    """RFC 2047 §2 in base64: words of at most 75 octets, split between characters, folded."""
    words, chunk, room = [], b"", 39 - used * 3 // 4
    for character in text:
        octets = character.encode()
        if chunk and len(chunk) + len(octets) > room:
            words.append(chunk)
            chunk, room = b"", 42
        chunk += octets
    words.append(chunk)
    return "\r\n ".join(
        f"=?utf-8?b?{binascii.b2a_base64(w, newline=False).decode()}?=" for w in words
    )


# --- once per recipient ---------------------------------------------------------------------------


class Merge:
    """Makes the messages of one edition. Holds the edition's bytes once; no state else."""

    def __init__(
        self, edition_template: bytes, frame: Frame, secret_id: int, secret: bytes, language: str
    ) -> None:
        self._secret_id, self._secret = secret_id, secret
        self._base_url = frame.base_url
        self._bounces = frame.bounces.rpartition("@")
        self._leave = frame.unsubscribe.rpartition("@")
        self._id_domain = frame.from_address.rpartition("@")[2]
        browser_url = f"{frame.base_url}/archive/{frame.month}/{language}"
        self._pieces: list[bytes] = [b""]
        self._slots: list[tuple[int, Fill, str, bytes]] = []
        for index, piece in enumerate(edition_template.split(b"\0")):
            if index % 2 == 0:
                self._pieces[-1] += piece
                continue
            kind, name, *fallback = piece.decode().split(":", 2)
            if name == "browser_url":  # the same for everyone who reads this edition
                self._pieces[-1] += _FILL[kind](browser_url, b"")
                continue
            self._slots.append((len(self._pieces), _FILL[kind], name, "".join(fallback).encode()))
            self._pieces += [b"", b""]

    def envelope(self, owed: Owed) -> Envelope:
        """MAIL FROM with VERP (S16), and RCPT TO."""
        local, _, domain = self._bounces
        token = self._token(tokens.Purpose.DELIVERY, owed.id)
        return Envelope(f"{local}+{token}@{domain}", owed.email)

    def message(self, owed: Owed) -> bytes:
        """The message for one recipient: the same bytes each time for the same delivery."""
        leave = self._token(tokens.Purpose.UNSUBSCRIBE, owed.subscriber_id)
        choose = self._token(tokens.Purpose.PREFERENCES, owed.subscriber_id)
        values = {
            "to": mailbox(owed.name, owed.email, len("To: ")) if owed.name else owed.email,
            "message_id": f"{self._token(tokens.Purpose.DELIVERY, owed.id)}@{self._id_domain}",
            "unsubscribe_url": f"{self._base_url}/unsubscribe/{leave}",
            "unsubscribe_address": f"{quote(self._leave[0], safe='')}%2B{leave}@{self._leave[2]}",
            "preferences_url": f"{self._base_url}/preferences/{choose}",
            "address": owed.email,
            "name": clean(owed.name) if owed.name else "",
        }
        pieces = self._pieces.copy()
        for index, fill, name, fallback in self._slots:
            pieces[index] = fill(values[name], fallback)
        return b"".join(pieces)

    def _token(self, purpose: tokens.Purpose, number: int) -> str:
        return tokens.sign(self._secret_id, self._secret, purpose, number)


Fill = Callable[[str, bytes], bytes]
"""(value, fallback for an empty one) → the octets that stand in a slot."""


def _fill_header(value: str, _fallback: bytes) -> bytes:
    return value.encode()


def _fill_text(value: str, fallback: bytes) -> bytes:
    if _PLAIN.fullmatch(value):
        return value.encode()
    return _before_break(value) if value else fallback


def _fill_html(value: str, fallback: bytes) -> bytes:
    return _fill_text(html.escape(value), fallback)


_FILL: dict[str, Fill] = {"header": _fill_header, "text": _fill_text, "html": _fill_html}
_PLAIN = re.compile(r"[!-<>-~]{1,75}")  # what quoted-printable leaves as it is, on one line


def sample(edition: Edition, settings: Settings, month: Month, now: datetime) -> bytes:
    """A message as a made-up reader would get it, for `alerts render` and the linter."""
    return copy(edition, settings, month, now, "reader@example.org", 0)[1]


def copy(
    edition: Edition, settings: Settings, month: Month, now: datetime, recipient: str, number: int
) -> tuple[Envelope, bytes]:
    """A message that is owed to nobody: for a preview or a test. `number` makes its Message-ID.

    It is signed with no key of ours, so its personal links lead nowhere and its bounces mean nobody.
    """
    frame = Frame.of(settings, month)
    reader = Owed(number, 0, 0, recipient, "", 0)
    merge = Merge(template(edition, frame, now), frame, 0, bytes(32), edition.language)
    return merge.envelope(reader), merge.message(reader)
