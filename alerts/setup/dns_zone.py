"""The DNS records of the sender's domain, to copy into its zone (RFC 1035 §5). Pure.

What the relay alone knows is a comment: its provider has the exact values.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from alerts.config.server_url import is_loopback, leaves_the_machine
from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.organisational_domain import organisational_domain

_INCLUDES: Mapping[str, str] = {
    "amazonaws.com": "amazonses.com",
    "google.com": "_spf.google.com",
    "gmail.com": "_spf.google.com",
    "mailgun.org": "mailgun.org",
    "mailjet.com": "spf.mailjet.com",
    "office365.com": "spf.protection.outlook.com",
    "postmarkapp.com": "spf.mtasv.net",
    "sendgrid.net": "sendgrid.net",
}
"""The SPF include of relays, by the end of their name."""
_STRING = 255  # octets of one string of a TXT record


def zones(settings: Settings, keys: Mapping[str, tuple[str, str]]) -> Mapping[str, str]:
    """The records as lines of zone files, by the name of the zone: mail that comes back may have its own.
    `keys` are the public DKIM keys by selector: (algorithm, key)."""
    found: dict[str, list[str]] = {}
    for domain, lines in _records(settings, keys):
        found.setdefault(organisational_domain(domain), []).extend(lines)
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


def _records(
    settings: Settings, keys: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[str, list[str]]]:
    """The lines, each with the domain in whose zone it belongs."""
    sender = settings.sender
    author = Address.parse(sender.address).domain
    back = Address.parse(sender.bounces or sender.address).domain
    spf = "; who may send: a domain has one SPF record; add to the one that is there"
    yield back, [spf, _text(back, f"v=spf1 {_mechanism(settings)} ~all")]
    signing = settings.dkim.domain or author
    if keys:
        yield signing, ["; the keys that sign"]
    else:
        told = "; the relay's provider gives the name and value of its key:"
        yield author, [f"{told} SELECTOR._domainkey.{author}."]
    for selector, (kind, key) in keys.items():
        name = f"{selector}._domainkey.{signing}"
        yield signing, [_text(name, f"v=DKIM1; k={kind}; p={key}")]
    reports = Address.parse(sender.bounces or sender.reply_to or sender.address)
    policy = "; what to do with mail that fails both, and where reports go; later p=quarantine or p=reject"
    dmarc = _text(f"_dmarc.{author}", f"v=DMARC1; p=none; rua=mailto:{reports}")
    yield author, [policy, dmarc]
    if organisational_domain(reports.domain) != organisational_domain(author):
        taken = f"{author}._report._dmarc.{reports.domain}"  # RFC 7489 §7.1
        allowed = f"; reports about {author} are taken here"
        yield reports.domain, [allowed, _text(taken, "v=DMARC1")]
    if back != author:
        to = "; where mail that comes back goes: the mail server that hands it to `alerts bounce process`"
        yield back, [to, f"; {back}. IN MX 10 the name of that server"]
    host = urlsplit(settings.web.base_url).hostname or ""
    yield author, [f"; the pages: {host}. IN A and AAAA, the addresses of the web server"]


def _mechanism(settings: Settings) -> str:
    """What allows the relay in SPF."""
    if not leaves_the_machine(settings):
        return "mx"
    host = urlsplit(settings.delivery.relay).hostname or ""
    for end, name in _INCLUDES.items():
        if host == end or host.endswith(f".{end}"):
            return f"include:{name}"
    return "mx" if is_loopback(host) else f"a:{host}"


def _text(name: str, value: str) -> str:
    parts = [value[at : at + _STRING] for at in range(0, len(value), _STRING)]
    return f"{name}. IN TXT " + " ".join(f'"{part}"' for part in parts)
