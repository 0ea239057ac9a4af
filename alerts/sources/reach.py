"""Whether addresses can be reached: what the linter asks of each link and image in an issue.

Fetches as sources are fetched, within the same limits and never from a private address; several at
once. Sends GET alone, and gives up what it got.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from alerts.errors import FetchError
from alerts.sources.fetch import Fetcher

# What servers answer to programs that they take for robots, or when they are busy.
_UNSURE = frozenset({401, 403, 405, 406, 408, 425, 429, 451, 500, 502, 503, 504, 999})


@dataclass(frozen=True, slots=True)
class Reached:
    """An address: `fault` is why not, and `unsure` True where a person might come through.

    `url` is where it led to, `size` how many octets came, `kind` their Content-Type.
    """

    url: str = ""
    size: int = 0
    kind: str = ""
    fault: str = ""
    unsure: bool = False


def reach(urls: Iterable[str], fetcher: Fetcher) -> dict[str, Reached]:
    """What became of each address."""
    wanted = list(dict.fromkeys(urls))
    with ThreadPoolExecutor(max_workers=fetcher.limits.concurrency) as pool:
        return dict(zip(wanted, pool.map(lambda url: _one(url, fetcher), wanted), strict=True))


def _one(url: str, fetcher: Fetcher) -> Reached:
    try:
        fetched = fetcher.fetch(url)
    except FetchError as fault:
        why = str(fault).removeprefix(f"{url}: ")
        too_large = "sources.max_bytes" in why
        return Reached(
            fault=why,
            unsure=too_large or fault.status in _UNSURE or "sources.timeout" in why,
            size=fetcher.limits.max_bytes + 1 if too_large else 0,
        )
    return Reached(fetched.url, len(fetched.body), fetched.content_type.partition(";")[0].strip())
