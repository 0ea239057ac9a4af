"""A message, or a part of one, parsed for the checks: header fields, MIME parts, text, page.

Any bytes are parsed without failing: what is malformed is kept as a fault, which a check reports.
Header fields keep their raw octets, since several rules are about those. Makes no findings itself.
"""

import binascii
import codecs
import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from functools import cached_property

from alerts.lint.computed_style import Cascade
from alerts.lint.link import Link
from alerts.lint.matcher import Matcher
from alerts.lint.page import Element, HtmlPage
from alerts.lint.place import Place

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BODY_FROM = re.compile(rb"\r?\n\r?\n|\r\r(?!\n)")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?)")
_MOST_PARTS, _MOST_LINES = 200, 5_000  # at most so many are read, of a body and of a header


@dataclass(frozen=True, slots=True)
class Header:
    """A header field: its name as written, its raw value with folds, its line (from 1) in the message."""

    name: str
    raw: bytes
    line: int

    @property
    def value(self) -> str:
        """The value unfolded (RFC 5322 §2.2.3), not decoded."""
        text = self.raw.decode("utf-8", "replace")
        return re.sub(r"[\r\n]+", "", text).strip()

    @property
    def decoded(self) -> str:
        """The value as a reader sees it, encoded words decoded (RFC 2047)."""
        return decode_words(self.value)


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the MIME tree, decoded; `fault` says why it cannot be decoded, or is empty. `cid` is its
    Content-ID without brackets, by which HTML names a picture within the message (RFC 2392)."""

    kind: str
    octets: bytes
    text: str
    attached: bool
    fault: str = ""
    cid: str = ""


class Document:
    """What the checks read. `kind` is `message`, `html` or `text`."""

    def __init__(self, octets: bytes, kind: str = "message") -> None:
        self.octets, self.kind = octets, kind
        self.mime_faults: list[str] = []
        self.parts = tuple(self._leaves())

    @property
    def is_message(self) -> bool:
        """False for a bare HTML or text part, which has no header and no sibling."""
        return self.kind == "message"

    @cached_property
    def head(self) -> bytes:
        """The octets of the header section."""
        found = _BODY_FROM.search(self.octets)
        return self.octets[: found.start()] if found else self.octets

    @cached_property
    def header_lines(self) -> tuple[bytes, ...]:
        """The lines of the header section without their ends."""
        lines = _LINE_END.split(self.head) if self.is_message and self.head else []
        return tuple(lines[:_MOST_LINES])

    @cached_property
    def headers(self) -> tuple[Header, ...]:
        """All header fields in order; malformed lines are left out."""
        fields: list[tuple[str, list[bytes], int]] = []
        for number, line in enumerate(self.header_lines, 1):
            if line[:1] in (b" ", b"\t"):
                if fields:
                    fields[-1][1].append(line)
            elif match := _FIELD.fullmatch(line):
                fields.append((match[1].decode("ascii"), [match[2]], number))
        return tuple(Header(name, b"\r\n".join(raw), line) for name, raw, line in fields)

    @cached_property
    def body(self) -> bytes:
        """What follows the header section, still encoded."""
        return self.octets[len(self.head) :] if self.is_message else self.octets

    @cached_property
    def _by_name(self) -> dict[str, list[Header]]:
        found: dict[str, list[Header]] = {}
        for header in self.headers:
            found.setdefault(header.name.lower(), []).append(header)
        return found

    def all(self, name: str) -> list[Header]:
        """The fields of that name."""
        return self._by_name.get(name.lower(), [])

    def first(self, name: str) -> Header | None:
        """The first field of that name."""
        return next(iter(self.all(name)), None)

    @cached_property
    def subject(self) -> str:
        """The subject as a reader sees it."""
        header = self.first("Subject")
        return header.decoded if header else ""

    @cached_property
    def html(self) -> Part | None:
        """The HTML part that is shown."""
        return self._shown("text/html")

    @cached_property
    def text(self) -> Part | None:
        """The text part that is shown."""
        return self._shown("text/plain")

    @cached_property
    def page(self) -> HtmlPage | None:
        """The HTML part, parsed; None if there is none."""
        return HtmlPage(self.html.text) if self.html else None

    @cached_property
    def matcher(self) -> Matcher | None:
        """Matches the selectors of the page's style sheets."""
        return Matcher(self.page) if self.page else None

    @cached_property
    def light(self) -> Cascade | None:
        """The computed styles in light mode."""
        return Cascade(self.page, self.matcher) if self.page and self.matcher else None

    @cached_property
    def dark(self) -> Cascade | None:
        """The computed styles in dark mode, if the page has rules for it."""
        if not self.page or not self.matcher:
            return None
        conditions = {
            condition
            for sheet, _ in self.page.sheets
            for rule in sheet.rules
            for condition in rule.conditions
        }
        known = any(re.search(r"prefers-color-scheme\s*:\s*dark", one) for one in conditions)
        return Cascade(self.page, self.matcher, dark=True) if known else None

    def named(self, *names: str) -> Iterator[tuple[Element, Place]]:
        """The elements with these names, or all, each with its place, in document order."""
        if self.page:
            for element in self.page.named(*names) if names else self.page.elements:
                yield element, self.page.place(element)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All `<a href>` of the page."""
        found = self.named("a")
        return tuple(Link(element, place) for element, place in found if "href" in element.attrib)

    def texts(self) -> Iterator[tuple[Element, Place, str]]:
        """Each visible text of the page, on one line, with its element and place."""
        for element, look in self.light.looks.items() if self.light else ():
            if not look.seen or self.page is None:
                continue
            for piece in (element.text, *(child.tail for child in element)):
                if piece and piece.strip():
                    yield element, self.page.place(element), " ".join(piece.split())

    def text_lines(self) -> Iterator[tuple[Place, str]]:
        """The lines of the text part, each with its place."""
        for number, line in enumerate(self.text.text.splitlines() if self.text else (), 1):
            yield Place("text", number), line

    @cached_property
    def language(self) -> str:
        """The declared language: Content-Language, else `<html lang>`, else ""."""
        header = self.first("Content-Language")
        said = header.value if header else self.page.language if self.page else ""
        return said.split(",")[0].strip().lower()

    def _shown(self, kind: str) -> Part | None:
        return next((p for p in self.parts if p.kind == kind and not p.attached), None)

    def _leaves(self) -> Iterator[Part]:
        if not self.is_message:
            text, fault = _decoded(self.octets, _charset_of_file(self.octets))
            yield Part(
                f"text/{'html' if self.kind == 'html' else 'plain'}",
                self.octets,
                text,
                False,
                fault,
            )
            return
        try:
            tree = email.message_from_bytes(self.octets)
            nodes = [node for node, _ in zip(tree.walk(), range(_MOST_PARTS), strict=False)]
        except RecursionError:
            self.mime_faults.append("its parts are nested too deeply")
            return
        for node in nodes:
            self.mime_faults += [_words(type(defect).__name__) for defect in node.defects]
            if not node.is_multipart():
                yield _part(node)


def _charset_of_file(octets: bytes) -> str:
    """The charset of a bare part: from its byte order mark or its <meta>, else UTF-8."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")
    ):  # fmt: skip
        if octets.startswith(mark):
            return name
    said = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", octets[:4096], re.IGNORECASE)
    return said[1].decode("ascii") if said else "utf-8"


