"""Generated zones, judged by `doctor`'s checks of DMARC, SPF and BIMI and by checkdmarc: the differences.

    python -m benchmarks.zones --zones 500 --peer /path/to/python-with-checkdmarc

Three differences are explained and counted apart: checkdmarc lints where it says that receivers go on.
Several DMARC records at one name are discarded, and the walk goes on; a record without a valid `p` counts as
p=none if it says where reports go (RFC 9989 §4.10, §4.7). And checkdmarc looks for the logo of the
organisation at the domain below the public suffix, not at the one that the walk of DMARC finds.

checkdmarc is no dependency: it runs in an environment of its own (`python -m venv …`, `pip install
checkdmarc`). No network is asked. Compared are the record that holds for the domain (the walk of RFC 9989),
its policy, and whether SPF counts at all (RFC 7208). Exits with 1 if they differ.
"""

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from alerts.doctor import bimi, dmarc, dns_records, spf

COMPARED = ("source", "policy", "spf", "logo")
Zone = dict[str, dict[str, list[str]]]

_LOGOS = (
    "v=BIMI1; l=https://{domain}/logo.svg",
    "v=BIMI1; l=https://{domain}/logo.svg; a=https://{domain}/proof.pem",
    "v=BIMI1;l=https://{domain}:8443/a%20b.svg?x=1#y;a=",
    "v = BIMI1 ; l = https://logos.example/x.svg ; avp=brand",
    "v=BIMI1; l=; a=;",
    "v=BIMI1; l=",
    "v=BIMI1; a=https://{domain}/proof.pem",
    "v=BIMI1; l=http://{domain}/logo.svg",
    "v=BIMI1; l=https://{domain}/a,b.svg",
    "v=BIMI1; l=https://{domain}/a b.svg",
    "v=BIMI1; l=https:///logo.svg",
    "v=BIMI1; l=https://-x.example/logo.svg",
    "v=BIMI1; l=https://{domain}/%zz.svg",
    "v=BIMI1; l=https://192.0.2.1/logo.svg",
    "v=BIMI1; l=https://{domain}/logo.svg; a=https://192.0.2.1/proof.pem",
    "v=BIMI1; l=https://{domain}/logo.svg; a=https://localhost/proof.pem",
    "v=BIMI1; l=https://{domain}/1.svg; l=https://{domain}/2.svg",
    "v=BIMI1; l=https://{domain}/logo.svg; x=unknown",
    "v=BIMI1; logo",
    "v=BIMI2; l=https://{domain}/logo.svg",
    "l=https://{domain}/logo.svg; v=BIMI1",
    "v=bimi1; l=https://{domain}/logo.svg",
    "no record of this",
)
_POLICIES = ("none", "quarantine", "reject")
_RECORDS = (
    "v=DMARC1; p={p}",
    "v=DMARC1; p={p}; rua=mailto:a@{domain}",
    "v=DMARC1; p={p}; sp={sp}; adkim=s; aspf=r",
    "v=DMARC1;p={p};psd=n",
    "v=DMARC1; p={p}; psd=y",
    "v=DMARC1; p={p}; pct=50; np={sp}",
    "v=DMARC1; rua=mailto:a@{domain}",
    "v=DMARC1; p=nonsense; rua=mailto:a@{domain}",
    "v = DMARC1 ; p = {p}",
    "v=dmarc1; p={p}",
    "v=DMARC2; p={p}",
    "p={p}; v=DMARC1",
    "v=spf1 -all",
    "hello",
)
_TERMS = (
    "mx", "a", "ip4:192.0.2.1", "ip4:192.0.2.0/24", "ip6:2001:db8::1", "ip6:2001:db8::/32", "a:mail.{top}",
    "mx:{top}", "exists:%{{i}}.list.{top}", "include:one.{top}", "include:two.{top}", "include:many.{top}",
    "?include:one.{top}", "a/24", "mx//64", "exp=why.{top}", "unknown=x",
)  # fmt: skip
_WRONG = (
    "ip4:300.1.2.3", "ip4:192.0.2.0/40", "ip6:nonsense", "inclde:one.{top}", "include:", "include:none.{top}",
    "include:twice.{top}", "include:loop.{top}", "all:x", "ip4", "redirect=none.{top}", "a/99", "foo",
)  # fmt: skip
_ENDS = ("-all", "~all", "?all", "", "redirect=one.{top}")


_EXPLAINED = ("Multiple DMARC policy records", "Tag p must have", "missing a required policy")


def zone(seed: int) -> tuple[str, Zone]:
    """A domain and its records; the same for the same seed."""
    dice = random.Random(seed)
    top = f"river{seed}.org"
    labels = [dice.choice("abcdefgh") for _ in range(dice.choice((0, 0, 1, 1, 2, 3, 7, 8)))]
    domain = ".".join([*labels, top])
    records: Zone = {"org": {"NS": ["ns.example."]}}
    names = [domain.split(".", n)[-1] for n in range(domain.count(".") + 1)]
    for name in names:
        if name == "org" or dice.random() < 0.55:
            continue
        found = [
            dice.choice(_RECORDS).format(
                p=dice.choice(_POLICIES), sp=dice.choice(_POLICIES), domain=name
            )
            for _ in range(dice.choice((1, 1, 1, 1, 1, 2)))
        ]
        records[f"_dmarc.{name}"] = {"TXT": [*dict.fromkeys(found)]}  # a name has a record once
    for name in dict.fromkeys((domain, top)):
        logos = dice.choices(_LOGOS, k=dice.choice((0, 1, 1, 1, 2)))
        texts = [*dict.fromkeys(logo.format(domain=name) for logo in logos)]
        records |= {f"default._bimi.{name}": {"TXT": texts}} if texts else {}
    records |= _others(top)
    host = records.setdefault(domain, {})
    host |= {"MX": [f"10 mail.{top}."], "A": ["192.0.2.9"], "AAAA": ["2001:db8::9"]}
    host["TXT"] = ["some other text", *_spf_records(dice, top)]
    return domain, records


