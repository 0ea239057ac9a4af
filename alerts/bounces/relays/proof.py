"""Whether a request is of our relay: by a secret, or by a signature.

A secret comes as the password of HTTP basic authentication, as a bearer token, or as the last part of the
path; compared in constant time. A signature covers the body and a time. Raises `ProofFault`, which says
no more to whoever asks than that they are not believed.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.bounces.relays.request import RelayRequest, document, part, text
from alerts.config.hook_declarations import RelayReportsSettings
from alerts.domain.errors import InputError, SettingsError
from alerts.domain.networks import belongs
from alerts.hooks.signature import is_genuine, secrets_of

OLDEST = timedelta(days=7)  # of what is signed; ids are remembered for longer
AHEAD = timedelta(minutes=10)  # that the clock of a relay may be


class ProofFault(InputError):
    """A request is not of our relay; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class Proving:
    """What a proof is made with: the settings of the relay, its secret, and how a certificate is
    fetched."""

    settings: RelayReportsSettings
    secret: str
    certificate: Callable[[str], bytes]


Proof = Callable[[RelayRequest, Proving], None]


def by_secret(request: RelayRequest, proving: Proving) -> None:
    """By a secret that both know; or by the networks in the settings, where there are any."""
    networks = proving.settings.networks
    if networks and not belongs(request.network, networks):
        raise ProofFault("it does not come from the networks in the settings")
    if not proving.secret:
        if networks:
            return
        raise SettingsError(f"relay_reports: {proving.settings.relay}: there is no secret")
    given = (request.secret, *_of_header(request.headers.get("authorization", "")))
    wanted = proving.secret.encode()
    if not any(hmac.compare_digest(one.encode(), wanted) for one in given if one):
        raise ProofFault("its secret is missing or wrong")


def _of_header(header: str) -> tuple[str, ...]:
    """The secrets that an Authorization header may carry."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return (value.strip(),)
    if scheme.lower() != "basic":
        return ()
    try:
        return (base64.b64decode(value, validate=True).decode().partition(":")[2],)
    except (binascii.Error, ValueError):
        return ()


def by_standard_webhooks(request: RelayRequest, proving: Proving) -> None:
    """By the signature of Standard Webhooks, under its own names or those of Svix."""
    setting = f"relay_reports: {proving.settings.relay}"
    headers = request.headers
    name, at, signed = (
        headers.get(f"webhook-{what}") or headers.get(f"svix-{what}", "")
        for what in ("id", "timestamp", "signature")
    )
    secrets = secrets_of(proving.secret, setting)
    if not is_genuine(secrets, name, at, signed, request.body, request.now):
        raise ProofFault("its signature is missing, wrong or too old")


def by_mailgun(request: RelayRequest, proving: Proving) -> None:
    """By Mailgun's HMAC-SHA256 over timestamp and token, in the body itself."""
    given = part({"": document(request.body)}, "", "signature")
    at, token = text(given, "timestamp"), text(given, "token")
    fresh(at, request.now)
    ours = hmac.new(proving.secret.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    if not proving.secret or not hmac.compare_digest(
        ours.encode(), text(given, "signature").encode()
    ):
        raise ProofFault("its signature is wrong")


def by_ecdsa(request: RelayRequest, proving: Proving) -> None:
    """By SendGrid's signed event webhook: ECDSA over timestamp and body, by the key it shows."""
    from alerts.bounces.relays.public_keys import is_signed_by_key  # imports cryptography

    prefix = "x-twilio-email-event-webhook"
    at = request.headers.get(f"{prefix}-timestamp", "")
    signature = request.headers.get(f"{prefix}-signature", "")
    fresh(at, request.now)
    if not is_signed_by_key(proving.secret, signature, at.encode() + request.body):
        raise ProofFault("its signature is wrong")


def fresh(seconds: str, now: datetime) -> None:
    """Raise `ProofFault` where a time (seconds since 1970) is missing, too old or to come."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        raise ProofFault("it has no time")
    at = datetime.fromtimestamp(int(seconds), UTC)
    if not now - OLDEST <= at <= now + AHEAD:
        raise ProofFault("it is too old, or a clock is wrong")
