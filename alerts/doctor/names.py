"""What DNS says of the sender's domain: SPF, DKIM, DMARC, and a way back for bounces (rule S1).

Gmail, Yahoo and Microsoft refuse or hide bulk mail without them. What a record means is decided by
`records`; here it is asked for. DMARC is looked for label by label upwards, and the domain where it is
found is the one that From and return path must share ("relaxed alignment").
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alerts.address import Address
from alerts.doctor import records
from alerts.doctor.finding import Ask, Level, Patient, Said
from alerts.doctor.setup import made_up
from alerts.errors import AlertsError, NoAnswer
from alerts.keyring import Keyring

if TYPE_CHECKING:
    from dns.resolver import Resolver

# Where the keys of large providers and of usual mail servers are; `dkim.selectors` names others.
SELECTORS = (
    *("default", "dkim", "mail", "smtp", "s1", "s2", "k1", "k2", "k3", "selector1", "selector2"),
    *("google", "mandrill", "mxvault", "fm1", "fm2", "fm3", "protonmail", "zoho", "20230601"),
)


def system_names(resolver: "Resolver | None" = None) -> Ask:
    """Ask the machine's own resolver, or another; imports dnspython when first asked."""

    def ask(name: str, kind: str) -> tuple[str, ...]:
        from dns.exception import DNSException
        from dns.resolver import NXDOMAIN, Resolver
        from dns.resolver import NoAnswer as Empty

        try:
            answer = (resolver or Resolver()).resolve(name, kind, lifetime=5.0, search=False)
        except (NXDOMAIN, Empty):
            return ()
        except DNSException as fault:
            words = " ".join(str(fault).split())
            raise NoAnswer(f"DNS did not answer for {name}: {words}; try again later") from fault
        if kind == "TXT":
            return tuple(b"".join(one.strings).decode("utf-8", "replace") for one in answer)
        return tuple(one.to_text() for one in answer)

    return ask


def authenticated(patient: Patient) -> Iterator[Said]:
    """SPF, DKIM and DMARC of the domain in From, and where bounces go."""
    sender = patient.settings.sender
    author = Address.parse(sender.address).domain
    envelope = Address.parse(sender.bounces or sender.address).domain
    if made_up(author):
        yield Said(Level.HINT, f"{author} is an example: nothing to ask", "see settings")
        return
    for said in (
        _spf(patient.ask, envelope),
        _dkim(patient, author),
        _dmarc(patient.ask, author, envelope),
        _way_back(patient.ask, envelope),
    ):
        try:
            yield from said
        except AlertsError as fault:
            yield Said(Level.WARNING if isinstance(fault, NoAnswer) else Level.ERROR, str(fault))


def _spf(ask: Ask, domain: str) -> Iterator[Said]:
    """RFC 7208, of the domain in the return path."""
    found = [text for text in ask(domain, "TXT") if records.is_spf(text)]
    if not found:
        yield Said(
            Level.ERROR,
            f"{domain} has no SPF record",
            f"publish a TXT record “v=spf1 include:… -all” for {domain}; your relay's help has it",
        )
    elif len(found) > 1:
        yield Said(
            Level.ERROR,
            f"{domain} has {len(found)} SPF records, so none counts",
            "join them into one that begins with v=spf1",
        )
    else:
        lookups = records.spf_lookups(found[0], lambda name: ask(name, "TXT"))
        yield from records.judged_spf(domain, found[0], lookups)


def _dkim(patient: Patient, author: str) -> Iterator[Said]:
    """RFC 6376: the public keys, and that those we sign with are the ones published."""
    dkim = patient.settings.dkim
    domain = dkim.domain or author
    ours = Keyring.load(patient.settings).keys
    said: list[Said] = []
    for selector in ours or dkim.selectors or SELECTORS:
        name = f"{selector}._domainkey.{domain}"
        found = [text for text in patient.ask(name, "TXT") if records.is_key(text)]
        said += [one for text in found for one in records.judged_key(name, text)]
        if not found and (ours or dkim.selectors):
            said.append(
                Said(Level.ERROR, f"there is no DKIM key at {name}", "publish it: see docs/dkim.md")
            )
        elif ours and not any(records.public(text) == ours[selector].public for text in found):
            said.append(
                Said(
                    Level.ERROR,
                    f"the DKIM key at {name} is not the one that signs",
                    f"publish the public half of {dkim.keys[selector]}: see docs/dkim.md",
                )
            )
    if not said:
        yield Said(
            Level.WARNING,
            f"no DKIM key of {domain} is under any usual name",
            "write the selectors that your relay signs with in dkim.selectors, or see docs/dkim.md",
        )
    elif all(one.level is Level.HINT for one in said):
        yield Said(
            Level.ERROR, f"{domain} has no RSA key for DKIM, the one all receivers know", "add one"
        )
    yield from said


def _dmarc(ask: Ask, author: str, envelope: str) -> Iterator[Said]:
    """RFC 7489: a policy for the domain in From, and the return path within it."""
    labels = author.split(".")
    for depth in range(max(1, len(labels) - 1)):
        domain = ".".join(labels[depth:])
        found = [text for text in ask(f"_dmarc.{domain}", "TXT") if records.is_dmarc(text)]
        if found:
            yield from records.judged_dmarc(domain, found, author, envelope)
            return
    yield Said(
        Level.ERROR,
        f"{author} has no DMARC record",
        f"publish a TXT record “v=DMARC1; p=none; rua=mailto:you@{author}” for _dmarc.{author}",
    )


def _way_back(ask: Ask, domain: str) -> Iterator[Said]:
    """RFC 5321 §5.1, RFC 7505: somewhere to deliver bounces."""
    hosts = ask(domain, "MX")
    if any(host.split()[-1] == "." for host in hosts):
        yield Said(
            Level.ERROR,
            f"{domain} takes no mail (null MX), so bounces and answers are lost",
            "write an address that takes mail in sender.bounces",
        )
    elif hosts or ask(domain, "A") or ask(domain, "AAAA"):
        yield Said(Level.OK, f"bounces can come back to {domain}")
    else:
        yield Said(
            Level.ERROR,
            f"{domain} takes no mail: it has neither MX nor an address",
            "publish an MX record, or write another address in sender.bounces",
        )
