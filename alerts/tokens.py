"""Signed tokens for links and return paths: who or what is meant, and proof that we said so.

A token reads `<secret id>-<number>-<mac>`, all in lower-case hexadecimal, so that it stands in a URL
and in the part of an address before the @ alike. The mac is keyed BLAKE2b (RFC 7693), 120
bits, personalised by purpose: a token of one purpose never serves for another. Tokens do not
expire; a rotated key keeps verifying. Pure: keys are arguments.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from enum import Enum


class Purpose(Enum):
    """What a token is good for (at most 16 octets: BLAKE2's personalisation)."""

    UNSUBSCRIBE = b"unsubscribe"
    PREFERENCES = b"preferences"
    DELIVERY = b"delivery"


_TOKEN = re.compile(r"([0-9a-f]{1,15})-([0-9a-f]{1,15})-([0-9a-f]{30})")


def sign(secret_id: int, secret: bytes, purpose: Purpose, number: int) -> str:
    """The token of that purpose for `number`, the id of a subscriber or a delivery."""
    return f"{secret_id:x}-{number:x}-{_mac(secret, purpose, number)}"


def verify(secrets: Mapping[int, bytes], purpose: Purpose, token: str) -> int | None:
    """The number that the token was signed for, or None where it is not ours."""
    match = _TOKEN.fullmatch(token.lower())
    if not match:
        return None
    secret = secrets.get(int(match[1], 16))
    number = int(match[2], 16)
    if secret is None or not hmac.compare_digest(match[3], _mac(secret, purpose, number)):
        return None
    return number


def _mac(secret: bytes, purpose: Purpose, number: int) -> str:
    return hashlib.blake2b(
        b"%d" % number, digest_size=15, key=secret, person=purpose.value
    ).hexdigest()
