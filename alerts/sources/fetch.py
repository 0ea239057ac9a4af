"""Fetching one document over HTTP from a host that nobody here controls.

Promises: only http and https; no connection to a private, loopback, link-local or otherwise
non-public address, checked after DNS resolution, on the very address that is then connected to, at
each redirect (mail-rules X3); a limit on the time of the whole fetch, on the unpacked size and on
redirects (X4). Keeps no cookies, sends no credentials, uses no proxy. Each fault is a `FetchError`
of one line.
"""

import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpcore
import httpx

from alerts import __version__
from alerts.errors import FetchError
from alerts.markup import safe_url
from alerts.settings import Settings

Resolve = Callable[[str, int], Iterable[str]]
_MOST_REDIRECTS = 5
_WEB_PORTS = (80, 443)  # and any from 1024 on; below that live mail, shells and databases
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.9, */*;q=0.5"
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document: `url` after redirects, `base` for its relative links; `body` unpacked.

    `unchanged` (304) means that the body is empty and the one read before still holds.
    """

    url: str
    base: str
    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False


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


class Fetcher:
    """Fetches documents, one after the other or from several threads at once.

    `resolve`, `sleep` and `clock` (seconds, monotonic) stand for the machine's own; `public` tells
    which addresses may be connected to while `sources.allow_private` is off.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        resolve: Resolve = system_resolver,
        public: Callable[[str], bool] = is_public,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = settings.sources
        self._agent = self.limits.user_agent or f"alerts/{__version__} (+{settings.web.base_url})"
        self._resolve, self._sleep, self._clock = resolve, sleep, clock
        self._allowed = (lambda _address: True) if self.limits.allow_private else public
        self._tls = httpx.create_ssl_context()

    def fetch(self, url: str, etag: str = "", last_modified: str = "") -> Fetched:
        """The document at `url`; raises `FetchError`.

        With the `etag` and `last_modified` of an earlier fetch, it is `unchanged` where the server
        says so. Tried again, with a growing pause, when the connection broke or the server was ill.
        """
        headers = [("User-Agent", self._agent), ("Accept", _ACCEPT), ("Accept-Encoding", "gzip")]
        headers += [("If-None-Match", etag)] if etag else []
        headers += [("If-Modified-Since", last_modified)] if last_modified else []
        ends = self._clock() + self.limits.timeout.total_seconds()
        attempt = 0
        while True:
            try:
                return self._follow(url, headers, ends)
            except _Transient as fault:
                pause = 0.5 * 2**attempt
                if attempt >= self.limits.retries or self._clock() + pause >= ends:
                    error = FetchError(str(fault))
                    error.status = fault.status
                    raise error from fault
                attempt += 1
                self._sleep(pause)

    def _follow(self, url: str, headers: list[tuple[str, str]], ends: float) -> Fetched:
        """One attempt, redirects included."""
        seen: list[str] = []
        target = _checked(url, url)
        while True:
            if target in seen:
                raise FetchError(f"{url}: redirects in a circle, by way of {target}")
            if len(seen) > _MOST_REDIRECTS:
                raise FetchError(f"{url}: more than {_MOST_REDIRECTS} redirects")
            seen.append(target)
            answer = self._ask(url, target, headers, ends)
            if isinstance(answer, Fetched):
                return answer
            target = _checked(answer, url, target)

    def _ask(
        self, url: str, target: str, headers: list[tuple[str, str]], ends: float
    ) -> Fetched | str:
        """One request: the document, or where it redirects to."""
        guard = _Guard(
            self._resolve,
            self._allowed,
            None if self.limits.allow_private else _WEB_PORTS,
            lambda: ends - self._clock(),
        )
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self._tls, network_backend=guard, max_connections=1
                ) as pool,
                pool.stream("GET", target.partition("#")[0], headers=headers) as response,
            ):
                return self._answer(url, target, response)
        except httpcore.TimeoutException as fault:
            seconds = self.limits.timeout.total_seconds()
            raise FetchError(f"{url}: not read within {seconds:g} s (sources.timeout)") from fault
        except httpcore.ConnectError as fault:
            if "CERTIFICATE" in str(fault).upper():
                raise FetchError(
                    f"{url}: its TLS certificate is not valid: {_line(fault)}"
                ) from fault
            raise _Transient(f"{url}: cannot connect: {_line(fault)}") from fault
        except (httpcore.NetworkError, httpcore.ProtocolError) as fault:
            raise _Transient(f"{url}: the connection broke: {_line(fault)}") from fault

    def _answer(self, url: str, target: str, response: httpcore.Response) -> Fetched | str:
        fields = {name.decode("latin-1").lower(): _text(value) for name, value in response.headers}
        status = response.status
        if status in (301, 302, 303, 307, 308) and fields.get("location"):
            return fields["location"]
        etag, modified = fields.get("etag", ""), fields.get("last-modified", "")
        if status == HTTPStatus.NOT_MODIFIED:
            return Fetched(target, target, b"", "", etag, modified, unchanged=True)
        if status != HTTPStatus.OK:
            fault = f"{url}: answered {status} {_phrase(status)}".rstrip()
            error = _Transient(fault) if status in _TRANSIENT else FetchError(fault)
            error.status = status
            raise error
        body = b"".join(
            _limited(
                _unpacked(response.iter_stream(), fields.get("content-encoding", ""), url),
                self.limits.max_bytes,
                url,
            )
        )
        base = safe_url(fields.get("content-location", ""), target) or target
        return Fetched(target, base, body, fields.get("content-type", ""), etag, modified)


class _Transient(FetchError):
    """Worth another attempt."""


class _Guard(httpcore.NetworkBackend):
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


def _checked(target: str, url: str, base: str = "") -> str:
    """`target` as an absolute URL that may be asked for; `url` is what the user named."""
    checked = safe_url(target, base)
    if not checked and base:
        raise FetchError(f"{url}: redirects to what is not a web address: {shown(target)}")
    if not checked:
        raise FetchError(
            f"{shown(url)}: not a web address; write http://… or https://…, no password"
        )
    return checked


def _unpacked(chunks: Iterator[bytes], encoding: str, url: str) -> Iterator[bytes]:
    """The body without its Content-Encoding, in pieces of bounded size."""
    if encoding.lower() in ("", "identity"):
        yield from chunks
        return
    if encoding.lower() not in ("gzip", "x-gzip"):
        raise FetchError(f"{url}: sent in the encoding “{shown(encoding)}” that was not asked for")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            waiting = chunk
            while waiting:
                yield unpacker.decompress(waiting, 65536)
                waiting = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as fault:
        raise FetchError(f"{url}: its gzip encoding is damaged") from fault


def _limited(chunks: Iterator[bytes], most: int, url: str) -> Iterator[bytes]:
    """The chunks; raises `FetchError` as soon as they hold more than `most` octets."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise FetchError(f"{url}: larger than {most} octets (sources.max_bytes)")
        yield chunk


def _text(value: bytes) -> str:
    """A header field; servers write Location in UTF-8 although RFC 9110 says ASCII."""
    try:
        return value.decode().strip()
    except UnicodeDecodeError:
        return value.decode("latin-1").strip()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _line(fault: Exception) -> str:
    return shown(str(fault)) or type(fault).__name__


def shown(text: str) -> str:
    """Safe to print on one line of a terminal, without the password of a URL."""
    flat = "".join(c if c.isprintable() else "�" for c in text)[:200]
    return re.sub(r"//[^/@\s]*@", "//…@", flat)
