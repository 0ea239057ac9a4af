"""The signature of Amazon SNS, which carries the notifications of SES.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. Only topics in the
settings are looked at. The certificate is fetched over TLS, and only from a host of SNS, so that nobody
can name one of their own; so is the address that confirms a subscription.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from alerts.bounces.relays.proof import AHEAD, OLDEST, ProofFault, Proving
from alerts.bounces.relays.request import Fields, RelayRequest, objects, text

_HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}\.amazonaws\.com(?:\.cn)?")
_OF_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_OF_SUBSCRIPTION = (
    "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
)  # fmt: skip
_SIGNED = {
    "Notification": _OF_NOTIFICATION,
    "SubscriptionConfirmation": _OF_SUBSCRIPTION,
    "UnsubscribeConfirmation": _OF_SUBSCRIPTION,
}


def by_sns(request: RelayRequest, proving: Proving) -> None:
    """By the signature of SNS; raises `ProofFault`."""
    from alerts.bounces.relays.public_keys import is_signed_by_certificate  # imports cryptography

    message = envelope(request)
    if text(message, "TopicArn") not in proving.settings.topics:
        raise ProofFault("its topic is not in the settings")
    address = text(message, "SigningCertURL")
    if not of_amazon(address) or not urlsplit(address).path.endswith(".pem"):
        raise ProofFault("its certificate is at no host of Amazon SNS")
    try:
        at = datetime.fromisoformat(text(message, "Timestamp"))
    except ValueError as fault:
        raise ProofFault("it has no time") from fault
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not request.now - OLDEST <= at <= request.now + AHEAD:
        raise ProofFault("it is too old, or a clock is wrong")
    signed, version = signed_words(message), text(message, "SignatureVersion")
    certificate = proving.certificate(address)
    signature = text(message, "Signature")
    if not is_signed_by_certificate(certificate, signature, signed, version, request.now):
        raise ProofFault("its signature is wrong")


def envelope(request: RelayRequest) -> Fields:
    """The message of SNS in a request; raises `InputError`."""
    return next(iter(objects(request.body)), {})


def signed_words(message: Fields) -> bytes:
    """What is signed: names and values, each on a line."""
    lines = []
    for name in _SIGNED.get(text(message, "Type"), ()):
        value = message.get(name)
        if isinstance(value, str):
            lines += [name, value]
    return ("\n".join(lines) + "\n").encode()


def of_amazon(address: str) -> bool:
    """Whether an address is https at a host of SNS, by no port of its own."""
    try:
        parts = urlsplit(address)
        return bool(
            parts.scheme == "https"
            and parts.netloc == (parts.hostname or "")
            and _HOST.fullmatch(parts.netloc)
        )
    except ValueError:
        return False
