"""Makes HTML and URLs from outside harmless: markup becomes plain text, a URL becomes http(s) or "".

Guarantees: `plain` and `tidy` return one line of text without control characters, bidi overrides and
invisible characters, in which each entity is decoded exactly once (rule X5). The text may contain a
literal “<”, so code that writes it into HTML must escape it. Does no I/O.
"""

import re
import unicodedata
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import idna
from lxml import etree

from alerts.domain.article import Image
from alerts.text.lazy_pictures import picture_address

_LONGEST_MARKUP = 1_000_000  # characters of one field that are read; the rest is ignored
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
    """The text of the HTML as a reader sees it, on one line, without scripts, styles and media."""
    return tidy("".join(_read(markup).text))


def tidy(text: str) -> str:
    """Plain text on one line, without control and invisible characters, with single spaces, in NFC."""
    text = _SURROGATE.sub("\ufffd", text[:_LONGEST_MARKUP])
    return unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub("", text).split()))


def safe_url(url: str, base: str = "") -> str:
    """`url`, relative to `base`, as an absolute http(s) URL in ASCII; "" where that is impossible.

    Refuses other schemes, control characters, credentials, and malformed hosts and ports.
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
    """The first picture in the HTML that is not a tracking pixel; relative addresses are resolved at
    `base`."""
    if "<img" not in markup[:_LONGEST_MARKUP].lower():
        return None
    for found in _read(markup).pictures:
        url = safe_url(picture_address(found), base)
        tiny = any(found.get(side, "").strip() in ("0", "1", "1px") for side in ("width", "height"))
        if url and not tiny:
            return Image(url, tidy(found.get("alt", "")))
    return None


class _Reading:
    """A target for libxml2's parser: collects the visible text and the pictures.

    It builds no tree, so deep nesting costs nothing (nh3 needs two minutes for 200,000 open <div>).
    """

    def __init__(self) -> None:
        self.text: list[str] = []
        self.pictures: list[dict[str, str]] = []
        self._hidden = 0
        self._without_script = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _UNREADABLE:
            self._hidden += 1
            self._without_script += tag == "noscript"
        elif tag in _BLOCKS:
            self.text.append(" ")
        elif tag == "img" and self._hidden == self._without_script:
            self.pictures.append(dict(attributes))

    def end(self, tag: str) -> None:
        if tag in _UNREADABLE:
            self._hidden -= 1
            self._without_script -= tag == "noscript"
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
