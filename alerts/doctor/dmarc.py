"""DMARC as RFC 9989 has it: the policy is looked up by a walk up the DNS tree, with no list of suffixes.

The walk ends at a record with `psd`; the organisational domain is the one that says `psd=n`, or the one
below one that says `psd=y`, or else the highest with a record. `pct`, `rf` and `ri` are gone; a record
without a valid `p` counts as `p=none` if it names where reports go, and for nothing if not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alerts.doctor.dns_records import is_dmarc, tags
from alerts.doctor.finding import Ask, CheckLevel, CheckOutput

_POLICIES = ("none", "quarantine", "reject")
_FIRST_RECORD = "v=DMARC1; p=none; rua=mailto:you@"  # what to begin with; the domain follows
_MOST_LABELS = 8  # RFC 9989 §4.10


@dataclass(frozen=True, slots=True)
class DmarcWalk:
    """What a walk from a domain upwards found: records by domain, and those that have more than one."""

    domain: str
    records: Mapping[str, str]
    doubled: tuple[str, ...]
    organisation: str

    @property
    def source(self) -> str:
        """The domain whose record holds for the mail of `domain`: its own, that of the organisational
        domain, or the public suffix above it, with which the walk ended; empty for none."""
        order = (self.domain, self.organisation, *[*self.records][-1:])
        return next((name for name in order if name in self.records), "")


def walk(ask: Ask, domain: str) -> DmarcWalk:
    """Walk up from that domain; raises `NoAnswer`."""
    records: dict[str, str] = {}
    doubled: list[str] = []
    organisation, below = "", ""
    for name in _upwards(domain):
        found = [text for text in ask(f"_dmarc.{name}", "TXT") if is_dmarc(text)]
        doubled += [name] if len(found) > 1 else []
        if len(found) == 1:
            records[name] = found[0]
            psd = tags(found[0]).get("psd", "u").lower()
            if psd in ("n", "y"):
                organisation = name if psd == "n" or name == domain else below
                break
        below = name
    highest = min(records, key=lambda name: name.count("."), default=domain)
    return DmarcWalk(domain, records, tuple(doubled), organisation or highest)


def _upwards(domain: str) -> Iterator[str]:
    labels = domain.lower().rstrip(".").split(".")
    yield ".".join(labels)
    labels = labels[-_MOST_LABELS + 1 :] if len(labels) >= _MOST_LABELS else labels[1:]
    while labels:
        yield ".".join(labels)
        del labels[0]


def policy(found: DmarcWalk) -> str:
    """The policy that receivers apply to mail of the domain: none, quarantine, reject; empty: no DMARC."""
    if not found.source:
        return ""
    record = tags(found.records[found.source])
    names = ("p",) if found.source == found.domain else ("sp", "p")
    published = [record[name].lower() for name in names if name in record]
    if published and published[0] in _POLICIES:
        asked = published[0]
    elif "rua" in record:
        asked = "none"
    else:
        return ""
    testing = record.get("t", "n").lower() == "y"
    return _POLICIES[max(0, _POLICIES.index(asked) - 1)] if testing else asked


def judged(ask: Ask, author: str, envelope: str) -> Iterator[CheckOutput]:
    """Whether the policy of the domain in From is valid, and whether the return path aligns with it."""
    found = walk(ask, author)
    for name in found.doubled:
        yield CheckOutput(
            CheckLevel.ERROR, f"{name} has several DMARC records, so none counts", "keep one"
        )
    if not found.source:
        if not found.doubled:
            yield CheckOutput(
                CheckLevel.ERROR,
                f"{author} has no DMARC record",
                f"publish a TXT record “{_FIRST_RECORD}{author}” for _dmarc.{author}",
            )
        return
    text = found.records[found.source]
    said = [*_record(found, tags(text)), *_reports(ask, found, tags(text))]
    said += _aligned(ask, found, tags(text), envelope)
    if all(one.level is CheckLevel.HINT for one in said):
        yield CheckOutput(CheckLevel.OK, f"DMARC of {found.source}: {text}")
    yield from said


def _record(found: DmarcWalk, record: Mapping[str, str]) -> Iterator[CheckOutput]:
    where = found.source
    if not policy(found):
        yield CheckOutput(
            CheckLevel.ERROR,
            f"the DMARC record of {where} has no policy",
            "write p=none, quarantine or reject in it",
        )
    elif record.get("p", "").lower() not in _POLICIES:
        yield CheckOutput(
            CheckLevel.HINT,
            f"the DMARC record of {where} has no valid p, which counts as p=none",
            "write p=none, quarantine or reject in it",
        )
    if record.get("t", "n").lower() == "y":
        yield CheckOutput(
            CheckLevel.HINT,
            f"the DMARC record of {where} is a test (t=y): its policy counts one step less",
            "take t=y out once reports show that all mail passes",
        )
    old = [name for name in ("pct", "rf", "ri") if name in record]
    if old:
        yield CheckOutput(
            CheckLevel.HINT,
            f"{', '.join(old)} in the DMARC record of {where} mean nothing any more (RFC 9989)",
            "take them out",
        )


def _reports(ask: Ask, found: DmarcWalk, record: Mapping[str, str]) -> Iterator[CheckOutput]:
    """Where reports go, and whether another domain has agreed to take them (RFC 9990 §4)."""
    if "rua" not in record:
        yield CheckOutput(
            CheckLevel.HINT,
            f"nobody reads the DMARC reports of {found.source}",
            "add rua=mailto:… with an address of yours",
        )
    for uri in filter(None, map(str.strip, record.get("rua", "").split(","))):
        domain = uri.partition("!")[0].rpartition("@")[2].lower()
        if not uri.lower().startswith("mailto:") or not domain:
            yield CheckOutput(
                CheckLevel.WARNING, f"“{uri}” in rua is no mailto: address", "correct it"
            )
        elif walk(ask, domain).organisation != found.organisation:
            name = f"{found.source}._report._dmarc.{domain}"
            if not any(is_dmarc(text) for text in ask(name, "TXT")):
                yield CheckOutput(
                    CheckLevel.WARNING,
                    f"{domain} has not agreed to take the DMARC reports of {found.source}",
                    f"have it publish “v=DMARC1” as TXT for {name}, or name an address of yours in rua",
                )


def _aligned(
    ask: Ask, found: DmarcWalk, record: Mapping[str, str], envelope: str
) -> Iterator[CheckOutput]:
    strict = record.get("aspf", "r").lower() == "s"
    if envelope == found.domain:
        return
    if strict or walk(ask, envelope).organisation != found.organisation:
        yield CheckOutput(
            CheckLevel.WARNING,
            f"bounces go to {envelope}, so SPF does not align with {found.domain}",
            f"set sender.bounces to an address at {found.domain}; otherwise DMARC depends on DKIM alone",
        )
