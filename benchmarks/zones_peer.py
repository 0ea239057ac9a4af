"""What checkdmarc says of generated zones: run by `benchmarks.zones` with a Python that has it installed.

Reads zones from stdin as JSON, one list of `{"domain", "records": {name: {type: [texts]}}}`, and writes
one list of `{"source", "policy", "spf", "lookups", "logo", "why"}`. Asks no
network: the resolver answers from the zone.
"""

import json
import sys
from typing import Any

import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import dns.rrset
import requests  # type: ignore[import-untyped, unused-ignore]
from checkdmarc.bimi import (  # type: ignore[import-not-found, unused-ignore]
    BIMIError,
    parse_bimi_record,
    query_bimi_record,
)
from checkdmarc.dmarc import check_dmarc  # type: ignore[import-not-found, unused-ignore]
from checkdmarc.spf import check_spf  # type: ignore[import-not-found, unused-ignore]


class ZoneResolver(dns.resolver.Resolver):
    """Answers from one zone."""

    def __init__(self, records: dict[str, dict[str, list[str]]]) -> None:
        super().__init__(configure=False)
        self.nameservers = ["127.0.0.1"]
        self.records = records

    def resolve(self, qname: Any, rdtype: Any = "A", *_: Any, **__: Any) -> Any:
        """As a name server would answer."""
        name = dns.name.from_text(str(qname))
        kind = rdtype if isinstance(rdtype, str) else dns.rdatatype.to_text(rdtype)
        query = dns.message.make_query(name, kind)
        answer = dns.message.make_response(query)
        found = self.records.get(str(name).lower().rstrip("."))
        if found is None:
            raise dns.resolver.NXDOMAIN(qnames=[name], responses={})  # type: ignore[no-untyped-call]
        if not found.get(kind):
            raise dns.resolver.NoAnswer(response=answer)  # type: ignore[no-untyped-call]
        texts = [f'"{text}"' if kind == "TXT" else text for text in found[kind]]
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *texts))
        heard: Any = dns.message.from_wire(answer.to_wire())  # an index of its records is made
        return dns.resolver.Answer(name, dns.rdatatype.from_text(kind), dns.rdataclass.IN, heard)


def _unasked(*_: Any, **__: Any) -> Any:
    raise requests.ConnectionError("no network is asked")


requests.Session.request = _unasked  # type: ignore[method-assign, unused-ignore]


def logo(domain: str, resolver: ZoneResolver) -> tuple[str, str]:
    """Where the BIMI record is that names a logo, empty if there is none; and why not."""
    try:
        found = query_bimi_record(domain, resolver=resolver)
        parsed = parse_bimi_record(found["record"], domain=found["location"])
    except BIMIError as error:
        return "", f"{type(error).__name__}: {error}"
    return (found["location"], "") if parsed["tags"]["l"]["value"] else ("", "declined")


def judged(domain: str, records: dict[str, dict[str, list[str]]]) -> dict[str, Any]:
    """The verdict on one zone."""
    resolver = ZoneResolver(records)
    dmarc = check_dmarc(domain, resolver=resolver, ignore_unrelated_records=True)
    spf = check_spf(domain, resolver=resolver)
    source, policy = "", ""
    if dmarc.get("valid"):
        source, given = dmarc["location"], dmarc["tags"]
        name = "p" if source == domain or "sp" not in given else "sp"
        policy = given[name]["value"]
    logo_at, logo_why = logo(domain, resolver)
    why = [*(str(one.get("error", "")) for one in (dmarc, spf)), logo_why]
    return {
        "source": source,
        "policy": policy,
        "spf": bool(spf.get("valid")),
        "lookups": spf.get("dns_lookups"),
        "logo": logo_at,
        "why": why,
    }


if __name__ == "__main__":
    json.dump([judged(one["domain"], one["records"]) for one in json.load(sys.stdin)], sys.stdout)
