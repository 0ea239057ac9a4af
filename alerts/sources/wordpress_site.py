"""Where a site of WordPress has its posts, and how far back they are read.

A site names its REST interface in each answer (`Link: <…/wp-json/>; rel="https://api.w.org/"`), and that
of a category, tag or author beside it. Posts come newest first, in pages that `X-WP-TotalPages` counts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from alerts.domain.errors import FetchError, InputError
from alerts.sources.deadline import Deadline
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher
from alerts.sources.normalise import SourceContent
from alerts.text.aliases import is_front, site_of
from alerts.text.plain_text import safe_url

_API = "https://api.w.org/"
_LINK = re.compile(r"<([^>]*)>([^<]*?)(?=,\s*<|$)")
_POSTS = re.compile(
    r"(?:/wp-json|[?&]rest_route=)(?:/|%2F)wp(?:/|%2F)v2(?:/|%2F)[\w-]+/?(?=$|[?&])", re.I
)
_ARCHIVE = re.compile(r"wp/v2/(categories|tags|users)/(\d+)/?$")
_OF = {"categories": "categories", "tags": "tags", "users": "author"}
_ASKED = {
    "per_page": "50", "orderby": "date", "order": "desc",
    "_embed": "author,wp:featuredmedia,wp:term",
}  # fmt: skip
_MOST_PAGES = 20

ReadPosts = Callable[[Fetched], SourceContent]


def is_posts(url: str) -> bool:
    """True for the address of posts of the interface itself."""
    return _POSTS.search(url) is not None


def posts_of(document: Fetched) -> str:
    """The address of the posts that a page of a site of WordPress lists: of all on its front page, of a
    category, tag or author on theirs; "" for any other page."""
    links: dict[str, list[str]] = {}
    for target, parameters in _LINK.findall(document.headers.get("link", "")):
        url = safe_url(target, document.base)
        if url and site_of(url) == site_of(document.url):
            relation = re.search(r"rel=\"?([^\";]+)", parameters)
            links.setdefault(relation[1].strip() if relation else "", []).append(url)
    if not (apis := links.get(_API)):
        return ""
    posts = f"{apis[0].rstrip('/')}/wp/v2/posts"
    for url in links.get("alternate", ()):
        if archive := _ARCHIVE.search(url.replace("%2F", "/")):
            return _with(posts, {_OF[archive[1]]: archive[2]})
    path = urlsplit(document.url).path.rstrip("/")
    # the front page of one language of several is that of all posts only by an interface of its own
    whole = not path or urlsplit(apis[0]).path.startswith(f"{path}/")
    return posts if whole and is_front(document.url) else ""


def first_page(
    location: str, fetcher: Fetcher, deadline: Deadline, etag: str = "", modified: str = ""
) -> Fetched:
    """The newest posts of a location: of the interface, or of a page that names it. Raises `FetchError`.

    The address of the result is that of the location.
    """
    if is_posts(location):
        answer = fetcher.fetch(_with(location, _ASKED), etag, modified, deadline)
        return replace(answer, url=_without(answer.url), hops=tuple(
            (status, _without(url)) for status, url in answer.hops))  # fmt: skip
    page = fetcher.fetch(location, deadline=deadline)
    posts = posts_of(page)
    if not posts:
        raise FetchError(
            f"{location}: no list of posts of WordPress; name a feed, or a page with --kind listing"
        )
    answer = fetcher.fetch(_with(posts, _ASKED), etag, modified, deadline)
    return replace(answer, url=page.url, hops=page.hops)


def further(
    first: SourceContent,
    document: Fetched,
    location: str,
    since: datetime,
    read: ReadPosts,
    fetcher: Fetcher,
    deadline: Deadline,
) -> SourceContent:
    """The content with the older posts of the following pages, as far back as `since`."""
    articles, faults, notes = list(first.articles), list(first.faults), list(first.notes)
    said = document.headers.get("x-wp-totalpages", "")
    pages = min(int(said), _MOST_PAGES) if said.isdigit() and len(said) < 9 else 1
    posts = location if is_posts(location) else _without(document.base)
    newest = first
    for number in range(2, pages + 1):
        days = [one.published for one in newest.articles if one.published]
        if not days or min(days) < since:
            break
        try:
            page = fetcher.fetch(_with(posts, {**_ASKED, "page": str(number)}), deadline=deadline)
            newest = read(page)
        except InputError as fault:
            notes.append(f"{fault}; older posts were not read")
            break
        articles += newest.articles
        faults += newest.faults
        notes += newest.notes
    distinct = {one.url: one for one in reversed(articles)}  # a new post shifts the pages
    return replace(
        first,
        articles=tuple(reversed(distinct.values())),
        faults=tuple(faults),
        notes=tuple(notes),
    )


def _with(url: str, parameters: dict[str, str]) -> str:
    """The address with those of the parameters that it does not have."""
    known = {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
    more = "&".join(f"{name}={value}" for name, value in parameters.items() if name not in known)
    return url + (("&" if "?" in url else "?") + more if more else "")


def _without(url: str) -> str:
    """The address without the parameters that are asked for here."""
    head, _, query = url.partition("?")
    left: Iterator[str] = (
        part for part in query.split("&")
        if part and part.partition("=")[0] not in (*_ASKED, "page")
    )  # fmt: skip
    rest = "&".join(left)
    return f"{head}?{rest}" if rest else head
