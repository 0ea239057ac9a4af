"""Follows the links of a listing: fetches each new page, which gives one article.

Guarantees: robots.txt is obeyed, with its Crawl-delay; pages are fetched one after the other, at most
`sources.follow` of them, and known pages are not fetched, nor those that were asked for lately and gave
no article. Pages that are not read by the deadline of
the source wait for the next collection. A single page may take at most half of the source's time.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from alerts.domain.article import Article
from alerts.domain.errors import FetchError, InputError
from alerts.sources.deadline import Deadline
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher
from alerts.sources.normalise import SourceContent
from alerts.sources.robots import Robots
from alerts.text.urls import canonical, page_of

# A link that says what it does, and not where it leads.
_DOWNLOAD = re.compile(
    r"download|descarg|télécharg|baixar|herunterlad|scaric|скача|تحميل|\bpdf\b", re.I
)

ReadPage = Callable[[Fetched, Deadline], SourceContent]


def follow(
    place: str,
    links: Sequence[tuple[str, str]],
    known: frozenset[str],
    empty: frozenset[str],
    read_page: ReadPage,
    fetcher: Fetcher,
    robots: Robots,
    deadline: Deadline,
) -> SourceContent:
    """The articles behind those links (address and text) of the listing at `place` whose pages are not
    in `known`, nor in `empty`, which gave no article lately."""
    most = fetcher.limits.follow
    unknown = [link for link in links if page_of(canonical(link[0])) not in known]
    new = [link for link in unknown if page_of(canonical(link[0])) not in empty]
    notes = []
    if len(new) > most:
        notes.append(f"{place}: {len(new)} new links; the first {most} are read (sources.follow)")
    articles: list[Article] = []
    without: list[str] = []
    for number, (url, said) in enumerate(new[:most]):
        if deadline.left() <= 0:
            left = len(new[:most]) - number
            notes.append(
                f"{place}: {left} new links not read within {deadline.seconds:g} s (sources.timeout); "
                "the next collection reads them"
            )
            break
        asked = False
        try:
            robots.check(url, deadline)
            if number:
                deadline.extend(robots.wait(url, deadline))
            own, asked = deadline.part(deadline.seconds / 2), True
            found = read_page(fetcher.fetch(url, deadline=own), own).articles
            # the link may redirect: the page is known by both addresses
            articles += (
                replace(a, marks=(*a.marks, f"page:{canonical(url)}", *_linked_as(said)))
                for a in found
            )
        except InputError as fault:
            notes.append(_told(fault, url, place))
            passing = isinstance(fault, FetchError) and fault.passing
            if asked and not passing and deadline.left() > 0:
                without.append(page_of(canonical(url)))
    return SourceContent(
        tuple(articles), notes=tuple(notes), known=len(links) - len(unknown), empty=tuple(without)
    )


def _told(fault: InputError, url: str, place: str) -> str:
    """Why a link gave no article."""
    why = str(fault)  # of a PDF file it says what is wrong with it
    if isinstance(fault, FetchError) or why.startswith(url):
        return why
    return f"{url}: named in {place}, but no article"


def _linked_as(said: str) -> Iterator[str]:
    """The mark of the text of a link, which the title is compared with."""
    if said and not _DOWNLOAD.search(said):
        yield f"link:{said}"
