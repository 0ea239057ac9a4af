"""Checks the values of [hooks], [[webhooks]] and [[relay_reports]]."""

import ipaddress
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from alerts.config.settings import Settings
from alerts.domain.hook import HookKind
from alerts.domain.networks import belongs

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LOCAL = ("127.0.0.0/8", "::1")
RELAYS = (
    "ses", "sendgrid", "postmark", "mailgun", "mailjet", "sparkpost", "brevo", "resend",
)  # fmt: skip
COMMAND = "command-"  # begins the name of what runs a command


def faults(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """(section, key, what is wrong and what to write) of each fault."""
    names = [one.name for one in settings.webhooks]
    for one in settings.webhooks:
        if not _NAME.fullmatch(one.name) or one.name.startswith(COMMAND):
            words = "write a–z, digits and -, and do not begin with “command-”"
            yield "webhooks", "name", f"“{one.name}”: {words}"
        if names.count(one.name) > 1:
            yield "webhooks", "name", f"“{one.name}” names two endpoints; name them apart"
        if words := address_fault(one.url):
            yield "webhooks", "url", words
        if not (one.secret_env or one.secret_file):
            words = f"“{one.name}” needs secret_env or secret_file; `alerts hook secret` makes one"
            yield "webhooks", "secret_file", words
        for event in one.events:
            if event not in list(HookKind):
                words = f"there is no event “{event}”; there are {', '.join(HookKind)}"
                yield "webhooks", "events", words
    yield from _of_relays(settings)
    for kind in HookKind:
        try:
            shlex.split(getattr(settings.hooks, kind.short))
        except ValueError:
            yield "hooks", kind.short, "its quotes are not closed"
    for key in ("timeout", "patience", "give_up_after"):
        if getattr(settings.hooks, key) <= timedelta():
            yield "hooks", key, "write a duration longer than 0"


def _of_relays(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the relays that report to us."""
    for one in settings.relay_reports:
        if one.relay not in RELAYS:
            words = f"there is no relay “{one.relay}”; there are {', '.join(RELAYS)}"
            yield "relay_reports", "relay", words
        if one.relay == "ses" and not one.topics:
            yield "relay_reports", "topics", "name the ARN of the topic of Amazon SNS"
        secret = one.secret_env or one.secret_file
        if one.relay != "ses" and not secret and not (one.relay == "brevo" and one.networks):
            words = f"{one.relay} needs secret_env or secret_file"
            yield "relay_reports", "secret_file", words
        for network in one.networks:
            try:
                ipaddress.ip_network(network)
            except ValueError:
                yield "relay_reports", "networks", f"“{network}” is no network such as 192.0.2.0/24"


def address_fault(url: str) -> str:
    """What is wrong with an address that is called: it must be https, but on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return f"“{url}” is no address"
    if not host or parts.scheme not in ("http", "https") or parts.username is not None:
        return f"“{url}” is no address such as https://example.org/hook"
    if parts.scheme == "http" and host != "localhost" and not belongs(host, _LOCAL):
        return f"“{url}”: write https://, because what it is told must not be read on the way"
    return ""
