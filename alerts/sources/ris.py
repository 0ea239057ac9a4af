"""RIS, the format of reference managers: a record is lines `TAG  - value` from TY to ER.

Tags as in the specification of Research Information Systems, and as Zotero, Mendeley, EndNote, EBSCO and
Scopus write them. A value may go on in lines without a tag. Lines before the first record are of the
program that wrote the list.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from alerts.domain.errors import InputError
from alerts.sources.document import Fetched
from alerts.sources.dropped import Dropped
from alerts.sources.reference import Reference
from alerts.text.decoding import charset_of, received

_LINE = re.compile(r"([A-Z][A-Z0-9])\s{1,2}-(?:\s(.*)|\s*)")
_FIRST = re.compile(rb"\s*TY {1,2}- ")
_DATE = re.compile(r"(\d{4})(?:[/-](\d{1,2}))?(?:[/-](\d{1,2}))?(?:[/-].*)?")
_BOOKS = frozenset({"BOOK", "EBOOK", "EDBOOK", "CHAP", "ECHAP", "RPRT", "THES"})

_Fields = Mapping[str, Sequence[str]]


def claims(start: bytes) -> bool:
    """True for a document that begins as RIS does, also below lines of the program that wrote it."""
    return any(_FIRST.match(line) for line in start.removeprefix(b"\xef\xbb\xbf").splitlines()[:20])


def records(document: Fetched, place: str, most: int, dropped: Dropped) -> list[Reference]:
    """At most so many records; raises `InputError` where there is none."""
    text = received(document.body, charset_of(document.content_type)).replace("\0", "")
    found: list[Reference] = []
    fields: dict[str, list[str]] = {}
    begun, last = 0, ""

    def close(how: str = "") -> None:
        if begun:
            found.append(_reference(len(found) + 1, begun, fields))
            if how:
                dropped.mended(begun, how)

    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line.rstrip())
        tag, value = (match[1], (match[2] or "").strip()) if match else ("", line.strip())
        if tag == "TY":
            close("the record has no end (ER)")
            begun, fields, last = number, defaultdict(list, TY=[value]), ""
        elif tag == "ER" and begun:
            close()
            begun = 0
        elif tag and begun:
            fields.setdefault(tag, []).append(value)
            last = tag
        elif value and begun and last:  # goes on
            fields[last][-1] = f"{fields[last][-1]} {value}"
        elif tag and found:
            dropped.line(number, f"“{tag}” stands outside a record; the line is left out")
        if len(found) >= most:
            break
    close("the record has no end (ER)")
    if not found:
        raise InputError(
            f"{place}: no list of references; RIS begins with “TY  - ”, CSL-JSON with “[”"
        )
    return found


def _reference(number: int, line: int, fields: _Fields) -> Reference:
    def one(*tags: str) -> str:
        return next((value for tag in tags for value in fields.get(tag, ()) if value), "")

    def many(*tags: str) -> tuple[str, ...]:
        return tuple(value for tag in tags for value in fields.get(tag, ()) if value)

    book = one("TY").upper() in _BOOKS
    isbn = re.sub(r"\s.*", "", one("SN"))
    days = [_date(value) for value in many("DA", "PY", "Y1")]
    return Reference(
        number=number,
        line=line,
        title=one("TI", "T1", "CT", "BT"),
        abstract=one("AB", "N2"),
        authors=many("AU", "A1"),
        journal=one("JO", "JF", "T2", "JA", "J2") if not book else "",
        publisher=one("PB", "T2" if book else "PB"),
        date=max(days, key=len, default=""),
        language=one("LA"),
        keywords=tuple(word for value in many("KW") for word in re.split(r"[;\n]", value)),
        addresses=many("UR", "LK", "L1", "L2"),
        doi=one("DO", "M3") if one("DO") or one("M3").startswith("10.") else "",
        isbn=isbn if re.sub(r"[- ]", "", isbn)[:3] in ("978", "979") else "",
    )


def _date(text: str) -> str:
    """2026/10/05/ as 2026-10-05; other dates as they are."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return text.strip()
    return "-".join(part.zfill(2) for part in found.groups() if part)
