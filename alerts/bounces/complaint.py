"""Complaints: abuse reports (RFC 5965), and Microsoft's older form without machine-readable fields."""

import re

from alerts.bounces.parse import Mail, groups
from alerts.bounces.recipients import address
from alerts.bounces.report import BounceReport, Fields, Kind

# Feedback types that are not complaints: RFC 5965 not-spam, RFC 6591 auth-failure.
_NO_COMPLAINT = ("not-spam", "auth-failure", "dmarc")
_SUBJECT = re.compile(
    r"\bcomplaint about message from\b|\babuse (?:report|complaint)\b", re.IGNORECASE
)
_RECIPIENT = (
    "original-rcpt-to",
    "removal-recipient",
    "x-hmxmroriginalrecipient",
    "delivered-to",
    "to",
)


def complaint(mail: Mail) -> BounceReport | None:
    """The report for a complaint; None if the message is not one."""
    fields: Fields = mail.feedback
    if not fields:
        fields = next((each for each in groups(mail.text) if "feedback-type" in each), {})
    if not fields and not (mail.returned and _SUBJECT.search(mail.head.get("subject", ""))):
        return None
    kind = fields.get("feedback-type", "").lower()
    if kind in _NO_COMPLAINT:
        return BounceReport(
            Kind.UNRECOGNISED, diagnostic=f"feedback-type: {kind}", returned=mail.returned
        )
    known = (address(said.get(name, "")) for name in _RECIPIENT for said in (fields, mail.returned))
    return BounceReport(
        Kind.COMPLAINT,
        next(filter(None, known), ""),
        diagnostic=f"feedback-type: {kind}" if kind else mail.head.get("subject", "")[:300],
        returned=mail.returned,
    )
