"""Fetches one document over HTTP from a foreign host.

Guarantees: only http and https; no connection to a private, loopback, link-local or otherwise
non-public address, checked after DNS resolution, for exactly the address that is then connected to, at
each redirect (rule X3); limits on the time of the whole fetch, the unpacked size and the number of
redirects (X4). Keeps no cookies, sends no credentials, uses no proxy. Each failure is a `FetchError`
with a message of one line. Few connections to one host are open at a time (`sources.per_host`).
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import httpcore2
import httpx2

from alerts import __version__
from alerts.config.settings import Settings
from alerts.domain.errors import FetchError
from alerts.domain.open_transaction import outside
from alerts.sources.content_encoding import ENCODINGS, unpacked
from alerts.sources.deadline import Deadline
from alerts.sources.document import Fetched as Fetched
from alerts.sources.public_only import (
    WEB_PORTS,
    PublicOnlyBackend,
    Resolve,
    is_public,
    shown,
    system_resolver,
)
from alerts.text.network_faults import root_cause
from alerts.text.plain_text import safe_url

_MOST_REDIRECTS = 5
_KEPT, _LONGEST_FIELD = ("link", "x-wp-totalpages"), 10_000
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.9, */*;q=0.5"
)


class Fetcher:
    """Fetches documents, one after the other or from several threads at once.

    `resolve`, `sleep` and `clock` (seconds, monotonic) replace those of the machine. `public` decides
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
        self._tls = httpx2.create_ssl_context()
        self._hosts: dict[str, threading.Semaphore] = defaultdict(
            lambda: threading.Semaphore(max(1, self.limits.per_host))
        )
        self._opening = threading.Lock()

    def deadline(self, seconds: float = 0, setting: str = "sources.timeout") -> Deadline:
        """The deadline for a source whose reading begins now, or for what has so many `seconds`."""
        return Deadline(seconds or self.limits.timeout.total_seconds(), self._clock, setting)

    def fetch(
        self,
        url: str,
        etag: str = "",
        last_modified: str = "",
        deadline: Deadline | None = None,
        accept: str = _ACCEPT,
    ) -> Fetched:
        """Fetch the document at `url`, by the deadline or within `sources.timeout`; raises
        `FetchError`.

        `etag` and `last_modified` of an earlier fetch make it a conditional request (RFC 9110 §13); the
        result is then `unchanged` where the server answers 304. Tried again, after growing pauses, when
        the connection broke or the server answered 5xx.
        """
        outside("a document is fetched")
        headers = [("User-Agent", self._agent), ("Accept", accept), ("Accept-Encoding", ENCODINGS)]
        headers += [("If-None-Match", etag)] if etag else []
        headers += [("If-Modified-Since", last_modified)] if last_modified else []
        ends = deadline or self.deadline()
        attempt = 0
        while True:
            try:
                return self._follow(url, headers, ends)
            except _Transient as fault:
                pause = 0.5 * 2**attempt
                if attempt >= self.limits.retries or pause >= ends.left():
                    raise FetchError(str(fault), fault.status, passing=True) from fault
                attempt += 1
                self._sleep(pause)

    @property
    def agent(self) -> str:
        """The User-Agent of this program."""
        return self._agent

    def pause(self, seconds: float) -> None:
        """Wait between two requests to a site; `seconds` is its Crawl-delay."""
        self._sleep(seconds)

    @contextmanager
    def _turn(self, url: str, ends: Deadline) -> Iterator[None]:
        """Wait until one of the few connections allowed to one host is free; the wait does not count
        for the source."""
        with self._opening:
            host = self._hosts[urlsplit(url).hostname or ""]
        asked = self._clock()
        with host:
            ends.extend(self._clock() - asked)
            yield

    def _follow(self, url: str, headers: list[tuple[str, str]], ends: Deadline) -> Fetched:
        """One attempt, redirects included."""
        seen: list[str] = []
        hops: list[tuple[int, str]] = []
        target = _checked(url, url)
        while True:
            if target in seen:
                raise FetchError(f"{url}: redirects in a circle, by way of {target}")
            if len(seen) > _MOST_REDIRECTS:
                raise FetchError(f"{url}: more than {_MOST_REDIRECTS} redirects")
            seen.append(target)
            answer = self._ask(url, target, headers, ends)
            if isinstance(answer, Fetched):
                return replace(answer, hops=tuple(hops))
            target = _checked(answer.location, url, target)
            hops.append((answer.status, target))

    def _ask(
        self, url: str, target: str, headers: list[tuple[str, str]], ends: Deadline
    ) -> "Fetched | _Redirect":
        """One request: the document, or where it redirects to."""
        guard = PublicOnlyBackend(
            self._resolve,
            self._allowed,
            None if self.limits.allow_private else WEB_PORTS,
            ends.left,
        )
        try:
            with (
                self._turn(target, ends),
                httpcore2.ConnectionPool(
                    ssl_context=self._tls, network_backend=guard, max_connections=1
                ) as pool,
                pool.stream("GET", target.partition("#")[0], headers=headers) as response,
            ):
                return self._answer(url, target, response)
        except httpcore2.TimeoutException as fault:
            raise FetchError(
                f"{url}: not read within {ends.seconds:g} s ({ends.setting})"
            ) from fault
        except httpcore2.ConnectError as fault:
            if "CERTIFICATE" in str(fault).upper():
                raise FetchError(
                    f"{url}: its TLS certificate is not valid: {_line(fault)}"
                ) from fault
            raise _Transient(f"{url}: cannot connect: {_line(fault)}") from fault
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as fault:
            raise _Transient(f"{url}: the connection broke: {_line(fault)}") from fault

    def _answer(self, url: str, target: str, response: httpcore2.Response) -> "Fetched | _Redirect":
        fields = {name.decode("latin-1").lower(): _text(value) for name, value in response.headers}
        status = response.status
        if status in (301, 302, 303, 307, 308) and fields.get("location"):
            return _Redirect(status, fields["location"])
        etag, modified = fields.get("etag", ""), fields.get("last-modified", "")
        if status == HTTPStatus.NOT_MODIFIED:
            same = Fetched(target, target, b"", "", etag, modified, unchanged=True)
            return replace(same, told_at=_told_at(fields))
        if status != HTTPStatus.OK:
            fault = f"{url}: answered {status} {_phrase(status)}".rstrip()
            raise (_Transient if status in _TRANSIENT else FetchError)(fault, status)
        said = fields.get("content-length", "")
        most = self.limits.max_bytes  # of the received octets, and of the unpacked ones
        if len(said) < 19 and said.isdigit() and int(said) > most:
            raise FetchError(f"{url}: larger than {most} octets (sources.max_bytes)")
        packed = _limited(response.iter_stream(), most, url)
        encoding = fields.get("content-encoding", "")
        body = b"".join(_limited(unpacked(packed, encoding, url), most, url))
        base = safe_url(fields.get("content-location", ""), target) or target
        kind = fields.get("content-type", "")
        told = {name: fields[name][:_LONGEST_FIELD] for name in _KEPT if name in fields}
        found = Fetched(target, base, body, kind, etag, modified, headers=told)
        return replace(found, told_at=_told_at(fields))


@dataclass(frozen=True, slots=True)
class _Redirect:
    """A redirect: its status, and where it leads, as the server wrote it."""

    status: int
    location: str


class _Transient(FetchError):
    """Worth another attempt."""


def _checked(target: str, url: str, base: str = "") -> str:
    """`target` as an absolute URL that may be fetched; `url` is the one that the user named."""
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


def _told_at(fields: Mapping[str, str]) -> datetime | None:
    """What time it is by the server: its Date, and the Age of an answer out of a cache (RFC 9111 §5.1)."""
    try:
        date = parsedate_to_datetime(fields.get("date", ""))
        age = timedelta(seconds=int(fields.get("age", "") or 0))
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC) + age
    except (ValueError, OverflowError):
        return None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _line(fault: Exception) -> str:
    return root_cause(fault) or "it does not answer as a web server does"
