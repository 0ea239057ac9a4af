"""The canonical form of a URL, by which two links to one article are recognised.

Guarantees: equal pages written differently (case, default port, tracking parameters, fragment,
redirectors) get one form, and that form still leads to the page: the path and the order of the query are
kept. Forms that are only probably the same page (http and https, the last slash, an AMP or index page)
are compared by `page_of`, which the store uses for look-ups. Does not use the network.
"""

import re
from urllib.parse import urlsplit, urlunsplit

from alerts.text.redirectors import unwrapped

_TRACKING = re.compile(
    r"(?:utm_\w*|mtm_\w*|matomo_\w*|pk_\w*|piwik_\w*|hsa_\w*|_hs\w*|mc_[ce]id|mkt_tok|fbclid|gclid|gclsrc|"
    r"dclid|gbraid|wbraid|gad_source|gad_campaignid|srsltid|msclkid|yclid|ysclid|twclid|ttclid|li_fat_id|"
    r"igshid|igsh|vero_id|oly_\w+_id|wickedid|rb_clickid|s_cid|_openstat|__hs\w+|_ga|_gl|_ke|ns_\w+|"
    r"at_(?:medium|campaign|custom\d|link_\w+)|xtor|trk_\w+|__twitter_impression|"
    r"amp_js_v|amp_gsa|usqp)",
    re.IGNORECASE,
)
_AMP_QUERY = re.compile(r"(?:amp(?:=1|=true|)|outputType=amp|output=amp)", re.IGNORECASE)
_INDEX = re.compile(r"(?<=/)(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_AMP_PAGE = re.compile(r"^/amp(?=/.)|(?<=.)(?:/amp|\.amp)((?:\.html?)?)$", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}
_SHORT_SUFFIX = frozenset(
    {"ac", "co", "com", "edu", "gob", "gov", "go", "gouv", "net", "ngo", "or", "org"}
)


def canonical(url: str) -> str:
    """The canonical form of an absolute http(s) URL (as `plain_text.safe_url` returns it)."""
    parts = urlsplit(unwrapped(url))
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
    # A fragment is a place in a page, except where a script uses it to choose the page (#!/news, #/news).
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit((parts.scheme, host, path, query, fragment))


def page_of(url: str) -> str:
    """A key that is equal for canonical URLs of one page; not itself an address.

    Ignores http or https, the last slash, an index file, and the form of an AMP page. Does not ignore
    the host: `m.` and `www.` are other sites unless a page itself says so.
    """
    rest = url.split("://", 1)[1]
    if "?" in rest or "#" in rest:
        return rest
    host, _, path = rest.partition("/")
    path = f"/{path}".removesuffix("/")
    path = _AMP_PAGE.sub(r"\1", _INDEX.sub("", path))
    return f"{host}{path.removesuffix('/')}"


def same_site(one: str, other: str) -> bool:
    """True for two URLs below one registered domain, guessed from the form of their names."""
    mine = _domain(urlsplit(one).hostname or "")
    return bool(mine) and mine == _domain(urlsplit(other).hostname or "")


def _domain(host: str) -> str:
    labels = host.rstrip(".").split(".")
    if host.startswith("[") or ":" in host or labels[-1].isdigit():
        return host
    long = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHORT_SUFFIX
    return ".".join(labels[-3:] if long else labels[-2:])
