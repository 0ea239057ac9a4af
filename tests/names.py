"""A real DNS server on loopback, over UDP, that answers as a test planned it."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
from dns.rdatatype import RdataType

Zone = Mapping[tuple[str, str], list[str]]
"""(name, type) → records as a zone file has them; `["SERVFAIL"]` has the server fail."""


@contextmanager
def serving(zone: Zone) -> Iterator[dns.resolver.Resolver]:
    """A resolver that asks a server of that zone, for the time of a test."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_answer, args=(bound, zone))
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = bound.getsockname()[1]
        try:
            yield resolver
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"stop", bound.getsockname())
            thread.join()


def _answer(bound: socket.socket, zone: Zone) -> None:
    while True:
        octets, client = bound.recvfrom(4096)
        if octets == b"stop":
            return
        query = dns.message.from_wire(octets)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), RdataType.to_text(question.rdtype)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        found = zone.get((name, kind), [])
        if found == ["SERVFAIL"]:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(known == name for known, _ in zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        bound.sendto(answer.to_wire(), client)
