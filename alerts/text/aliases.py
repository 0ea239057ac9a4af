"""The aliases of an article: all that it can be recognised by besides the addresses of its page.

Pure. Fingerprints are of words without case, accents and punctuation, so a site that is made anew keeps
them. Readers give `marks` such as `guid:node-55`, `short:https://a.example/?p=7`, `doi:10.1000/1`,
`isbn:…`, `uid:…`; everything else is read from the article itself.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from alerts.domain.article import Article, Event
from alerts.domain.organisational_domain import organisational_domain
from alerts.domain.story import Alias, AliasKind
from alerts.text.plain_text import safe_url
from alerts.text.urls import canonical, page_of
from alerts.text.words import words

LITTLE_TEXT = 14  # words; a shorter text is no fingerprint
FEW_WORDS = 4  # of a title; a shorter title is said of many stories
_LONGEST = 400  # characters of a value
_TAG = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?", re.IGNORECASE)
_TAGGED = re.compile(r"[-_.][a-z]{2}$", re.IGNORECASE)
_LANGUAGE_PARAMETERS = frozenset({"lang", "language", "locale", "hl"})
_DRUPAL = re.compile(r"(\d{1,10}) at (https?://\S+)")
_NODE = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2,4})?/)?node/(\d{1,10})", re.IGNORECASE)
_POST = re.compile(r"(?:p|page_id|post|attachment_id)=\d{1,10}")
_GLOBAL = re.compile(
    r"(?:tag:|urn:|yt:).+|\{?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?", re.I
)
_DOI = re.compile(r"10\.\d{4,9}/\S+", re.IGNORECASE)
_SIZES = re.compile(r"-\d{2,5}x\d{2,5}(?=\.\w{3,4}$)|/styles/[\w-]+/(?:public|private)(?=/)")


def site_of(url: str) -> str:
    """The site of a URL: its registered domain; with its port where it has no name of its own."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    try:
        ip_address(host)
    except ValueError:
        return organisational_domain(host) if "." in host else parts.netloc
    return parts.netloc


def is_front(url: str) -> bool:
    """True for the front page of a site, also of one of its languages: nothing in particular is there."""
    parts = urlsplit(url)
    path = [segment for segment in parts.path.split("/") if segment]
    left = [segment for segment in path if not _TAG.fullmatch(segment)]
    return (not left or left in (["index.html"], ["index.php"])) and not _POST.search(parts.query)


def aliases(article: Article) -> tuple[Alias, ...]:
    """The aliases of an article, each once; none of the address of its page itself."""
    site = site_of(article.url)
    found = [*_hreflang(article), *_marked(article.marks, site), *_of_address(article.url)]
    found += fingerprints(article.title, article.summary)
    if article.image and article.image.url.startswith(("http://", "https://")):
        found.append(Alias(AliasKind.PICTURE, picture(article.image.url)))
    if article.published:
        at = article.published.astimezone(UTC).isoformat(timespec="seconds")[:19]
        found.append(Alias(AliasKind.MOMENT, f"{site} {at}"))
    if path := _neutral_path(article.url):
        found.append(Alias(AliasKind.PATH, f"{site} {path}"))
    if article.event:
        found.append(Alias(AliasKind.WHEN, f"{site} {_when(article.event)}"))
    return tuple(dict.fromkeys(one for one in found if 0 < len(one.value) <= _LONGEST))


def pages(article: Article) -> tuple[str, ...]:
    """The addresses at which an article's page is: its own, and those that lead to it."""
    led = (mark.removeprefix("page:") for mark in article.marks if mark.startswith("page:"))
    return tuple(dict.fromkeys((article.url, *led)))


def linked_as(article: Article) -> str:
    """The text of the link in a listing that led to an article; "" where none did."""
    said = (mark.removeprefix("link:") for mark in article.marks if mark.startswith("link:"))
    return next(said, "")


def fingerprints(title: str, text: str) -> Iterator[Alias]:
    """Those of the title, and of title and text together, where they are long enough to tell."""
    headline, body = words(title), words(text)
    if len(set(headline)) >= FEW_WORDS:
        yield Alias(AliasKind.TITLE, _hash(headline))
        if len(body) >= LITTLE_TEXT:
            yield Alias(AliasKind.TEXT, _hash([*headline, "\n", *body]))


