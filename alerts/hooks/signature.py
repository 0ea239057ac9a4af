"""Signatures of the Standard Webhooks specification, which Svix and so Resend use, too.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: HMAC-SHA256
over `id.timestamp.body`, in base64, after `v1,`; several stand beside each other while a secret is
changed. A secret is written `whsec_` and base64. Pure.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.domain.errors import SettingsError

PREFIX = "whsec_"
LEAST_OCTETS, MOST_OCTETS = 24, 64  # of a secret
TOLERANCE = timedelta(minutes=5)  # between the clocks of sender and receiver


def secret_of(octets: bytes) -> str:
    """The secret as it is written."""
    return PREFIX + base64.b64encode(octets).decode()


def secrets_of(text: str, setting: str) -> tuple[bytes, ...]:
    """The secrets in a text, separated by spaces: the new one first while it is changed.

    Raises `SettingsError` that names `setting`, and never shows a secret.
    """
    found = []
    for word in text.split():
        try:
            octets = base64.b64decode(word.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            octets = b""
        if not LEAST_OCTETS <= len(octets) <= MOST_OCTETS:
            raise SettingsError(
                f"{setting}: no secret such as whsec_… of {LEAST_OCTETS} to {MOST_OCTETS} octets;"
                " `alerts hook secret` makes one"
            )
        found.append(octets)
    if not found:
        raise SettingsError(f"{setting}: there is no secret; `alerts hook secret` makes one")
    return tuple(found)


def signature(secrets: Sequence[bytes], name: str, at: datetime, body: bytes) -> str:
    """The value of the header webhook-signature; `name` is that of webhook-id, `at` of the timestamp."""
    signed = f"{name}.{int(at.timestamp())}.".encode() + body
    each = (base64.b64encode(hmac.digest(one, signed, hashlib.sha256)).decode() for one in secrets)
    return " ".join(f"v1,{one}" for one in each)


def is_genuine(
    secrets: Sequence[bytes], name: str, timestamp: str, signatures: str, body: bytes, now: datetime
) -> bool:
    """Whether one of the signatures is of one of the secrets, and not older than `TOLERANCE`."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    at = datetime.fromtimestamp(int(timestamp), now.tzinfo)
    if abs(now - at) > TOLERANCE:
        return False
    ours = signature(secrets, name, at, body).split()
    theirs = signatures.split()[:20]
    return any(hmac.compare_digest(a.encode(), b.encode()) for a in ours for b in theirs)
