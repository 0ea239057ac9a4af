"""Signed tokens for links and return paths (X7).

A token is `<secret id>-<number>-<mac>`, all in lower-case hexadecimal, so that it can be part of a URL
or of the local part of an address; one that expires has its last second (Unix time) before the mac. The
mac is keyed BLAKE2b (RFC 7693), 120 bits, personalised by purpose: a token of one purpose is invalid
for any other. A token has only one valid spelling. Older keys keep verifying after a rotation. Pure:
keys and the clock are arguments.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Purpose(Enum):
    """The purpose of a token (at most 16 octets: BLAKE2's personalisation)."""

    UNSUBSCRIBE = b"unsubscribe"
    PREFERENCES = b"preferences"
    DELIVERY = b"delivery"
    # these expire
    CONFIRM = b"confirm"
    UNDO = b"undo"
    FORM = b"form"
    SIGN_IN = b"sign in"  # at the desk
    MAILBOX = b"mailbox"  # proof that the visitor reads the mailbox of a notice
    # the return path and Message-ID of a notice
    NOTICE = b"notice"
    # an article of an edition, the same in every copy, for counts
    CLICK = b"click"
    OPEN = b"open"


_NUMBER = "(0|[1-9a-f][0-9a-f]{0,14})"
_TOKEN = re.compile(f"{_NUMBER}-{_NUMBER}-([0-9a-f]{{30}})")
_EXPIRING = re.compile(f"{_NUMBER}-{_NUMBER}-{_NUMBER}-([0-9a-f]{{30}})")


@dataclass(frozen=True, slots=True)
class ExpiringToken:
    """The content of an expiring token: its number, and its last second (Unix time)."""

    number: int
    until: int


def sign(secret_id: int, secret: bytes, purpose: Purpose, number: int) -> str:
    """The token for `number` (the id of a subscriber or a delivery) and that purpose."""
    return f"{secret_id:x}-{number:x}-{_mac(secret, purpose, b'%d' % number)}"


def verify(secrets: Mapping[int, bytes], purpose: Purpose, token: str) -> int | None:
    """The number that the token was signed for, or None if the token is invalid."""
    match = _TOKEN.fullmatch(token)
    if not match:
        return None
    number = int(match[2], 16)
    return number if _ours(secrets, purpose, match[1], b"%d" % number, match[3]) else None


def sign_until(secret_id: int, secret: bytes, purpose: Purpose, number: int, until: int) -> str:
    """The same, valid until that second (Unix time)."""
    mac = _mac(secret, purpose, b"%d %d" % (number, until))
    return f"{secret_id:x}-{number:x}-{until:x}-{mac}"


def verify_until(
    secrets: Mapping[int, bytes], purpose: Purpose, token: str
) -> ExpiringToken | None:
    """The content of an expiring token, or None if it is invalid. The caller compares the time."""
    match = _EXPIRING.fullmatch(token)
    if not match:
        return None
    said = ExpiringToken(int(match[2], 16), int(match[3], 16))
    signed = b"%d %d" % (said.number, said.until)
    return said if _ours(secrets, purpose, match[1], signed, match[4]) else None


def _ours(
    secrets: Mapping[int, bytes], purpose: Purpose, secret_id: str, signed: bytes, mac: str
) -> bool:
    secret = secrets.get(int(secret_id, 16))
    return secret is not None and hmac.compare_digest(mac, _mac(secret, purpose, signed))


def _mac(secret: bytes, purpose: Purpose, signed: bytes) -> str:
    return hashlib.blake2b(signed, digest_size=15, key=secret, person=purpose.value).hexdigest()
