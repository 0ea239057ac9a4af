"""Connections to foreign hosts: only to public addresses, and with a time limit.

The connection uses exactly the address that was checked, so neither DNS rebinding nor a redirect leads
to a private network (rule X3); each wait ends with the time limit of the whole fetch (X4).
"""

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import Any

import httpcore2

from alerts.domain.errors import FetchError
from alerts.domain.printable import printable

Resolve = Callable[[str, int], Iterable[str]]
WEB_PORTS = (80, 443)  # and any from 1024 on; lower ports belong to mail, shells and other services
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214 §6.1: the upper half of an interface identifier
# Ranges that IANA lists as not globally reachable or reserved, and that `ipaddress` lacks in some
# supported Python: https://www.iana.org/assignments/iana-ipv4-special-registry (and …/iana-ipv6-…)
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "100.64.0.0/10",  # shared, behind a carrier's NAT
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relays, withdrawn (RFC 7526)
        "198.18.0.0/15",  # benchmarks
        "64:ff9b:1::/48",  # NAT64 within a network (RFC 8215)
        "100::/64",  # discard (RFC 6666)
        "100:0:0:1::/64",  # dummy prefix (RFC 9780)
        "2001::/23",  # IETF protocol assignments; Teredo is looked into before
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation (RFC 9637)
        "5f00::/16",  # segment routing (RFC 9602)
        "fec0::/10",  # site-local, withdrawn (RFC 3879)
    )
)


def system_resolver(host: str, port: int) -> Iterable[str]:
    """The addresses of a host by the resolver of the machine."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return dict.fromkeys(str(entry[4][0]) for entry in found)


def is_public(address: str) -> bool:
    """True where `address` and any IPv4 address embedded in it are on the public internet."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        if not all(is_public(str(one)) for one in _embedded(ip)):
            return False
        if ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in _NAT64:
            return True  # it only wraps the embedded address
    if any(ip in network for network in _SPECIAL if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _embedded(ip: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    """Yield the IPv4 addresses that packets to `ip` may be tunnelled to: mapped, 6to4, Teredo (server
    and client), NAT64, ISATAP."""
    number = int(ip)
    last = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if ip.ipv4_mapped or ip in _NAT64:
        yield last
    if ip.sixtofour:
        yield ip.sixtofour
    if ip.teredo:
        yield from ip.teredo
    if (number >> 32) & 0xFFFFFFFF in _ISATAP:
        yield last


class PublicOnlyBackend(httpcore2.NetworkBackend):
    """Connects only to allowed addresses, and limits each wait to the time left."""

    def __init__(
        self,
        resolve: Resolve,
        allowed: Callable[[str], bool],
        low_ports: tuple[int, ...] | None,
        remaining: Callable[[], float],
    ) -> None:
        self._resolve, self._allowed, self._low_ports = resolve, allowed, low_ports
        self._remaining = remaining
        self._real = httpcore2.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore2.NetworkStream:
        if self._low_ports is not None and port < 1024 and port not in self._low_ports:
            raise FetchError(
                f"{host}: port {port} is refused; web servers have 80, 443 or above 1023"
            )
        try:
            addresses = _in_time(
                lambda: list(self._resolve(host.strip("[]"), port)), self._remaining
            )
        except (OSError, UnicodeError) as fault:
            raise httpcore2.ConnectError(f"no such host: {host}") from fault
        for address in addresses:
            if not self._allowed(address):
                raise FetchError(
                    f"{host}: {address} is not a public address; "
                    "set sources.allow_private = true if you mean to fetch from it"
                )
        refused = httpcore2.ConnectError(f"no address for {host}")
        for address in addresses:
            try:
                stream = self._real.connect_tcp(
                    address, port, _left(self._remaining), *args, **options
                )
                return _TimedStream(stream, self._remaining)
            except httpcore2.ConnectError as error:
                refused = error
        raise refused


class _TimedStream(httpcore2.NetworkStream):
    """A stream whose every operation ends when the time limit of the whole fetch is reached."""

    def __init__(self, stream: httpcore2.NetworkStream, remaining: Callable[[], float]) -> None:
        self._stream, self._remaining = stream, remaining

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._remaining))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._remaining))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._remaining))
        return _TimedStream(stream, self._remaining)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _in_time(ask: Callable[[], list[str]], remaining: Callable[[], float]) -> list[str]:
    """What `ask` returns or raises. The system's resolver knows no deadline, so a thread waits for it."""
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def work() -> None:
        try:
            answers.put(ask())
        except Exception as fault:
            answers.put(fault)

    threading.Thread(target=work, daemon=True).start()
    try:
        answer = answers.get(timeout=_left(remaining))
    except Empty as late:
        raise httpcore2.ConnectTimeout from late
    if isinstance(answer, list):
        return answer
    raise answer


def _left(remaining: Callable[[], float]) -> float:
    seconds = remaining()
    if seconds <= 0:
        raise httpcore2.ReadTimeout
    return seconds


def shown(text: str) -> str:
    """The text made safe to print on one line of a terminal, without the password in a URL."""
    return re.sub(r"//[^/@\s]*@", "//…@", printable(text, 200))
