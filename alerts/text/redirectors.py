"""Redirectors: links to a page by way of another site, where the target stands in the link itself.

Google Alerts and search results, AMP viewers, mail filters, social networks, web archives. Pure: a
short link, whose target only its server knows, is not unwrapped here.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

_DEEPEST = 4  # redirectors within redirectors
_GOOGLE = re.compile(r"(?:www\.|scholar\.|cse\.)?google\.[a-z.]{2,6}")
# host (a pattern), path (a pattern), names of the parameters that hold the target
_QUERIES = tuple(
    (re.compile(host), re.compile(path), tuple(names.split()))
    for host, path, names in (
        (_GOOGLE.pattern, r"/(?:url|imgres|scholar_url)", "url q imgrefurl"),
        (r"(?:news|feedproxy|plus)\.google\.com|news\.url\.google\.com", r"/.*", "url q"),
        (r"(?:[\w-]+\.)*safelinks\.protection\.(?:outlook|office365)\.(?:com|us)", r"/.*", "url"),
        (r"(?:l|lm)\.(?:facebook|messenger|instagram|threads)\.com", r"/.*", "u"),
        (r"(?:www\.|m\.)?facebook\.com", r"/(?:l|flx/warn/?|sharer(?:/sharer)?)(?:\.php)?", "u"),
        (r"(?:www\.)?linkedin\.com", r"/(?:redir/redirect|safety/go|shareArticle)/?", "url"),
        (r"(?:www\.|m\.)?youtube\.com", r"/redirect", "q"),
        (r"out\.reddit\.com|t\.umblr\.com|href\.li|slack-redir\.net|exit\.sc", r"/.*", "url z"),
        (r"(?:m\.)?vk\.com", r"/away(?:\.php)?", "to"),
        (r"(?:html\.|www\.)?duckduckgo\.com", r"/l/?", "uddg"),
        (r"(?:www\.)?bing\.com", r"/(?:news/apiclick\.aspx|ck/a)", "url u"),
        (r"getpocket\.com", r"/(?:redirect|save|edit)", "url"),
        (r"deref-(?:gmx|web)\.[a-z.]+|deref-mail\.com", r"/.*", "redirectUrl"),
        (r"(?:click|go)\.(?:redirectingat|skimresources)\.com", r"/.*", "url"),
        (r"(?:www\.)?translate\.google\.[a-z.]{2,6}", r"/translate", "u"),
    )
)
_AMP_VIEWER = re.compile(r"/amp/(s/)?([^/?#]+\.[^/?#]+(?:/.*)?)")
_AMP_CACHE = re.compile(r"/[acv]/(s/)?([^/?#]+\.[^/?#]+(?:/.*)?)")
_AMP_HOST = re.compile(r"[\w-]+\.cdn\.ampproject\.org|(?:[\w-]+\.)*bing-amp\.com")
_ARCHIVE = re.compile(r"/web/\d{4,14}(?:[a-z]{2}_)?/(https?:/.+)")
_YAHOO = re.compile(r"/RU=([^/]+)/")
_GOOGLE_NEWS = re.compile(r"/(?:__i/)?(?:rss/)?(?:articles|read)/([\w-]{16,})")
_PROOFPOINT = re.compile(r"/v3/__(.+?)__;")
_IN_BASE64 = re.compile(rb"https?://[\x21-\x7e]+")


def unwrapped(url: str) -> str:
    """The link behind redirectors, or `url` itself where it has none; an absolute http(s) URL either way."""
    for _ in range(_DEEPEST):
        inner = _target(url)
        if not inner or inner == url:
            break
        url = inner
    return url


def _target(url: str) -> str:
    """The target that stands in a link; "" where there is none."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    for read in (_by_host(host), _of_query, _of_amp):
        if read and (inner := _checked(read(parts, host))):
            return inner
    return ""


