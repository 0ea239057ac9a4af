"""Fetching one document over HTTP from a host that nobody here controls.

Promises: only http and https; no connection to a private, loopback, link-local or otherwise
non-public address, checked after DNS resolution, on the very address that is then connected to, at
each redirect (mail-rules X3); a limit on the time of the whole fetch, on the unpacked size and on
redirects (X4). Keeps no cookies, sends no credentials, uses no proxy. Each fault is a `FetchError`
of one line. A host gets few connections at a time (`sources.per_host`).
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import urlsplit

import httpcore
import httpx

from alerts import __version__
from alerts.errors import FetchError
from alerts.markup import safe_url
from alerts.settings import Settings
from alerts.sources.guard import WEB_PORTS, Guard, Resolve, is_public, shown, system_resolver
from alerts.sources.unpack import ENCODINGS, unpacked

_MOST_REDIRECTS = 5
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
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

    @property
    def digest(self) -> str:
        """By which the same document is known again."""
        return sha256(self.body).hexdigest()


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
        self._hosts: dict[str, threading.Semaphore] = defaultdict(
            lambda: threading.Semaphore(max(1, self.limits.per_host))
        )
        self._opening = threading.Lock()

    def fetch(self, url: str, etag: str = "", last_modified: str = "") -> Fetched:
        """The document at `url`; raises `FetchError`.

        With the `etag` and `last_modified` of an earlier fetch, it is `unchanged` where the server
        says so. Tried again, with a growing pause, when the connection broke or the server was ill.
        """
        headers = [("User-Agent", self._agent), ("Accept", _ACCEPT), ("Accept-Encoding", ENCODINGS)]
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
                    raise FetchError(str(fault), fault.status) from fault
                attempt += 1
                self._sleep(pause)

    @property
    def agent(self) -> str:
        """What this program calls itself."""
        return self._agent

    def pause(self, seconds: float) -> None:
        """Wait as long as a site wants between two requests."""
        self._sleep(seconds)

    @contextmanager
    def _turn(self, url: str) -> Iterator[None]:
        """A place among the few connections that one host gets at a time."""
        with self._opening:
            host = self._hosts[urlsplit(url).hostname or ""]
        with host:
            yield

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
        guard = Guard(
            self._resolve,
            self._allowed,
            None if self.limits.allow_private else WEB_PORTS,
            lambda: ends - self._clock(),
        )
        try:
            with (
                self._turn(target),
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
            raise (_Transient if status in _TRANSIENT else FetchError)(fault, status)
        body = b"".join(
            _limited(
                unpacked(response.iter_stream(), fields.get("content-encoding", ""), url),
                self.limits.max_bytes,
                url,
            )
        )
        base = safe_url(fields.get("content-location", ""), target) or target
        return Fetched(target, base, body, fields.get("content-type", ""), etag, modified)


class _Transient(FetchError):
    """Worth another attempt."""


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


def _limited(chunks: Iterable[bytes], most: int, url: str) -> Iterator[bytes]:
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
