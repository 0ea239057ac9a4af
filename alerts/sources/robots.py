"""robots.txt (RFC 9309): which pages of a site a program may read, and how fast.

Used for pages and listings, not for feeds and calendars, which are made for programs. A site without
the file, or with a broken one, allows everything; one whose server fails (5xx) or cannot be reached
allows nothing for now. Requested once per site and run. The file is parsed in a cell.
"""

import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from alerts.domain.errors import FetchError, InputError
from alerts.sources.cell.checks import flag, number, table
from alerts.sources.cell.job import Job, Task
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline
from alerts.sources.fetch import Fetcher

_LONGEST = 512_000  # octets of the file that are read, as RFC 9309 §2.5 says
_SLOWEST = 10.0  # seconds between two requests that we wait at most


@dataclass(frozen=True, slots=True)
class _Rule:
    """The rule for one page: whether it may be read, and the seconds between two requests."""

    allowed: bool
    delay: float


class Robots:
    """The robots.txt files of the sites that were visited in this run."""

    def __init__(self, fetcher: Fetcher, cells: Cells) -> None:
        self._fetcher, self._cells = fetcher, cells
        self._sites: dict[str, _Site] = {}
        self._opening = threading.Lock()

    def check(self, url: str, deadline: Deadline) -> None:
        """Raises `FetchError` where the site does not allow programs to read that page."""
        if self._fetcher.limits.robots and not self._rule(url, deadline).allowed:
            raise FetchError(
                f"{url}: robots.txt of this site does not allow it; "
                "set sources.robots = false if its owner agrees"
            )

    def wait(self, url: str, deadline: Deadline) -> float:
        """Wait for the Crawl-delay between two pages of the site; returns the seconds."""
        if not self._fetcher.limits.robots:
            return 0.0
        delay = min(max(self._rule(url, deadline).delay, 0.0), _SLOWEST)
        self._fetcher.pause(delay)
        return delay

    def _rule(self, url: str, deadline: Deadline) -> _Rule:
        text = self._site(url).text(deadline)
        if not text.strip():
            return _Rule(True, 0.0)
        job = Job(Task.ROBOTS, f"robots.txt for {url}", url=url, agent=self._fetcher.agent)
        try:
            return self._cells.ask(job, text, _rule_of, deadline)
        except InputError as fault:
            raise FetchError(str(fault)) from fault

    def _site(self, url: str) -> "_Site":
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._opening:
            return self._sites.setdefault(origin, _Site(self._fetcher, origin))


def _rule_of(value: Any) -> _Rule:
    fields = table(value, ("allowed", "delay"))
    return _Rule(flag(fields["allowed"]), number(fields["delay"]))


class _Site:
    """The robots.txt of one site, fetched when it is first asked for."""

    def __init__(self, fetcher: Fetcher, origin: str) -> None:
        self._fetcher, self._origin = fetcher, origin
        self._asking = threading.Lock()
        self._text: bytes | None = None

    def text(self, deadline: Deadline) -> bytes:
        """The file; raises `FetchError` where it could not be fetched."""
        with self._asking:
            if self._text is None:
                self._text = self._fetched(deadline)
            return self._text

    def _fetched(self, deadline: Deadline) -> bytes:
        address = f"{self._origin}/robots.txt"
        try:
            return self._fetcher.fetch(address, deadline=deadline).body[:_LONGEST]
        except FetchError as fault:
            if fault.status is not None and fault.status < 500:
                return b""
            raise FetchError(f"{address}: cannot be fetched ({fault})") from fault
