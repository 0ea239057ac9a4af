"""A listing: a page of links to articles, found by its structure.

The list is a group of links in similar positions, with titles of a usual length, on the same site,
outside menus and footers. There are no rules for particular sites. This module fetches nothing:
`follow` decides which links are followed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from alerts.domain.errors import InputError
from alerts.sources import page
from alerts.sources.document import Fetched
from alerts.sources.metadata import Metadata, own_address
from alerts.text.plain_text import safe_url, tidy
from alerts.text.urls import canonical, page_of, same_site

_FEWEST = 3  # least number of links in a list
_MANY = 5  # least number of links in a page that is a listing
_TITLE = (15, 250)  # least and most characters of a title
_ASIDE = frozenset({"nav", "header", "footer", "aside", "form"})
_ASIDE_NAMES = re.compile(
    r"(?:site-|main-|page-)?(?:nav|navbar|navigation|menu|footer|sidebar|breadcrumbs?|pagination|pager|"
    r"social|share|sharing|cookies?|comments?|related(?:-posts|-articles)?)(?:-(?:menu|list|area|bar))?|"
    r"site-header|top-?bar",
    re.IGNORECASE,
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_OTHER_FILES = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|zip|docx?|xlsx?|pptx?|mp[34]|ics|xml|rss)$", re.IGNORECASE
)
_PROSE, _MUCH_PROSE = 140, 4  # characters of a paragraph; this many paragraphs make an article

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedLink:
    """A link that may lead to an article."""

    url: str
    title: str
    headed: bool  # it is, or is in, a heading
    dated: bool  # a date stands beside it


def read_links(document: Fetched, place: str) -> list[ListedLink]:
    """The links to the articles that a page lists, in its order; raises `InputError` where it has no
    list."""
    tree = page.page_tree(document, place)
    found = links(tree, document.base or own_address(tree))
    if not found:
        raise InputError(f"{place}: no list of articles found in this page; is it --kind page?")
    return found


def is_listing(tree: Any, base: str) -> bool:
    """True for a page that is certainly a list: many similar links, and no text of an article."""
    meta = Metadata(tree)
    if meta.first("og:type").lower() == "article" or meta.first(
        "article:published_time", "ld:articlebody", "ld:headline", "citation_title"
    ):
        return False
    prose = sum(
        len(tidy(p.text_content())) >= _PROSE for p in tree.iter("p") if not _inside_link(p)
    )
    found = links(tree, base)
    headed = sum(link.headed or link.dated for link in found)
    return len(found) >= _MANY and headed >= _MANY and prose < max(_MUCH_PROSE, len(found))


def links(tree: Any, base: str) -> list[ListedLink]:
    """The links in a page's list of articles, in its order; empty where there is no list."""
    for element in tree.iter("base"):
        base = safe_url(element.get("href") or "", base) or base
    groups: dict[Place, dict[str, ListedLink]] = defaultdict(dict)
    for anchor in tree.iter("a"):
        link = _link(anchor, base)
        if link is not None:
            groups[_place(anchor)].setdefault(link.url, link)
    lists = [_without_lone_file(group.values()) for group in groups.values()]
    return max((one for one in lists if len(one) >= _FEWEST), key=_weight, default=[])


def _without_lone_file(group: Iterable[ListedLink]) -> list[ListedLink]:
    """The links of a group; without a PDF file that is alone among pages and has no date of its own: it
    belongs to one of them."""
    found = list(group)
    files = [link for link in found if urlsplit(link.url).path.lower().endswith(".pdf")]
    return [link for link in found if link not in files or len(files) > 1 or link.dated]


def _weight(group: list[ListedLink]) -> float:
    """A score: how similar a group of links is to a page's main list of articles."""
    letters = sum(min(len(link.title), 100) for link in group)
    headed = sum(link.headed for link in group) / len(group)
    dated = sum(link.dated for link in group) / len(group)
    files = sum(urlsplit(link.url).path.lower().endswith(".pdf") for link in group) / len(group)
    return letters * (1 + 2 * headed + dated) * (1 - files / 2)


def _link(anchor: Any, base: str) -> ListedLink | None:
    """A link that may lead to an article of this site; None for any other."""
    url = safe_url(anchor.get("href") or "", base)
    if not url or not same_site(url, base or url):
        return None
    path = urlsplit(url).path
    if _OTHER_FILES.search(path) or page_of(canonical(url)) == page_of(
        canonical(base or url + "x")
    ):
        return None
    if path == "/" and not urlsplit(url).query:
        return None
    heading = next((e for e in (anchor, *anchor.iterancestors()) if e.tag in _HEADINGS), None)
    inner = next(anchor.iter(*_HEADINGS), None)
    title = tidy((inner if inner is not None else anchor).text_content())
    if not _TITLE[0] <= len(title) <= _TITLE[1] or _is_aside(anchor):
        return None
    headed = inner is not None or (heading is not None and len(list(heading.iter("a"))) == 1)
    return ListedLink(url.partition("#")[0], title, headed, _has_date(anchor))


def _place(anchor: Any) -> Place:
    """The position of a link: its tag and first class, and those of the three elements around it."""
    names = []
    for element in (anchor, *list(anchor.iterancestors())[:3]):
        kind = (element.get("class") or "").split()
        names.append(f"{element.tag}.{re.sub(r'[0-9]+', '', kind[0]) if kind else ''}")
    return tuple(names)


def _is_aside(anchor: Any) -> bool:
    """True within menus, footers and side columns."""
    for element in anchor.iterancestors():
        if element.tag in ("article", "main", "body", "html"):
            return False
        if element.tag in _ASIDE:
            # a <header> in an article is the head of that article
            return element.tag != "header" or not _within(element, ("article", "li", "section"))
        names = f"{element.get('class') or ''} {element.get('id') or ''}".replace("_", "-").split()
        if any(_ASIDE_NAMES.fullmatch(name) for name in names):
            return True
    return False


def _within(element: Any, tags: tuple[str, ...]) -> bool:
    return any(ancestor.tag in tags for ancestor in element.iterancestors())


def _inside_link(element: Any) -> bool:
    return _within(element, ("a",))


def _has_date(anchor: Any) -> bool:
    """True where a <time> is in the same block as the link, before another link begins."""
    return any(next(block.iter("time"), None) is not None for block in _blocks(anchor))


def _blocks(anchor: Any) -> Iterator[Any]:
    """The elements around a link, from the inside, as long as they contain few other links."""
    for element in list(anchor.iterancestors())[:4]:
        if len(list(element.iter("a"))) > 4:
            return
        yield element
