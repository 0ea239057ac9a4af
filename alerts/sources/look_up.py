"""Looks up pages of articles: what their sites name as translations, and where short links lead.

Guarantees: robots.txt is obeyed, with its Crawl-delay; the pages of one site are fetched one after the
other, within the time of one source; a site that fails twice is left alone until the next collection.
Pages are parsed in cells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.domain.article import Article
from alerts.domain.errors import FetchError, InputError
from alerts.sources.deadline import Deadline
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher
from alerts.sources.normalise import SourceContent
from alerts.sources.robots import Robots

_MOST_FAILURES = 2

ReadPage = Callable[[Fetched, Deadline], SourceContent]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """One page: the URL that was asked for, the one that answered, and its article if it has one."""

    asked: str
    url: str
    article: Article | None


def look_up(
    urls: Sequence[str], read_page: ReadPage, fetcher: Fetcher, robots: Robots, deadline: Deadline
) -> list[LookedUp]:
    """The pages at these URLs of one site; those that cannot be fetched now are not in the result."""
    found: list[LookedUp] = []
    failures = 0
    for number, url in enumerate(urls):
        if deadline.left() <= 0 or failures >= _MOST_FAILURES:
            break
        try:
            robots.check(url, deadline)
            if number:
                deadline.extend(robots.wait(url, deadline))
            document = fetcher.fetch(url, deadline=deadline.part(deadline.seconds / 2))
        except FetchError as fault:
            if fault.status is not None and fault.status < 500:
                found.append(LookedUp(url, "", None))
            else:
                failures += 1
            continue
        found.append(LookedUp(url, document.url, _article(document, read_page, deadline)))
    return found


def _article(document: Fetched, read_page: ReadPage, deadline: Deadline) -> Article | None:
    try:
        (article,) = read_page(document, deadline.part(deadline.seconds / 2)).articles
    except (InputError, ValueError):
        return None
    return article
