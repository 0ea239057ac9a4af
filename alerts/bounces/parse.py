"""Parses a returned message: its own text, its machine-readable fields, and our quoted message.

Accepts any octets, with any line ends, truncated or malformed, and reads a limited part of them (X4).
Never raises. `classify` decides what the message means.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from html import unescape

from alerts.bounces import xarf
from alerts.bounces.report import Fields
from alerts.mailbox.mime import (
    LONGEST_TEXT,
    MOST_PARTS,
    POLICY,
    bounded,
    characters,
    fields_of,
    one_line,
    parameter,
    parsed,
    parts_in,
    text_of,
)

MOST_HEAD = 256_000

_RETURNED = ("message/rfc822", "message/global", "message/partial")
_RETURNED_HEAD = ("text/rfc822-headers", "text/rfc822-header", "message/global-headers")
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_FIELD = re.compile(r"(?:>[ ]?)*[ \t]{0,4}([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)")
_QUOTED = re.compile(r"^>[> ]*", re.MULTILINE)
# The beginning of our message in a report that is not divided into parts.
_ORIGINAL = re.compile(
    r"^[> ]*(?:Return-Path|Received|X-Apparently-To|Delivered-To|DomainKey-Signature)[ ]?:"
    r"|^[ >*=|-]*(?:begin )?(?:original message|message text|returned message|message header"
    r"|header of the original|unsent message)s?(?: follows?| below)?[ .:=|*-]*$",
    re.IGNORECASE | re.MULTILINE,
)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_STYLE = re.compile(r"</?(?:style|script|title)\b[^<>]*>", re.IGNORECASE)


@dataclass(slots=True)
class Mail:
    """`head`: its own fields. `text`: its text for people. `groups`: machine-readable fields, one group
    for the message and one for each recipient. `feedback`: the fields of a complaint. `returned`:
    the header fields of our message."""

    head: Fields
    text: str = ""
    groups: list[Fields] = field(default_factory=list)
    feedback: Fields = field(default_factory=dict)
    returned: Fields = field(default_factory=dict)
    report_type: str = ""


def taken_apart(octets: bytes) -> Mail:
    """The parsed message; anything beyond `MOST_OCTETS` or `MOST_PARTS` is ignored."""
    plain = bounded(octets)
    try:
        message = parsed(plain)
        mail = Mail(fields_of(message))
        mail.report_type = parameter(message, "report-type")
        _gather(message, mail)
        if not mail.text and not mail.groups:  # the header names a wrong boundary
            mail.text = characters(plain.partition(b"\n\n")[2], "")[:LONGEST_TEXT]
    except RecursionError:  # parts nested hundreds deep, to cause harm
        return Mail({})
    _without_original(mail)
    return mail


def head(octets: bytes) -> Fields:
    """The header fields of a message; of repeated fields all values, one per line."""
    plain = octets[:MOST_HEAD].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    message = BytesHeaderParser(policy=POLICY).parsebytes(plain.partition(b"\n\n")[0])
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        said = one_line(value)
        found[name.lower()] = f"{found.get(name.lower(), '')}\n{said}".strip()
    return found


def groups(text: str) -> Iterator[Fields]:
    """Yield each block of header fields in a text, whether quoted or indented or neither."""
    group: dict[str, str] = {}
    name = ""
    for line in text.split("\n"):
        bare = _QUOTED.sub("", line) if line.startswith(">") else line
        match = _FIELD.match(line)
        if match and (not name or not bare.startswith((" " * 5, "\t"))):
            name = match[1].lower()
            if name == "final-recipient" and name in group:  # no empty line between two recipients
                yield group
                group = {}
            group.setdefault(name, match[2].strip())
        elif name and bare[:1] in (" ", "\t") and bare.strip():
            group[name] = f"{group[name]} {bare.strip()}"
        else:
            if group:
                yield group
            group, name = {}, ""
    if group:
        yield group


def _gather(message: Message, mail: Mail) -> None:
    """Read the parts, except those of the returned message."""
    texts: list[str] = []
    pages: list[str] = []
    waiting = [message]
    for _ in range(MOST_PARTS):
        if not waiting:
            break
        part = waiting.pop(0)
        kind = part.get_content_type()
        if kind in _REPORTS:
            mail.groups += _report(part)
        elif kind == "message/feedback-report":
            mail.feedback = mail.feedback or _report_fields(part)
        elif kind == "application/json":
            if told := xarf.quoted(_whole(part)):
                mail.returned = mail.returned or told
                mail.feedback = mail.feedback or {"feedback-type": "xarf"}
        elif kind in _RETURNED or kind in _RETURNED_HEAD:
            original = next(iter(parts_in(part)), None)
            found = next(groups(text_of(part)), {}) if original is None else fields_of(original)
            mail.returned = mail.returned or found
        elif part.is_multipart():
            waiting[:0] = parts_in(part)
        elif kind == "text/html":
            pages.append(_words(text_of(part)))
        elif _readable(part):
            texts.append(text_of(part))
    mail.text = ("\n".join(filter(str.strip, texts)) or "\n".join(pages))[:LONGEST_TEXT]


def _whole(part: Message) -> str:
    """The text of a part, which is as long as the message may be."""
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _without_original(mail: Mail) -> None:
    """Cut the text where our own message begins, and keep its header fields."""
    for start in _ORIGINAL.finditer(mail.text):
        rest = mail.text[start.start() :]
        if start.start() == 0 and not re.match(r"\W*(?:original|returned|unsent)", rest, re.I):
            continue  # the whole text is our message: no text remains
        found = next(
            (each for each in groups(rest) if {"from", "to", "message-id"} & set(each)), {}
        )
        mail.returned = mail.returned or found
        mail.text = mail.text[: start.start()]
        return


def _report(part: Message) -> list[Fields]:
    if not part.is_multipart():
        return list(groups(text_of(part)))
    found: list[Fields] = []
    for each in parts_in(part):
        own = fields_of(each)
        rest = [] if each.is_multipart() else list(groups(text_of(each)))
        found += [group for group in (own, *rest) if group]
    return found


def _report_fields(part: Message) -> Fields:
    merged: dict[str, str] = {}
    for group in _report(part):
        merged = {**group, **merged}
    return merged


def _readable(part: Message) -> bool:
    kind = part.get_content_type()
    return kind == "application/octet-stream" or kind.startswith(("text/", "message/"))


def _words(page: str) -> str:
    """The text of an HTML page, good enough to search for a sentence."""
    return unescape(_TAG.sub(" ", _BREAK.sub("\n", "".join(_STYLE.split(page)[::2]))))
