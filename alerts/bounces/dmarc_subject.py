"""Tells a DMARC aggregate report from other mail by its subject; loads no parser, as each bounce is asked."""

from alerts.bounces.parse import MOST_HEAD
from alerts.mailbox.mime import bounded, fields_of, parsed

_SUBJECT = "report domain:"  # RFC 7489 §7.2.1.1


def is_report(octets: bytes) -> bool:
    """Whether a message says in its subject that it has an aggregate report."""
    top = bounded(octets[:MOST_HEAD]).partition(b"\n\n")[0]
    return _SUBJECT in fields_of(parsed(top + b"\n\n")).get("subject", "").lower()
