"""The relays that report over HTTP: how each is known, and how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.bounces.relays import secret_readers, signed_readers
from alerts.bounces.relays.proof import (
    Proof,
    by_ecdsa,
    by_mailgun,
    by_secret,
    by_standard_webhooks,
)
from alerts.bounces.relays.request import Reader
from alerts.bounces.relays.sns import by_sns


@dataclass(frozen=True, slots=True)
class RelaySystem:
    """One relay's way: `proof` raises `ProofFault` for a request of somebody else."""

    proof: Proof
    read: Reader


RELAY_SYSTEMS: Mapping[str, RelaySystem] = {
    "ses": RelaySystem(by_sns, signed_readers.of_ses),
    "sendgrid": RelaySystem(by_ecdsa, signed_readers.of_sendgrid),
    "mailgun": RelaySystem(by_mailgun, signed_readers.of_mailgun),
    "resend": RelaySystem(by_standard_webhooks, signed_readers.of_resend),
    "postmark": RelaySystem(by_secret, secret_readers.of_postmark),
    "mailjet": RelaySystem(by_secret, secret_readers.of_mailjet),
    "sparkpost": RelaySystem(by_secret, secret_readers.of_sparkpost),
    "brevo": RelaySystem(by_secret, secret_readers.of_brevo),
}