def _part(node: "Message[str, str]") -> Part:
    payload = node.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    kind = node.get_content_type()
    attached = node.get_content_disposition() == "attachment" or bool(_file_name(node))
    if not kind.startswith("text/"):
        cid = str(node.get("Content-ID", "")).strip(" <>\r\n")
        return Part(kind, octets, "", attached, cid=cid)
    text, fault = _decoded(octets, _charset(node))
    return Part(kind, octets, text, attached, fault)


def _charset(node: "Message[str, str]") -> str:
    try:
        return node.get_content_charset("us-ascii")
    except (UnicodeError, LookupError, ValueError):
        return "?"


def _file_name(node: "Message[str, str]") -> str:
    try:
        return node.get_filename("")
    except (UnicodeError, LookupError, ValueError):
        return "?"


def _decoded(octets: bytes, charset: str) -> tuple[str, str]:
    """The decoded text, and what is wrong with it or ""; never fails."""
    try:
        return octets.decode(charset), ""
    except (LookupError, ValueError):
        text = octets.decode("utf-8", "replace")
    return text, f"it is not what it says it is: charset {charset[:40]}"


def _words(name: str) -> str:
    """The name of a defect class, such as “StartBoundaryNotFoundDefect”, as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Defect")).lower()


def decode_words(value: str) -> str:
    """`value` with its RFC 2047 encoded words decoded; those that cannot be decoded stay as they are."""
    return ENCODED_WORD.sub(_decode_word, _BETWEEN_WORDS.sub(r"\1\2", value))


def _decode_word(word: re.Match[str]) -> str:
    charset, encoding, text = word[1].partition("*")[0], word[2].lower(), word[3]
    try:
        octets = (
            binascii.a2b_base64(text.encode())
            if encoding == "b"
            else binascii.a2b_qp(text.encode(), header=True)
        )
        return octets.decode(charset)
    except (LookupError, ValueError):
        return word[0]
