"""Finds the DMARC aggregate report in a mail, and has it parsed in a cell."""

from collections.abc import Iterator
from email.message import Message
from typing import Any

from alerts.mailbox.dmarc_xml import MOST_ROWS, DmarcReport, DmarcRow
from alerts.mailbox.mime import bounded, file_name, leaves, parsed
from alerts.sources.cell.checks import count, items, line, row
from alerts.sources.cell.job import Job, Task
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline

_KINDS = (
    "application/zip", "application/x-zip-compressed", "application/x-zip", "application/gzip",
    "application/x-gzip", "application/xml", "text/xml", "application/octet-stream",
    "application/tlsrpt+gzip",
)  # fmt: skip
_ENDINGS = (".xml", ".xml.gz", ".zip", ".gz")


def attachment(octets: bytes) -> bytes | None:
    """What may be an aggregate report in a message; None for another message. Never raises."""
    try:
        return next(_found(parsed(bounded(octets))), None)
    except RecursionError:
        return None


def _found(message: Message) -> Iterator[bytes]:
    for part in leaves(message):
        name = file_name(part).lower()
        if part.get_content_type() in _KINDS or name.endswith(_ENDINGS):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload:
                yield payload


def report_in(octets: bytes, cells: Cells, deadline: Deadline) -> DmarcReport:
    """The report in an attachment; raises `InputError`."""
    return cells.ask(Job(Task.DMARC, "DMARC report"), octets, _checked, deadline)


def _checked(value: Any) -> DmarcReport:
    """The answer of a cell, each field checked."""
    receiver, number, domain, policy, begun, ended, rows = row(value, 7)
    found = []
    for one in items(rows, MOST_ROWS):
        source, header_from, dkim, spf, disposition, signed_by, times = row(one, 7)
        found.append(
            DmarcRow(
                line(source),
                line(header_from),
                line(dkim),
                line(spf),
                line(disposition),
                line(signed_by),
                count(times),
            )
        )
    return DmarcReport(
        line(receiver),
        line(number),
        line(domain),
        line(policy),
        count(begun),
        count(ended),
        tuple(found),
    )
