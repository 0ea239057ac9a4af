"""The test mail at the end of setting up, and what the server that took it wrote into its header.

The verdicts on SPF, DKIM and DMARC are read where the mail went to the mailbox of bounces; elsewhere a person
has to look.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesParser
from email.policy import compat32

from alerts.config.secret_files import password
from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.delivery import DeliveryState, Envelope, Outcome
from alerts.mail.dkim_keys import Keyring
from alerts.mail.incident_mail import incident_mail
from alerts.mailbox.imap import ImapMailbox
from alerts.transport.relay import relay_of
from alerts.transport.send_one import SingleSender

_VERDICT = re.compile(r"\b(spf|dkim|dmarc)=([a-z]+)", re.IGNORECASE)
_PAUSE = 2.0  # seconds between two looks into the mailbox
WANTED = ("spf", "dkim", "dmarc")


@dataclass(frozen=True, slots=True)
class TestMail:
    """A test mail: the relay's answer, and its Message-ID without brackets."""

    outcome: Outcome
    message_id: str

    @property
    def taken(self) -> bool:
        """Whether the relay has taken it."""
        return self.outcome.state is DeliveryState.SENT


@dataclass(frozen=True, slots=True)
class ReturnedHeaders:
    """What came back: whether the mail was found, and the verdicts of its server by name; empty where it
    wrote none."""

    found: bool
    verdicts: Mapping[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether all three say pass."""
        return all(self.verdicts.get(name) == "pass" for name in WANTED)


def send_test(
    settings: Settings, to: Address, now: datetime, token: str, environ: Mapping[str, str]
) -> TestMail:
    """Send it as an issue is sent: From, envelope, signature, relay. Raises `SettingsError` and
    `RelayUnavailable`."""
    sender = Address.parse(settings.sender.address)
    message = incident_mail(
        settings.sender.name or settings.alert.name,
        str(sender),
        str(to),
        f"[TEST] {settings.alert.name}",
        (
            f"This is a test mail of {settings.alert.name}, by `alerts setup`.",
            "Show the source of this message. There should be: spf=pass, dkim=pass, dmarc=pass.",
        ),
        f"setup-{token}",
        now,
        Keyring.load(settings).signer_of(now),
    )
    back = Address.parse(settings.sender.bounces or settings.sender.address)
    with SingleSender(relay_of(settings, environ)) as relay:
        outcome = relay.send(Envelope(str(back), str(to)), message)
    return TestMail(outcome, f"setup-{token}@{sender.domain}")


def reads_back(settings: Settings, to: Address) -> bool:
    """Whether a mail to this address comes into the mailbox that is read for bounces."""
    if not settings.bounces.mailbox:
        return False
    back = Address.parse(settings.sender.bounces or settings.sender.address)
    return str(to).lower() == str(back).lower()


def returned_headers(
    settings: Settings, message_id: str, environ: Mapping[str, str], patience: float
) -> ReturnedHeaders:
    """Look for the test mail in the mailbox of bounces, for at most so many seconds; it is not marked as
    seen. Raises `SettingsError` and `MailboxUnavailable`."""
    box = ImapMailbox.parse(
        settings.bounces.mailbox,
        settings.delivery.timeout.total_seconds(),
        oauth=bool(settings.bounces.token_command),
    )
    until = time.monotonic() + patience
    while True:
        octets = box.named(password(settings, "bounces", environ) or "", message_id)
        if octets is not None:
            return ReturnedHeaders(True, verdicts(octets))
        if time.monotonic() + _PAUSE > until:
            return ReturnedHeaders(False)
        time.sleep(_PAUSE)


def verdicts(octets: bytes) -> Mapping[str, str]:
    """The verdicts of the server that took a message: its topmost Authentication-Results (RFC 8601 §5);
    those below it may be anybody's."""
    header = BytesParser(policy=compat32).parsebytes(octets, headersonly=True)
    topmost = re.sub(r"\([^()]*\)", "", str(header.get("Authentication-Results", "")))
    found: dict[str, str] = {}
    for name, verdict in _VERDICT.findall(topmost):
        key, value = name.lower(), verdict.lower()
        if found.get(key) != "pass":  # of two signatures one is enough
            found[key] = value
    return found
