"""The header section of a message, and the encoding of header texts (RFC 5322, RFC 2047, RFC 2919).

Text from a feed, a setting or a subscriber becomes one value of one header, whatever it contains (X1).
All parameters are ASCII, so RFC 2231 is not needed.
"""

import binascii
import re
import unicodedata
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from alerts.domain.errors import InputError
from alerts.domain.issue import Edition
from alerts.mail.issue_headers import Frame

_LINE = 76  # octets, RFC 2047 §2; RFC 5322 §2.1.1 asks for 78
_SPECIALS = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]")
_BLANK = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_VALUE = re.compile(r"[!-~\0](?:[ -~\0]|\r\n [!-~\0])*")


def head(edition: Edition, frame: Frame, queued_at: datetime, boundary: str) -> bytes:
    """The header section, rules S2, S3, S8 to S12."""
    base = frame.base_url
    headers = (
        ("From", mailbox(frame.name_in(edition.language), frame.from_address, len("From: "))),
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
        *_complaints(frame),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    )
    return b"".join(header(name, value) for name, value in headers)


def header(name: str, value: str) -> bytes:
    """One header field; raises `InputError` for a value that is not a valid field body. May be empty."""
    if value and not _VALUE.fullmatch(value):
        raise InputError(f"{name}: {value[:60]!a} cannot stand in a header; see docs/settings.md")
    return f"{name}: {value}\r\n".encode()


def _complaints(frame: Frame) -> tuple[tuple[str, str], ...]:
    """CFBL-Address (RFC 9477): where mailbox providers send complaints; only in what we sign (§3.1)."""
    if not frame.complaints or not frame.dkim:
        return ()
    return (("CFBL-Address", f"{frame.complaints}; report=arf"),)


def _list_id(frame: Frame) -> str:
    """List-Id: a phrase and the label, at most 255 octets (RFC 2919; S8)."""
    phrase = _phrase(frame.list_name, len("List-Id: "))
    value = f"{phrase}\r\n <{frame.list_id}>" if phrase else f"<{frame.list_id}>"
    return value if len(value) <= 240 else f"<{frame.list_id}>"


def _sender_id(frame: Frame) -> str:
    """The last field of Feedback-ID: 5 to 15 characters, the same for all issues (S9)."""
    letters = re.sub(r"[^a-z0-9]", "", frame.list_id.lower())[:15]
    return letters if len(letters) >= 5 else f"{letters}alert"


# --- header texts ---------------------------------------------------------------------------------


def clean(text: str) -> str:
    """One line in which control characters, lone surrogates and runs of spaces are single spaces (X1)."""
    return _BLANK.sub(" ", unicodedata.normalize("NFC", text)).strip()


def unstructured(text: str, used: int = 0) -> str:
    """A Subject: plain ASCII as it is, else RFC 2047 encoded words; folded.

    `used` is the number of octets of the first line that are taken, here and below.
    """
    text = clean(text)
    plain = _folded(text, used) if text.isascii() and "=?" not in text else None
    return _encoded_words(text, used) if plain is None else plain


def mailbox(name: str, address: str, used: int = 0) -> str:
    """A name and an address as RFC 5322 `mailbox`; only the address if the name is empty."""
    phrase = _phrase(name, used)
    if not phrase:
        return address
    last = len(phrase.rsplit("\n", 1)[-1]) + (used if "\n" not in phrase else 0)
    space = " " if last + len(address.encode()) + 3 <= _LINE else "\r\n "
    return f"{phrase}{space}<{address}>"


def _phrase(name: str, used: int) -> str:
    """A display name: an atom or quoted string if it is ASCII, else encoded words."""
    name = clean(name)
    if not name.isascii() or "=?" in name:
        return _encoded_words(name, used)
    if _SPECIALS.search(name):
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        phrase = f'"{quoted}"'
    else:
        phrase = name
    return phrase if len(phrase) + used <= _LINE else _encoded_words(name, used)


def _folded(text: str, used: int) -> str | None:
    """Plain text folded before its spaces (RFC 5322 §2.2.3); None if a word is too long."""
    lines, room = [""], _LINE - used
    for word in re.findall(r" ?[^ ]+", text):
        if len(lines[-1]) + len(word) > room:
            if not lines[-1] or len(word) > _LINE:
                return None
            lines.append("")
            room = _LINE
        lines[-1] += word
    return "\r\n".join(lines)


def _encoded_words(text: str, used: int) -> str:
    """RFC 2047 §2 in base64: words of at most 75 octets, folded.

    Split after a space if there is one, else between two characters: some programs, such as Python's
    parser, show a space wherever a display name is split.
    """
    words, chunk, room = [], b"", 39 - used * 3 // 4
    for character in text:
        octets = character.encode()
        if chunk and len(chunk) + len(octets) > room:
            cut = chunk.rfind(b" ") + 1 or len(chunk)
            words.append(chunk[:cut])
            chunk, room = chunk[cut:], 42
        chunk += octets
    words.append(chunk)
    return "\r\n ".join(
        f"=?utf-8?b?{binascii.b2a_base64(w, newline=False).decode()}?=" for w in words
    )
