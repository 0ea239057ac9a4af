"""Checks of the settings that are written into the headers of messages (rules S1, S8, X1).

Yields what is wrong with which setting; does not read files, query the DNS, or raise.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from alerts.config.declarations import SenderSettings
from alerts.config.delivery_declarations import DkimSettings
from alerts.config.settings import Settings
from alerts.domain.address import Address, ascii_domain
from alerts.domain.errors import InputError
from alerts.domain.organisational_domain import same_organisation

LONGEST_TAGGED = 21  # of the 64 octets before an @; a "+" and a token of up to 42 follow
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_URL = re.compile(r"https?://[^\s<>\"\x00-\x20\x7f-\x9f]+")

Fault = tuple[str, str, str]
"""(section, key, what is wrong and what to write)"""


def faults(settings: Settings) -> Iterator[Fault]:
    """Yield each fault, in the order of the settings."""
    yield from _of_sender(settings.sender)
    yield from _of_dkim(settings.dkim, settings.sender)
    if not _is_web_address(settings.web.base_url):
        yield "web", "base_url", "write a full URL such as https://example.org/alerts"


def _of_sender(sender: SenderSettings) -> Iterator[Fault]:
    """Addresses that every mail server accepts, and a List-Id by RFC 2919."""
    for key in ("address", "reply_to", "bounces", "unsubscribe"):
        try:
            address = Address.parse(getattr(sender, key) or sender.address)
        except InputError as fault:
            yield "sender", key, str(fault)
            continue
        if address.needs_smtputf8:
            yield (
                "sender",
                key,
                "write the part before @ in ASCII; many servers accept nothing else",
            )
        if key in ("bounces", "unsubscribe") and len(address.local) > LONGEST_TAGGED:
            words = f"{address} has over {LONGEST_TAGGED} characters before the @"
            yield "sender", key, f"{words}: no room for the +token; use a shorter one"
    if sender.complaints:
        yield from _of_complaints(sender)
    if sender.list_id and not re.fullmatch(
        r"(?=.{3,240}\Z)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+", sender.list_id
    ):
        yield "sender", "list_id", "write a name such as alert.example.org"


def _of_complaints(sender: SenderSettings) -> Iterator[Fault]:
    """An address in the domain of From, or below it, so that one signature stands for both (RFC 9477)."""
    try:
        address = Address.parse(sender.complaints)
        ours = Address.parse(sender.address).domain
    except InputError as fault:
        yield "sender", "complaints", str(fault)
        return
    if address.needs_smtputf8 or not f".{address.domain}".endswith(f".{ours}"):
        yield "sender", "complaints", f"write an address in ASCII at {ours}, or below it (RFC 9477)"


def _of_dkim(dkim: DkimSettings, sender: SenderSettings) -> Iterator[Fault]:
    """Selectors that are valid DNS names, and a domain that aligns with the one in From (DMARC)."""
    for selector in dkim.keys:
        if not re.fullmatch(rf"{_LABEL}(?:\.{_LABEL})*", selector):
            yield "dkim", "keys", f"“{selector}” is not a selector: write a-z, 0-9 and -"
    if not dkim.domain:
        return
    if not re.fullmatch(rf"(?:{_LABEL}\.)+{_LABEL}", dkim.domain):
        yield "dkim", "domain", "write a domain such as example.org (xn--… if it is not ASCII)"
    ours = Address.parse(sender.address).domain
    if not same_organisation(ours, dkim.domain):
        yield (
            "dkim",
            "domain",
            f"{dkim.domain} does not align with {ours}, the domain of From (DMARC)",
        )


def _is_web_address(url: str) -> bool:
    """True for an http(s) URL with a valid host and no character that could end a header."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return bool(_URL.fullmatch(url)) and (host.isascii() or ascii_domain(host) is not None)
