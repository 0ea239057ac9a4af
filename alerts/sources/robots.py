"""robots.txt (RFC 9309): which pages of a site a program may read, and how fast.

Asked for pages and listings, not for feeds and calendars: those are made for programs. A site
without the file, or with a broken one, allows everything; one whose server is ill (5xx) or cannot be
reached allows nothing for now. Asked once a site and run.
"""

import threading
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from alerts.errors import FetchError
from alerts.sources.fetch import Fetcher

_LONGEST = 512_000  # octets of the file that are read, as RFC 9309 §2.5 says
_SLOWEST = 10.0  # seconds between two requests that we wait at most


class Robots:
    """What the sites say that were asked in this run."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._sites: dict[str, _Site] = {}
        self._opening = threading.Lock()

    def check(self, url: str) -> None:
        """Raises `FetchError` where the site does not want that page read by programs."""
        if not self._fetcher.limits.robots:
            return
        if not self._site(url).rules.can_fetch(url, self._fetcher.agent):
            raise FetchError(
                f"{url}: robots.txt of this site does not allow it; "
                "set sources.robots = false if its owner agrees"
            )

    def wait(self, url: str) -> None:
        """Pause as long as the site wants between two pages."""
        if self._fetcher.limits.robots:
            delay = self._site(url).rules.crawl_delay(self._fetcher.agent) or 0.0
            self._fetcher.pause(min(max(float(delay), 0.0), _SLOWEST))

    def _site(self, url: str) -> "_Site":
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._opening:
            return self._sites.setdefault(origin, _Site(self._fetcher, origin))


class _Site:
    def __init__(self, fetcher: Fetcher, origin: str) -> None:
        self._fetcher, self._origin = fetcher, origin
        self._asking = threading.Lock()

    @property
    def rules(self) -> Any:
        with self._asking:
            return self._rules

    @cached_property
    def _rules(self) -> Any:
        from protego import Protego

        try:
            text = self._fetcher.fetch(f"{self._origin}/robots.txt").body[:_LONGEST]
        except FetchError as fault:
            if fault.status is not None and fault.status < 500:
                return Protego.parse("")
            raise FetchError(f"{self._origin}/robots.txt: cannot be asked ({fault})") from fault
        return Protego.parse(text.decode("utf-8-sig", "replace"))
