"""DMARC aggregate reports (RFC 7489 appendix C, RFC 9990): who sends as a domain, as a receiver saw it.

An attachment is XML, in gzip or in a ZIP file. Reads a limited part (rule X4), expands no entity, and
raises `InputError`. Runs in a cell.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from alerts.domain.errors import InputError
from alerts.domain.printable import printable

MOST_OCTETS = 20_000_000  # of the XML
MOST_ROWS = 20_000
_LONGEST = 255  # characters of one field
_RESULTS = ("pass", "fail")
_DISPOSITIONS = ("none", "quarantine", "reject")


@dataclass(frozen=True, slots=True)
class DmarcRow:
    """`number` messages from the address `source`: whether DKIM and SPF were aligned (pass, fail), what
    was done with them, and the domains whose DKIM signatures were valid."""

    source: str
    header_from: str
    dkim: str
    spf: str
    disposition: str
    signed_by: str
    number: int


@dataclass(frozen=True, slots=True)
class DmarcReport:
    """One report of a receiver about a domain; times in seconds since 1970."""

    receiver: str
    number: str
    domain: str
    policy: str
    begun: int
    ended: int
    rows: tuple[DmarcRow, ...]


def read(octets: bytes) -> DmarcReport:
    """The report in an attachment."""
    try:
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
        )
        root = etree.fromstring(_unpacked(octets), parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise InputError("the attachment is no DMARC report") from fault
    if _name(root) != "feedback":
        raise InputError("the attachment is no DMARC report")
    meta, policy = _child(root, "report_metadata"), _child(root, "policy_published")
    span = _child(meta, "date_range")
    rows = tuple(_rows(root))
    domain = _text(policy, "domain").lower().rstrip(".")
    if not domain:
        raise InputError("the DMARC report names no domain")
    return DmarcReport(
        _text(meta, "org_name"),
        _text(meta, "report_id"),
        domain,
        _text(policy, "p").lower(),
        _number(_text(span, "begin")),
        _number(_text(span, "end")),
        rows,
    )


def _unpacked(octets: bytes) -> bytes:
    """The XML in an attachment, of a limited length."""
    try:
        if octets[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(octets)) as archive:
                names = [one for one in archive.infolist() if one.filename.lower().endswith(".xml")]
                if not names or names[0].flag_bits & 1:
                    raise InputError("the ZIP file has no XML that can be read")
                with archive.open(names[0]) as file:
                    found = file.read(MOST_OCTETS + 1)
        elif octets[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(octets)) as file:
                found = file.read(MOST_OCTETS + 1)
        else:
            found = octets
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError) as fault:
        raise InputError("the attachment cannot be unpacked") from fault
    if len(found) > MOST_OCTETS:
        raise InputError(f"the DMARC report is over {MOST_OCTETS:,} octets")
    return found


def _rows(root: "etree._Element") -> Iterator[DmarcRow]:
    """The rows; the results that are no word of the format count as failed."""
    left = MOST_ROWS
    for record in root:
        if _name(record) != "record":
            continue
        left -= 1
        if left < 0:
            raise InputError(f"the DMARC report has over {MOST_ROWS:,} rows")
        row, names = _child(record, "row"), _child(record, "identifiers")
        judged, seen = _child(row, "policy_evaluated"), _child(record, "auth_results")
        signed = sorted(
            {
                _text(one, "domain").lower()
                for one in (seen if seen is not None else ())
                if _name(one) == "dkim" and _text(one, "result").lower() == "pass"
            }
        )
        yield DmarcRow(
            _text(row, "source_ip"),
            _text(names, "header_from").lower(),
            _one_of(_text(judged, "dkim").lower(), _RESULTS, "fail"),
            _one_of(_text(judged, "spf").lower(), _RESULTS, "fail"),
            _one_of(_text(judged, "disposition").lower(), _DISPOSITIONS, "none"),
            " ".join(signed)[:_LONGEST],
            _number(_text(row, "count")),
        )


def _one_of(word: str, words: tuple[str, ...], otherwise: str) -> str:
    return word if word in words else otherwise


def _name(element: "etree._Element") -> str:
    """The name without its namespace, which RFC 7489 has none of; empty for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(element: "etree._Element | None", name: str) -> "etree._Element | None":
    for one in element if element is not None else ():
        if _name(one) == name:
            found: etree._Element = one
            return found
    return None


def _text(element: "etree._Element | None", name: str) -> str:
    child = _child(element, name)
    text = child.text if child is not None else ""
    return printable(" ".join((text or "").split()), _LONGEST)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
