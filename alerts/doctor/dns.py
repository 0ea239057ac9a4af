"""The DNS records of the sender's domain: SPF, DKIM, DMARC, and a mail server for bounces (rule S1).

Gmail, Yahoo and Microsoft refuse or hide bulk mail without them. Records are queried here and judged in
`dns_records` and `dmarc`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alerts.doctor import bimi, dmarc, dns_records, spf
from alerts.doctor.finding import Ask, CheckContext, CheckLevel, CheckOutput
from alerts.domain.address import Address
from alerts.domain.errors import AlertsError, NoAnswer
from alerts.domain.open_transaction import outside
from alerts.domain.reserved import made_up
from alerts.mail.dkim_keys import Keyring

if TYPE_CHECKING:
    from dns.resolver import Resolver

_FIRST_SPF = "v=spf1 include:… -all"

# The selectors of large providers and common mail servers; `dkim.selectors` names others.
SELECTORS = (
    *("default", "dkim", "mail", "smtp", "s1", "s2", "k1", "k2", "k3", "selector1", "selector2"),
    *("google", "mandrill", "mxvault", "fm1", "fm2", "fm3", "protonmail", "zoho", "20230601"),
)


def system_names(resolver: "Resolver | None" = None) -> Ask:
    """Ask the machine's own resolver, or another; imports dnspython when first asked."""

    def ask(name: str, kind: str) -> tuple[str, ...]:
        outside("the DNS is asked")
        from dns.exception import DNSException
        from dns.resolver import NXDOMAIN, Resolver
        from dns.resolver import NoAnswer as Empty

        try:
            answer = (resolver or Resolver()).resolve(name, kind, lifetime=5.0, search=False)
        except (NXDOMAIN, Empty):
            return ()
        except DNSException as fault:
            raise NoAnswer(f"DNS did not answer for {name}; try again later") from fault
        if kind == "TXT":
            return tuple(b"".join(one.strings).decode("utf-8", "replace") for one in answer)
        return tuple(one.to_text() for one in answer)

    return ask


def authenticated(context: CheckContext) -> Iterator[CheckOutput]:
    """Check SPF, DKIM and DMARC of the domain in From, and whether bounces can be delivered."""
    sender = context.settings.sender
    author = Address.parse(sender.address).domain
    envelope = Address.parse(sender.bounces or sender.address).domain
    if made_up(author):
        yield CheckOutput(
            CheckLevel.HINT, f"{author} is an example: nothing to check", "see settings"
        )
        return
    for said in (
        _spf(context.ask, envelope),
        _dkim(context, author),
        dmarc.judged(context.ask, author, envelope),
        bimi.indicator(context.ask, author),
        way_back(context.ask, envelope),
    ):
        try:
            yield from said
        except AlertsError as fault:
            yield CheckOutput(
                CheckLevel.WARNING if isinstance(fault, NoAnswer) else CheckLevel.ERROR, str(fault)
            )


def _spf(ask: Ask, domain: str) -> Iterator[CheckOutput]:
    """RFC 7208, for the domain in the return path."""
    found = [text for text in ask(domain, "TXT") if dns_records.is_spf(text)]
    if not found:
        yield CheckOutput(
            CheckLevel.ERROR,
            f"{domain} has no SPF record",
            f"publish a TXT record “{_FIRST_SPF}” for {domain}; your relay's help has it",
        )
    elif len(found) > 1:
        yield CheckOutput(
            CheckLevel.ERROR,
            f"{domain} has {len(found)} SPF records, so none is valid",
            "join them into one that begins with v=spf1",
        )
    elif why := spf.fault(found[0], lambda name: ask(name, "TXT")):
        yield CheckOutput(
            CheckLevel.ERROR,
            f"the SPF record of {domain} is broken, so it counts for nothing: {why}",
            "correct it; your relay's help has the record",
        )
    else:
        lookups = dns_records.spf_lookups(found[0], lambda name: ask(name, "TXT"))
        yield from dns_records.judged_spf(domain, found[0], lookups)


def _dkim(context: CheckContext, author: str) -> Iterator[CheckOutput]:
    """RFC 6376: check the published public keys, and that they match the keys that sign."""
    dkim = context.settings.dkim
    domain = dkim.domain or author
    ours = Keyring.load(context.settings).keys
    said: list[CheckOutput] = []
    for selector in ours or dkim.selectors or SELECTORS:
        name = f"{selector}._domainkey.{domain}"
        found = [text for text in context.ask(name, "TXT") if dns_records.is_key(text)]
        said += [one for text in found for one in dns_records.judged_key(name, text)]
        if not found and (ours or dkim.selectors):
            said.append(
                CheckOutput(
                    CheckLevel.ERROR,
                    f"there is no DKIM key at {name}",
                    "publish it: see docs/dkim.md",
                )
            )
        elif ours and not any(dns_records.public(text) == ours[selector].public for text in found):
            said.append(
                CheckOutput(
                    CheckLevel.ERROR,
                    f"the DKIM key at {name} is not the one that signs",
                    f"publish the public half of {dkim.keys[selector]}: see docs/dkim.md",
                )
            )
    if not said:
        yield CheckOutput(
            CheckLevel.WARNING,
            f"no DKIM key of {domain} has a common selector",
            "write the selectors that your relay signs with in dkim.selectors, or see docs/dkim.md",
        )
    elif all(one.level is CheckLevel.HINT for one in said):
        yield CheckOutput(
            CheckLevel.ERROR,
            f"{domain} has no RSA key for DKIM, which all receivers support",
            "add one",
        )
    yield from said


def way_back(ask: Ask, domain: str) -> Iterator[CheckOutput]:
    """RFC 5321 §5.1, RFC 7505: check that bounces can be delivered to the domain."""
    hosts = ask(domain, "MX")
    if any(host.split()[-1] == "." for host in hosts):
        yield CheckOutput(
            CheckLevel.ERROR,
            f"{domain} accepts no mail (null MX), so bounces and replies are lost",
            "set sender.bounces to an address that accepts mail",
        )
    elif hosts or ask(domain, "A") or ask(domain, "AAAA"):
        yield CheckOutput(CheckLevel.OK, f"bounces can be delivered to {domain}")
    else:
        yield CheckOutput(
            CheckLevel.ERROR,
            f"{domain} accepts no mail: it has neither MX nor an address",
            "publish an MX record, or set sender.bounces to another address",
        )
