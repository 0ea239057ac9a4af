"""The canonical form of a URL, by which two finds of one article are known to be the same.

Promises that equal pages written differently (case, default port, tracking parameters, fragment)
get one form, and that the form still leads to the page: the order of the query and the path stay
as they are. Does not ask the network.
"""

import re
from urllib.parse import urlsplit, urlunsplit

_TRACKING = re.compile(
    r"(?:utm_\w*|mtm_\w*|pk_\w*|piwik_\w*|hsa_\w*|_hs\w*|mc_[ce]id|mkt_tok|fbclid|gclid|gclsrc|dclid|"
    r"gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|vero_id|oly_\w+_id|wickedid|"
    r"rb_clickid|s_cid|_openstat|__hs\w+|_ga|_gl|ns_\w+|at_(?:medium|campaign|custom\d|link_\w+)|xtor)",
    re.IGNORECASE,
)
_DEFAULT_PORT = {"http": 80, "https": 443}


def canonical(url: str) -> str:
    """The canonical form of an absolute http(s) URL (as `markup.safe_url` gives it)."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.port is not None and parts.port != _DEFAULT_PORT[parts.scheme]:
        host = f"{host}:{parts.port}"
    query = "&".join(
        p for p in parts.query.split("&") if p and not _TRACKING.fullmatch(p.partition("=")[0])
    )
    path = re.sub(r"%[0-9a-fA-F]{2}", lambda m: m[0].upper(), parts.path or "/")
    # A fragment is a place in a page, but for pages that a script draws by it (#!/news, #/news).
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit((parts.scheme, host, path, query, fragment))


def spellings(url: str) -> tuple[str, ...]:
    """The canonical URLs that name the same page: http or https, with or without the last slash."""
    scheme, rest = url.split("://", 1)
    parts = urlsplit(url)
    forms = [rest]
    if not parts.query and not parts.fragment and parts.path != "/":
        forms.append(rest[:-1] if rest.endswith("/") else f"{rest}/")
    schemes = (scheme, "http" if scheme == "https" else "https")
    return tuple(f"{s}://{form}" for s in schemes for form in forms)