def _checked(target: str) -> str:
    """A target, if it is a plain web address of a public name; else ""."""
    try:
        parts = urlsplit(target.strip())
        plain = "@" not in parts.netloc and "." in (parts.hostname or "") and parts.port != 0
    except ValueError:
        return ""
    scheme, host = parts.scheme.lower(), parts.netloc.lower()
    if scheme not in ("http", "https") or not plain or re.search(r"\s", target.strip()):
        return ""
    return urlunsplit((scheme, host, parts.path or "/", parts.query, parts.fragment))


def _of_query(parts: SplitResult, host: str) -> str:
    for hosts, paths, names in _QUERIES:
        if hosts.fullmatch(host) and paths.fullmatch(parts.path or "/"):
            given = dict(parse_qsl(parts.query.replace(";", "%3B"), max_num_fields=50))
            for name in names:
                if value := given.get(name, ""):
                    return _of_bing(value) if name == "u" and value.startswith("a1") else value
    return ""


def _of_bing(value: str) -> str:
    return _decoded(value[2:]).decode("utf-8", "replace")


def _of_amp(parts: SplitResult, host: str) -> str:
    """The page that an AMP viewer shows: …/amp/s/example.org/page, …/c/s/example.org/page."""
    shown = (_GOOGLE.fullmatch(host) and _AMP_VIEWER.fullmatch(parts.path)) or (
        _AMP_HOST.fullmatch(host) and _AMP_CACHE.fullmatch(parts.path)
    )
    if not shown or ":" in shown[2].partition("/")[0]:
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{'https' if shown[1] else 'http'}://{shown[2]}{query}"


def _of_google_news(parts: SplitResult, host: str) -> str:
    """The target of an older link of Google News, which holds it in base64; newer ones hold none."""
    found = _GOOGLE_NEWS.fullmatch(parts.path)
    target = _IN_BASE64.search(_decoded(found[1])) if found else None
    return target[0].decode() if target else ""


def _of_archive(parts: SplitResult, host: str) -> str:
    found = _ARCHIVE.fullmatch(parts.path)
    if not found:
        return ""
    inner = re.sub(r"^(https?):/+", r"\1://", found[1])
    return f"{inner}?{parts.query}" if parts.query else inner


def _of_yahoo(parts: SplitResult, host: str) -> str:
    found = _YAHOO.search(parts.path)
    return unquote(found[1]) if found else ""


def _of_proofpoint(parts: SplitResult, host: str) -> str:
    if found := _PROOFPOINT.match(parts.path + (f"?{parts.query}" if parts.query else "")):
        return re.sub(r"^(https?):/+", r"\1://", found[1])
    value = dict(parse_qsl(parts.query, max_num_fields=50)).get("u", "")
    return unquote(value.replace("-", "%").replace("_", "/"))


def _decoded(text: str) -> bytes:
    """Octets from base64 of either alphabet, as far as they can be read."""
    flat = text.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(flat + "=" * (-len(flat) % 4))
    except (binascii.Error, ValueError):
        return b""


_HOSTS: Mapping[str, Callable[[SplitResult, str], str]] = {
    "news.google.com": _of_google_news,
    "web.archive.org": _of_archive,
    "r.search.yahoo.com": _of_yahoo,
    "urldefense.com": _of_proofpoint,
    "urldefense.proofpoint.com": _of_proofpoint,
}


def _by_host(host: str) -> Callable[[SplitResult, str], str] | None:
    return _HOSTS.get(host)


# fmt: off
_SHORT = frozenset((
    "t.co", "bit.ly", "bitly.com", "j.mp", "tinyurl.com", "ow.ly", "buff.ly", "goo.gl", "lnkd.in", "is.gd",
    "v.gd", "dlvr.it", "ift.tt", "trib.al", "rb.gy", "cutt.ly", "t.ly", "fb.me", "wp.me", "shorturl.at",
    "tiny.cc", "econ.st", "reut.rs", "nyti.ms", "bbc.in", "wapo.st", "feedproxy.google.com",
    "feeds.feedburner.com", "news.google.com", "apple.news",
))
# fmt: on


def is_short(url: str) -> bool:
    """True for a link of a service that redirects, and whose target only its server knows."""
    return (urlsplit(url).hostname or "").lower() in _SHORT
