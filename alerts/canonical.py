"""The canonical form of a URL, by which two finds of one article are known to be the same.

Promises that equal pages written differently (case, default port, tracking parameters, fragment,
the viewers of AMP) get one form, and that the form still leads to the page: the order of the query
and the path stay as they are. What is only likely the same (http and https, the last slash, an AMP
or index page) is left to `page_of`, by which the store looks up what it knows. Does not ask the
network.
"""

import re
from urllib.parse import urlsplit, urlunsplit

_TRACKING = re.compile(
    r"(?:utm_\w*|mtm_\w*|matomo_\w*|pk_\w*|piwik_\w*|hsa_\w*|_hs\w*|mc_[ce]id|mkt_tok|fbclid|gclid|gclsrc|"
    r"dclid|gbraid|wbraid|gad_source|gad_campaignid|srsltid|msclkid|yclid|ysclid|twclid|ttclid|li_fat_id|"
    r"igshid|igsh|vero_id|oly_\w+_id|wickedid|rb_clickid|s_cid|_openstat|__hs\w+|_ga|_gl|_ke|ns_\w+|"
    r"at_(?:medium|campaign|custom\d|link_\w+)|xtor|trk_\w+|__twitter_impression|"
    r"amp_js_v|amp_gsa|usqp)",
    re.IGNORECASE,
)
_AMP_QUERY = re.compile(r"(?:amp(?:=1|=true|)|outputType=amp|output=amp)", re.IGNORECASE)
# The viewers of AMP carry the address of the page in their own path: …/amp/s/example.org/page
_VIEWER = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}", re.IGNORECASE)
_VIEWED = re.compile(r"/amp/(s/)?([^/?#]+\.[^/?#]+(?:/.*)?)")
_CACHE = re.compile(r"[\w-]+\.cdn\.ampproject\.org", re.IGNORECASE)
_CACHED = re.compile(r"/[acv]/(s/)?([^/?#]+\.[^/?#]+(?:/.*)?)")
_INDEX = re.compile(r"(?<=/)(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_AMP_PAGE = re.compile(r"^/amp(?=/.)|(?<=.)(?:/amp|\.amp)((?:\.html?)?)$", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}
_SHORT_SUFFIX = frozenset(
    {"ac", "co", "com", "edu", "gob", "gov", "go", "gouv", "net", "ngo", "or", "org"}
)


def canonical(url: str) -> str:
    """The canonical form of an absolute http(s) URL (as `markup.safe_url` gives it)."""
    parts = urlsplit(_unwrapped(url))
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.port is not None and parts.port != _DEFAULT_PORT[parts.scheme]:
        host = f"{host}:{parts.port}"
    query = "&".join(
        p
        for p in parts.query.split("&")
        if p and not _TRACKING.fullmatch(p.partition("=")[0]) and not _AMP_QUERY.fullmatch(p)
    )
    path = re.sub(r"%[0-9a-fA-F]{2}", lambda m: m[0].upper(), parts.path or "/")
    # A fragment is a place in a page, but for pages that a script draws by it (#!/news, #/news).
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit((parts.scheme, host, path, query, fragment))


def _unwrapped(url: str) -> str:
    """The page that an AMP viewer shows, or the URL as it is."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    shown = (_VIEWER.fullmatch(host) and _VIEWED.fullmatch(parts.path)) or (
        _CACHE.fullmatch(host) and _CACHED.fullmatch(parts.path)
    )
    if not shown:
        return url
    inner = f"{'https' if shown[1] else 'http'}://{shown[2]}"
    plain = urlsplit(inner)
    try:
        fits = bool(plain.hostname) and "@" not in plain.netloc and plain.port is None
    except ValueError:
        fits = False
    query = parts.query
    return urlunsplit((plain.scheme, plain.netloc, plain.path or "/", query, "")) if fits else url


def page_of(url: str) -> str:
    """What the canonical URLs of one page share, to look it up by; not an address itself.

    http or https; with or without the last slash; a folder or its index file; the AMP page or the
    page. Not the host: `m.` and `www.` are other sites unless a page itself says so.
    """
    rest = url.split("://", 1)[1]
    if "?" in rest or "#" in rest:
        return rest
    host, _, path = rest.partition("/")
    path = f"/{path}".removesuffix("/")
    path = _AMP_PAGE.sub(r"\1", _INDEX.sub("", path))
    return f"{host}{path.removesuffix('/')}"


def same_site(one: str, other: str) -> bool:
    """True for two URLs below one registered domain, as far as the shape of names tells it."""
    mine = _domain(urlsplit(one).hostname or "")
    return bool(mine) and mine == _domain(urlsplit(other).hostname or "")


def _domain(host: str) -> str:
    labels = host.rstrip(".").split(".")
    if host.startswith("[") or ":" in host or labels[-1].isdigit():
        return host
    long = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHORT_SUFFIX
    return ".".join(labels[-3:] if long else labels[-2:])
