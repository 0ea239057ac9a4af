"""Checks whether URLs answer, for the links and images of an issue (H16).

Fetches several at once, with the same limits as sources and never from a private address. Sends only
GET, and discards the answer.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from alerts.domain.errors import FetchError
from alerts.sources.fetch import Fetcher

# Status codes of servers that refuse robots, or are busy.
_UNSURE = frozenset({401, 403, 405, 406, 408, 425, 429, 451, 500, 502, 503, 504, 999})


@dataclass(frozen=True, slots=True)
class LinkResult:
    """The result for one address. `fault`: why it was not reached (empty if it was); `unsure`: a
    browser might reach it.

    `url` is the final address, `size` the number of octets received, `kind` their Content-Type.
    """

    url: str = ""
    size: int = 0
    kind: str = ""
    fault: str = ""
    unsure: bool = False


def reach(urls: Iterable[str], fetcher: Fetcher) -> dict[str, LinkResult]:
    """Request each address once; returns the result of each."""
    wanted = list(dict.fromkeys(urls))
    with ThreadPoolExecutor(max_workers=fetcher.limits.concurrency) as pool:
        return dict(zip(wanted, pool.map(lambda url: _one(url, fetcher), wanted), strict=True))


def _one(url: str, fetcher: Fetcher) -> LinkResult:
    try:
        fetched = fetcher.fetch(url)
    except FetchError as fault:
        why = str(fault).removeprefix(f"{url}: ")
        too_large = "sources.max_bytes" in why
        return LinkResult(
            fault=why,
            unsure=too_large or fault.status in _UNSURE or "sources.timeout" in why,
            size=fetcher.limits.max_bytes + 1 if too_large else 0,
        )
    return LinkResult(
        fetched.url, len(fetched.body), fetched.content_type.partition(";")[0].strip()
    )
