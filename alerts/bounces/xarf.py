"""Complaints in the JSON of XARF (https://xarf.org), which RFC 9477 allows beside RFC 5965. Never raises."""

import base64
import binascii
import json
from typing import Any

from alerts.bounces.report import Fields
from alerts.mailbox.mime import fields_of, parsed

_MOST_SAMPLES = 10


def quoted(text: str) -> Fields:
    """The header fields of our message in a report; empty where the text is none, or quotes no message."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    report = found.get("Report") if isinstance(found, dict) else None
    if not isinstance(report, dict):
        return {}
    for holder in (report, found):
        for name in ("Samples", "Sample"):
            listed = holder.get(name)
            samples = listed if isinstance(listed, list) else [listed]
            for sample in samples[:_MOST_SAMPLES]:
                if fields := _fields(sample):
                    return fields
    return {}


def _fields(sample: Any) -> Fields:
    """The header fields of one sample, if it is a message."""
    if not isinstance(sample, dict):
        return {}
    named = {str(name).lower(): value for name, value in sample.items()}
    kind, payload = str(named.get("contenttype", "")).lower(), named.get("payload")
    if not kind.startswith("message/") and kind != "text/rfc822-headers":
        return {}
    if not isinstance(payload, str):
        return {}
    octets = payload.encode("utf-8", "replace")
    if named.get("base64encoded") is True:
        try:
            octets = base64.b64decode(octets, validate=False)
        except (binascii.Error, ValueError):
            return {}
    return fields_of(parsed(octets.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n"))