def _others(top: str) -> Zone:
    """What SPF records refer to."""
    many = " ".join(f"include:i{n}.{top}" for n in range(9))
    found: Zone = {
        f"one.{top}": {"TXT": ["v=spf1 ip4:192.0.2.7 -all"]},
        f"two.{top}": {"TXT": [f"v=spf1 a:mail.{top} mx:{top} ~all"]},
        f"many.{top}": {"TXT": [f"v=spf1 {many} -all"]},
        f"none.{top}": {"TXT": ["nothing of SPF"]},
        f"twice.{top}": {"TXT": ["v=spf1 -all", "v=spf1 +all"]},
        f"loop.{top}": {"TXT": [f"v=spf1 include:loop.{top} -all"]},
        f"mail.{top}": {"A": ["192.0.2.9"], "AAAA": ["2001:db8::9"]},
        top: {"MX": [f"10 mail.{top}."], "A": ["192.0.2.9"]},
    }
    return found | {f"i{n}.{top}": {"TXT": ["v=spf1 ip4:192.0.2.8 -all"]} for n in range(9)}


def _spf_records(dice: random.Random, top: str) -> list[str]:
    terms = dice.choices(_TERMS, k=dice.choice((0, 1, 2, 3, 4, 6)))
    if dice.random() < 0.4:
        terms.insert(dice.randint(0, len(terms)), dice.choice(_WRONG))
    written = " ".join(["v=spf1", *dict.fromkeys(terms), dice.choice(_ENDS)]).strip()
    number = dice.choice((0, 1, 1, 1, 1, 1, 1, 1, 2))
    return [written.format(top=top), "v=spf1 ip4:192.0.2.99 -all"][:number]


def ours(domain: str, records: Zone) -> dict[str, Any]:
    """What our checks say of a zone, in the peer's words."""

    def ask(name: str, kind: str) -> tuple[str, ...]:
        return tuple(records.get(name.lower().rstrip("."), {}).get(kind, ()))

    found = dmarc.walk(ask, domain)
    policy = dmarc.policy(found)
    texts = [text for text in ask(domain, "TXT") if dns_records.is_spf(text)]
    fault = "none, or several"
    if len(texts) == 1:
        fault = spf.fault(texts[0], lambda name: ask(name, "TXT"))
        if (
            dns_records.spf_lookups(texts[0], lambda name: ask(name, "TXT"))
            > dns_records.MOST_LOOKUPS
        ):
            fault = fault or "too many look-ups"
    logo = ""
    for name in dict.fromkeys((domain, found.organisation)):
        logos = [text for text in ask(f"default._bimi.{name}", "TXT") if bimi.is_bimi(text)]
        if logos:
            good = len(logos) == 1 and not bimi.fault(logos[0]) and dns_records.tags(logos[0])["l"]
            logo = name if good else ""
            break
    return {
        "logo": logo,
        "organisation": found.organisation,
        "source": found.source if policy else "",
        "policy": policy,
        "spf": not fault,
        "why": fault,
    }


def main() -> int:
    """Compare; returns the exit code."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--zones", type=int, default=500)
    options.add_argument("--peer", required=True, help="a Python that has checkdmarc")
    given = options.parse_args()
    zones = [zone(seed) for seed in range(given.zones)]
    asked = json.dumps([{"domain": domain, "records": records} for domain, records in zones])
    peer = Path(__file__).with_name("zones_peer.py")
    said = subprocess.run([given.peer, peer], input=asked, capture_output=True, text=True)
    if said.returncode:
        print(said.stderr, file=sys.stderr)
        return 2
    differ: Counter[str] = Counter()
    explained: Counter[str] = Counter()
    for (domain, records), theirs in zip(zones, json.loads(said.stdout), strict=True):
        here = ours(domain, records)
        for about in COMPARED:
            if here[about] == theirs[about]:
                continue
            top = ".".join(domain.split(".")[-2:])
            if about == "logo" and here["organisation"] != top:
                explained[about] += 1
                continue
            if about in ("source", "policy") and theirs["why"][0].startswith(_EXPLAINED):
                explained[about] += 1
                continue
            differ[about] += 1
            print(
                f"{domain} {about}: ours {here[about]!r} ({here['why']}), theirs {theirs[about]!r}"
            )
            print(f"    {theirs['why']}\n    {json.dumps(records)}")
    for about in COMPARED:
        told = f" ({explained[about]} more explained)" if explained[about] else ""
        print(
            f"{about}: {given.zones - differ[about] - explained[about]} of {given.zones} agree{told}"
        )
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
