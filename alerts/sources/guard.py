"""Connections to hosts that nobody here controls: to public addresses only, and never for long.

The address that is connected to is the very one that was checked, so a name that resolves anew, or a
redirect, leads to no private network (mail-rules X3); each wait ends when the time of the whole fetch
does (X4).
"""

import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from alerts.errors import FetchError

Resolve = Callable[[str, int], Iterable[str]]
WEB_PORTS = (80, 443)  # and any from 1024 on; below that live mail, shells and databases
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def system_resolver(host: str, port: int) -> Iterable[str]:
    """The addresses of a host as the machine's own resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return dict.fromkeys(str(entry[4][0]) for entry in found)


def is_public(address: str) -> bool:
    """True where `address` is on the public internet, and any IPv4 address embedded in it too."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if embedded is None and ip in _NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if embedded is not None:
            return is_public(str(embedded))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class Guard(httpcore.NetworkBackend):
    """Connects only to addresses that are allowed, and gives each wait only the time that is left."""

    def __init__(
        self,
        resolve: Resolve,
        allowed: Callable[[str], bool],
        low_ports: tuple[int, ...] | None,
        remaining: Callable[[], float],
    ) -> None:
        self._resolve, self._allowed, self._low_ports = resolve, allowed, low_ports
        self._remaining = remaining
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        if self._low_ports is not None and port < 1024 and port not in self._low_ports:
            raise FetchError(
                f"{host}: port {port} is refused; web servers have 80, 443 or above 1023"
            )
        try:
            addresses = list(self._resolve(host.strip("[]"), port))
        except (OSError, UnicodeError) as fault:
            raise httpcore.ConnectError(f"no such host: {host}") from fault
        for address in addresses:
            if not self._allowed(address):
                raise FetchError(
                    f"{host}: {address} is not a public address; "
                    "set sources.allow_private = true if you mean to fetch from it"
                )
        refused = httpcore.ConnectError(f"no address for {host}")
        for address in addresses:
            try:
                stream = self._real.connect_tcp(
                    address, port, _left(self._remaining), *args, **options
                )
                return _TimedStream(stream, self._remaining)
            except httpcore.ConnectError as error:
                refused = error
        raise refused


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every operation ends when the time of the whole fetch does."""

    def __init__(self, stream: httpcore.NetworkStream, remaining: Callable[[], float]) -> None:
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
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._remaining))
        return _TimedStream(stream, self._remaining)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(remaining: Callable[[], float]) -> float:
    seconds = remaining()
    if seconds <= 0:
        raise httpcore.ReadTimeout
    return seconds


def shown(text: str) -> str:
    """Safe to print on one line of a terminal, without the password of a URL."""
    flat = "".join(c if c.isprintable() else "�" for c in text)[:200]
    return re.sub(r"//[^/@\s]*@", "//…@", flat)
