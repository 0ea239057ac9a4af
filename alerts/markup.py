"""HTML and URLs from outside, made harmless: markup becomes plain text, a URL becomes http(s) or "".

Promises that what `plain` and `tidy` return is one line of text without control characters, bidi
overrides or invisible fillers, with each entity decoded exactly once (mail-rules X5); it may hold a
literal “<”, so whoever writes it into HTML escapes it. Does no I/O and trusts no input.
"""

import re
import unicodedata
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import idna
from lxml import etree

from alerts.model import Image

_LONGEST_MARKUP = 1_000_000  # characters of one field that are looked at
_LONGEST_URL = 4096
_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details"),
        *("dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1"),
        *(
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "menu",
            "nav",
            "ol",
            "option",
        ),
        *(
            "p",
            "pre",
            "section",
            "summary",
            "table",
            "tbody",
            "td",
            "tfoot",
            "th",
            "thead",
            "title",
        ),
        *("tr", "ul"),
    }
)
_UNREADABLE = frozenset(
    {
        *("applet", "audio", "button", "canvas", "frameset", "iframe", "math", "noembed"),
        *("noframes", "noscript", "script", "select", "style", "svg", "template", "textarea"),
        *("video", "xmp"),
    }
)
# C0 and C1 controls that are no space, soft hyphen, zero-width space, bidi embeddings, overrides
# and isolates, invisible operators, BOM, interlinear marks, non-characters, tag characters.
# Joiners (U+200C/D) and LRM/RLM stay: Persian, emoji and mixed lines need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_UNFIT_FOR_URL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_HOST = re.compile(r"(?=.{1,253}\.?\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.?)+")


def plain(markup: str) -> str:
    """The text that a reader of that HTML sees, on one line; scripts, styles and media are gone."""
    return tidy("".join(_read(markup).text))


def tidy(text: str) -> str:
    """Plain text on one line: no controls or invisible tricks, single spaces, NFC."""
    text = _SURROGATE.sub("\ufffd", text[:_LONGEST_MARKUP])
    return unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub("", text).split()))


def safe_url(url: str, base: str = "") -> str:
    """The absolute http(s) URL that `url` means at `base`, in ASCII, or "" where there is none.

    Refuses other schemes, control characters, credentials, malformed hosts and ports.
    """
    url = url.strip(" \t\r\n\f")
    if not url or len(url) > _LONGEST_URL or _UNFIT_FOR_URL.search(url):
        return ""
    try:
        parts = urlsplit(urljoin(base, url) if base else url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or "\\" in parts.netloc:
        return ""
    host = _ascii_host(host)
    if not host or port == 0:
        return ""
    netloc = host if port is None else f"{host}:{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]|")
    fragment = quote(parts.fragment, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def _ascii_host(host: str) -> str:
    """A host in lower-case ASCII, an IPv6 address in brackets; "" where it is malformed."""
    if ":" in host:
        return f"[{host}]" if re.fullmatch(r"[0-9a-f:.]+", host) else ""
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            return ""
    return host.lower() if _HOST.fullmatch(host.lower()) else ""


def first_image(markup: str, base: str = "") -> Image | None:
    """The first picture in that HTML that is no tracking pixel; relative addresses are at `base`."""
    if "<img" not in markup[:_LONGEST_MARKUP].lower():
        return None
    for found in _read(markup).pictures:
        url = safe_url(found.get("src", ""), base)
        tiny = any(found.get(side, "").strip() in ("0", "1", "1px") for side in ("width", "height"))
        if url and not tiny:
            return Image(url, tidy(found.get("alt", "")))
    return None


class _Reading:
    """What libxml2 calls back with: collects the text that shows, and the pictures.

    It builds no tree, so that depth costs nothing (nh3 needs two minutes for 200,000 open <div>).
    """

    def __init__(self) -> None:
        self.text: list[str] = []
        self.pictures: list[dict[str, str]] = []
        self._hidden = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _UNREADABLE:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.text.append(" ")
        elif tag == "img" and not self._hidden:
            self.pictures.append(dict(attributes))

    def end(self, tag: str) -> None:
        if tag in _UNREADABLE:
            self._hidden -= 1
        elif tag in _BLOCKS:
            self.text.append(" ")

    def data(self, text: str) -> None:
        if not self._hidden:
            self.text.append(text)

    def comment(self, text: str) -> None:
        """Comments are not text."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nor are processing instructions."""

    def close(self) -> "_Reading":
        return self


def _read(markup: str) -> _Reading:
    """Parse as a browser does; whatever the input, in time linear in its length."""
    octets = markup[:_LONGEST_MARKUP].replace("\0", "").encode("utf-8", "replace")
    reading = _Reading()
    if octets.strip():
        parser = etree.HTMLParser(target=reading, encoding="utf-8")
        parser.feed(octets)
        parser.close()
    return reading