def _hreflang(article: Article) -> Iterator[Alias]:
    """The pages that it names as its translations; a front page is one only of a front page."""
    for language, url in article.alternates.items():
        if not is_front(url) or is_front(article.url):
            yield Alias(AliasKind.HREFLANG, page_of(url), language)


def _marked(marks: Iterable[str], site: str) -> Iterator[Alias]:
    """The aliases that a reader's marks are."""
    for mark in marks:
        kind, _, value = mark.partition(":")
        value = value.strip()
        if kind in ("guid", "short") and value:
            yield from _guid(value, site)
        elif kind == "doi" and (doi := _DOI.search(unquote(value))):
            yield Alias(AliasKind.DOI, doi[0].lower().rstrip(".,;)"))
        elif kind == "isbn" and (isbn := _isbn(value)):
            yield Alias(AliasKind.ISBN, isbn)
        elif kind == "uid" and value:
            yield Alias(AliasKind.UID, value)


def _guid(value: str, site: str) -> Iterator[Alias]:
    """The alias of a guid. An address names its site itself; what is no name for all the world is one
    within the site."""
    if drupal := _DRUPAL.fullmatch(value):
        yield Alias(AliasKind.NODE, f"{_host(drupal[2])} {drupal[1]}")
    elif url := safe_url(value):
        address = canonical(url)
        if not is_front(address):
            own = list(_of_address(address))
            yield from own or [Alias(AliasKind.GUID, page_of(address))]
    elif _GLOBAL.fullmatch(value):
        yield Alias(AliasKind.GUID, value.lower())
    else:
        yield Alias(AliasKind.GUID, f"{site} {value}")


def _of_address(url: str) -> Iterator[Alias]:
    """What an address says by itself: the number of a page in its system, a DOI."""
    parts = urlsplit(url)
    if node := _NODE.fullmatch(parts.path.rstrip("/")):
        yield Alias(AliasKind.NODE, f"{_host(url)} {node[1]}")
    elif post := _POST.search(parts.query):
        yield Alias(AliasKind.GUID, f"{_host(url)}/?{post[0]}")
    elif (parts.hostname or "").endswith("doi.org") and (doi := _DOI.search(unquote(parts.path))):
        yield Alias(AliasKind.DOI, doi[0].lower())


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower().removeprefix("www.")


def picture(url: str) -> str:
    """A picture's address without the size that its system adds."""
    parts = urlsplit(url)
    path = _SIZES.sub("", parts.path)
    return f"{_host(url)}{path}" if "." in path else page_of(canonical(url))


def _neutral_path(url: str) -> str:
    """The path without what names a language; "" where too little is left."""
    parts = urlsplit(url)
    segments = [s for s in parts.path.split("/") if s and not _TAG.fullmatch(s)]
    if segments:
        segments[-1] = _TAGGED.sub("", re.sub(r"\.(?:html?|php|aspx?)$", "", segments[-1]))
    rest = [f"{n}={v}" for n, v in parse_qsl(parts.query, max_num_fields=50)
            if n.lower() not in _LANGUAGE_PARAMETERS]  # fmt: skip
    path = "/".join(segments) + ("?" + "&".join(rest) if rest else "")
    return path.lower() if len(path) >= 6 else ""


def _when(event: Event) -> str:
    return f"{_instant(event.start)}/{_instant(event.end) if event.end else ''}"


def _instant(when: date | datetime) -> str:
    return (when.astimezone(UTC) if isinstance(when, datetime) else when).isoformat()


def _isbn(text: str) -> str:
    """An ISBN as its 13 digits; "" for anything else."""
    digits = re.sub(r"[\s-]", "", text).upper()
    if re.fullmatch(r"97[89]\d{10}", digits):
        return digits
    if not re.fullmatch(r"\d{9}[\dX]", digits):
        return ""
    body = f"978{digits[:9]}"
    total = sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _hash(parts: Iterable[str]) -> str:
    return sha256(" ".join(parts).encode()).hexdigest()[:32]
