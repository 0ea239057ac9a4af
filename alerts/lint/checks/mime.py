"""The body as MIME: its parts, their order and encoding, its lines (RFC 2045, 2046, 5322)."""

import re
from collections.abc import Iterator

from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import shortened
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

_BODY = Place("message")
_LABEL = 12  # characters


@check(
    "mime-malformed", Level.ERROR, "RFC 2046",
    why="Programs parse a broken body differently, and show it differently or not at all.",
    remedy="Close every boundary, and name the type and encoding of each part.",
)  # fmt: skip
def _malformed(document: Document, _: LintOptions) -> Iterator[Found]:
    for fault in document.mime_faults:
        yield Found(_BODY, f"The MIME structure is broken: {shortened(fault, 80)}.")


@check(
    "text-missing", Level.ERROR, "S14",
    why="Some people and all watches show the text; HTML alone counts as spam.",
    remedy="Add a text/plain part that is written for readers.",
)  # fmt: skip
def _no_text(document: Document, _: LintOptions) -> Iterator[Found]:
    if document.is_message and (not document.text or not document.text.text.strip()):
        yield Found(_BODY, "There is no text part." if not document.text else "The text is empty.")


@check(
    "html-missing", Level.WARNING, "S14",
    why="Without HTML there are no headings, link texts or pictures.",
    remedy="Add a text/html part after the text.",
)  # fmt: skip
def _no_html(document: Document, _: LintOptions) -> Iterator[Found]:
    if document.is_message and not document.html:
        yield Found(_BODY, "There is no HTML part.")


@check(
    "mime-order", Level.ERROR, "S14, RFC 2046 §5.1.4",
    why="A program shows the last part that it understands.",
    remedy="Make it multipart/alternative with the text first and the HTML after it.",
)  # fmt: skip
def _order(document: Document, _: LintOptions) -> Iterator[Found]:
    kinds = [part.kind for part in document.parts if not part.attached]
    if not document.is_message or not {"text/plain", "text/html"} <= set(kinds):
        return
    if kinds.index("text/html") < kinds.index("text/plain"):
        yield Found(_BODY, "The HTML comes before the text.")
    elif not re.search(rb"multipart/alternative", document.octets, re.IGNORECASE):
        yield Found(_BODY, "Text and HTML are not in a multipart/alternative.")


@check(
    "attachment", Level.WARNING, "S11",
    why="Attachments make bulk mail large and suspicious.",
    remedy="Link to the file.",
)  # fmt: skip
def _attachment(document: Document, _: LintOptions) -> Iterator[Found]:
    pages = [part.text for part in document.parts if part.kind == "text/html"]
    for part in document.parts:
        shown = part.cid and any(f"cid:{part.cid}" in page for page in pages)
        if (part.attached and not shown) or part.kind in (
            "application/octet-stream",
            "application/pdf",
        ):
            yield Found(_BODY, f"A file is attached: {shortened(part.kind, 40)}.")


@check(
    "charset", Level.ERROR, "RFC 2045 §5.2",
    why="A part that is not in its declared charset shows wrong characters.",
    remedy="Write UTF-8 and say so: Content-Type: text/…; charset=utf-8.",
)  # fmt: skip
def _charset(document: Document, _: LintOptions) -> Iterator[Found]:
    for part in document.parts:
        place = Place("html" if part.kind == "text/html" else "text")
        if part.fault:
            yield Found(place, f"The {part.kind} part cannot be decoded: {part.fault}.")
        elif "\ufffd" in part.text:
            yield Found(
                place, f"The {part.kind} part holds U+FFFD, a lost character.", Level.WARNING
            )


@check(
    "line-length", Level.ERROR, "RFC 5321 §4.5.3.1.6, S12",
    why="Relays cut or refuse lines over 998 octets.",
    remedy="Send the part as quoted-printable or base64.",
)  # fmt: skip
def _line_length(document: Document, _: LintOptions) -> Iterator[Found]:
    if document.is_message:
        before = len(document.header_lines)
        for number, line in enumerate(re.split(rb"\r\n|\r|\n", document.body), before):
            if len(line) > 998:
                yield Found(Place("message", number), "A line has more than 998 octets.")
                return


@check(
    "line-ends", Level.ERROR, "RFC 5321 §2.3.8, S12",
    why="Some servers refuse a lone CR or LF, and it allows SMTP smuggling.",
    remedy="End each line with CRLF, and remove NUL.",
)  # fmt: skip
def _line_ends(document: Document, _: LintOptions) -> Iterator[Found]:
    if not document.is_message:
        return
    octets = document.octets
    bare = re.search(rb"(?<!\r)\n|\r(?!\n)", octets)
    if b"\0" in octets:
        yield Found(_line_of(octets, octets.index(b"\0")), "There is a NUL octet.")
    if bare and b"\r" not in octets:
        yield Found(_BODY, "The file has LF line ends: right on disk, not on the wire.", Level.HINT)
    elif bare:
        yield Found(_line_of(octets, bare.start()), "There is a lone CR or LF.")


def _line_of(octets: bytes, position: int) -> Place:
    return Place("message", len(re.findall(rb"\r\n|\r|\n", octets[:position])) + 1)


@check(
    "eight-bit", Level.WARNING, "RFC 2045 §6, S12",
    why="Octets over 127 need a relay with 8BITMIME, and a part declared as 8bit.",
    remedy="Send the part as quoted-printable or base64.",
)  # fmt: skip
def _eight_bit(document: Document, _: LintOptions) -> Iterator[Found]:
    if document.is_message and not document.body.isascii():
        said = re.search(rb"(?im)^content-transfer-encoding:\s*(8bit|binary)", document.octets)
        level = Level.WARNING if said else Level.ERROR
        yield Found(_BODY, "The body holds octets over 127 that are not encoded.", level)


@check(
    "text-line-long", Level.HINT, "H15",
    why="A text wider than 78 columns wraps badly in a terminal and in a quote.",
    remedy="Wrap at 72 columns; put URLs on lines of their own.",
)  # fmt: skip
def _text_line(document: Document, _: LintOptions) -> Iterator[Found]:
    for place, line in document.text_lines():
        beside = len(line) - max(map(len, line.split()), default=0)
        if (
            len(line) > 78 and beside > _LABEL
        ):  # a URL cannot be wrapped; “[17]” may stand before it
            yield Found(place, "A line of the text has more than 78 characters.")
