"""Notifications of Amazon SES: JSON in a mail, in an envelope of Amazon SNS, or bare.

https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html: bounces, complaints and delays,
with a status and a diagnostic for each recipient, and the header of our message where SES is set to
include it. Never raises.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from alerts.bounces.recipients import MOST, TYPE
from alerts.bounces.report import BounceReport, Fields, Kind
from alerts.bounces.verdict import status_of, verdict
from alerts.replies.meaning import About, Action, Meaning, Verdict

_MOST_OCTETS = 512_000  # SNS carries at most 256 KB
_BRACE = re.compile(r"^[ \t]*\{", re.MULTILINE)
_LISTS = {  # kind of notification: the list of its recipients
    "Bounce": ("bounce", "bouncedRecipients"),
    "Complaint": ("complaint", "complainedRecipients"),
    "DeliveryDelay": ("deliveryDelay", "delayedRecipients"),
}
_NOBODY = Meaning(About.RECIPIENT, Verdict.HARD, Action.DROP_ADDRESS, True, "gone")
_UNTOLD = Meaning(About.AMBIGUOUS, Verdict.SOFT, Action.ASK_PERSON, False, "code")


def notification(text: str) -> tuple[BounceReport, ...] | None:
    """The reports of a notification, one per recipient; None where the text has none."""
    said = _object(text)
    if said is not None and isinstance(said.get("Message"), str):
        said = _object(said["Message"])
    if said is None:
        return None
    kind = said.get("notificationType") or said.get("eventType")
    if not isinstance(kind, str) or kind not in _LISTS:
        return None
    part, name = _LISTS[kind]
    told = _mapping(said.get(part))
    returned = _returned(_mapping(said.get("mail")))
    each = told.get(name)
    people = [one for one in each if isinstance(one, dict)] if isinstance(each, list) else []
    return tuple(_recipient(kind, told, one, returned) for one in people[:MOST]) or None


def _recipient(
    kind: str, told: Mapping[str, Any], one: Mapping[str, Any], returned: Fields
) -> BounceReport:
    who = _text(one, "emailAddress")
    if kind == "Complaint":
        words = f"feedback-type: {_text(told, 'complaintFeedbackType') or 'abuse'}"
        return BounceReport(Kind.COMPLAINT, who, diagnostic=words, returned=returned)
    diagnostic = " ".join(TYPE.sub("", _text(one, "diagnosticCode")).split())
    status = status_of(_text(one, "status"), diagnostic)
    subtype = _text(told, "bounceSubType")
    action = "delayed" if kind == "DeliveryDelay" else _text(one, "action").lower()
    words = diagnostic or _words(subtype or _text(told, "delayType"))
    found, meaning = verdict(action, status, words)
    if _text(told, "bounceType") == "Permanent" and not (diagnostic or status):
        meaning = _NOBODY if subtype == "NoEmail" else _UNTOLD
        found = Kind.HARD if meaning is _NOBODY else Kind.SOFT
    return BounceReport(found, who, status, words, kind != "DeliveryDelay", returned, meaning)


def _words(subtype: str) -> str:
    """`MailboxFull` as separate words: mailbox full."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in subtype).strip()


def _returned(mail: Mapping[str, Any]) -> Fields:
    """The header fields of our message, and its return path."""
    listed = mail.get("headers")
    fields: dict[str, str] = {}
    for field in listed if isinstance(listed, list) else []:
        if isinstance(field, dict):
            fields.setdefault(_text(field, "name").lower(), _text(field, "value"))
    if source := _text(mail, "source"):
        fields["return-path"] = source
    return fields


def _object(text: str) -> dict[str, Any] | None:
    """The JSON object at the beginning of a text, after a few words at most; text after it is ignored."""
    start = _BRACE.search(text[:_MOST_OCTETS])
    if start is None:
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(text[:_MOST_OCTETS], start.end() - 1)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value[:4000] if isinstance(value, str) else ""
