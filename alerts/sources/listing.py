"""A page of links to articles: they are found by the page's structure, and the new ones followed.

What repeats is a list: links that stand in the same kind of place, with titles as long as titles are,
on the same site, outside menus and footers. No rule knows a site. Promises to be polite: robots.txt
is heeded, pages are asked for one after the other with the pause that the site wants, no more than
`sources.follow` of them, and none that is known already.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from alerts.canonical import canonical, page_of, same_site
from alerts.errors import FetchError, InputError
from alerts.markup import safe_url, tidy
from alerts.model import Article
from alerts.sources import page
from alerts.sources.fetch import Fetched, Fetcher
from alerts.sources.intake import Found, Intake
from alerts.sources.metadata import Metadata, own_address
from alerts.sources.robots import Robots

_FEWEST = 3  # links that make a list
_MANY = 5  # … that make the page a listing
_TITLE = (15, 250)  # letters of a title
_ASIDE = frozenset({"nav", "header", "footer", "aside", "form"})
_ASIDE_NAMES = re.compile(
    r"(?:site-|main-|page-)?(?:nav|navbar|navigation|menu|footer|sidebar|breadcrumbs?|pagination|pager|"
    r"social|share|sharing|cookies?|comments?|related(?:-posts|-articles)?)(?:-(?:menu|list|area|bar))?|"
    r"site-header|top-?bar",
    re.IGNORECASE,
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_OTHER_FILES = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|pdf|zip|docx?|xlsx?|pptx?|mp[34]|ics|xml|rss)$", re.IGNORECASE
)
_PROSE, _MUCH_PROSE = 140, 4  # letters of a paragraph, and as many of them make an article

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may lead to an article."""

    url: str
    title: str
    headed: bool  # it is, or is in, a heading
    dated: bool  # a date stands beside it


def read(
    document: Fetched, intake: Intake, fetcher: Fetcher, robots: Robots, known: frozenset[str]
) -> Found:
    """The articles that are new behind the links of a page; raises `InputError` where it has none."""
    place, most = intake.source.location, intake.settings.sources.follow
    tree = page.page_tree(document, place)
    found = links(tree, document.base or own_address(tree))
    if not found:
        raise InputError(f"{place}: no list of articles found in this page; is it --kind page?")
    new = [link for link in found if page_of(canonical(link.url)) not in known]
    notes = []
    if len(new) > most:
        notes.append(f"{place}: {len(new)} new links; the first {most} are read (sources.follow)")
    articles: list[Article] = []
    for number, link in enumerate(new[:most]):
        try:
            robots.check(link.url)
            if number:
                robots.wait(link.url)
            followed = fetcher.fetch(link.url)
            articles.append(page.article(page.page_tree(followed, link.url), followed, intake))
        except FetchError as fault:
            notes.append(str(fault))
        except InputError:
            notes.append(f"{link.url}: named in {place}, but no article")
    return Found(tuple(articles), notes=tuple(notes), known=len(found) - len(new))


def is_listing(tree: Any, base: str) -> bool:
    """True for a page that is certainly a list: many links of one kind, and nothing of an article."""
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


def links(tree: Any, base: str) -> list[Link]:
    """The links of the list of articles in a page, in its order; none where there is no list."""
    for element in tree.iter("base"):
        base = safe_url(element.get("href") or "", base) or base
    groups: dict[Place, dict[str, Link]] = defaultdict(dict)
    for anchor in tree.iter("a"):
        link = _link(anchor, base)
        if link is not None:
            groups[_place(anchor)].setdefault(link.url, link)
    lists = [list(group.values()) for group in groups.values() if len(group) >= _FEWEST]
    return max(lists, key=_weight, default=[])


def _weight(group: list[Link]) -> float:
    """How much a group of links looks like the list of articles of its page."""
    letters = sum(min(len(link.title), 100) for link in group)
    headed = sum(link.headed for link in group) / len(group)
    dated = sum(link.dated for link in group) / len(group)
    return letters * (1 + 2 * headed + dated)


def _link(anchor: Any, base: str) -> Link | None:
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
    return Link(url.partition("#")[0], title, headed, _has_date(anchor))


def _place(anchor: Any) -> Place:
    """The tags and first classes of what a link stands in, three levels up and of its own."""
    names = []
    for element in (anchor, *list(anchor.iterancestors())[:3]):
        kind = (element.get("class") or "").split()
        names.append(f"{element.tag}.{re.sub(r'[0-9]+', '', kind[0]) if kind else ''}")
    return tuple(names)


def _is_aside(anchor: Any) -> bool:
    """True within menus, footers and what stands beside the matter."""
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
    """True where a <time> stands in the same block, before another link's begins."""
    return any(next(block.iter("time"), None) is not None for block in _blocks(anchor))


def _blocks(anchor: Any) -> Iterator[Any]:
    """What a link stands in, upwards, as long as it holds few other links."""
    for element in list(anchor.iterancestors())[:4]:
        if len(list(element.iter("a"))) > 4:
            return
        yield element
