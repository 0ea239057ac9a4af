"""Links: each has a valid URL and a text that says where it leads."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from alerts.lint.document import Document
from alerts.lint.each import each_link
from alerts.lint.link import Link
from alerts.lint.options import LintOptions
from alerts.lint.page import attribute, shortened, text_of
from alerts.lint.place import Found, Level
from alerts.lint.register import check
from alerts.text.plain_text import safe_url
from alerts.text.urls import canonical

_SCHEMES = ("http", "https", "mailto", "tel", "sms")
_SHORTENERS = frozenset({
    "bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly",
    "lnkd.in", "tiny.cc", "t.ly", "rb.gy", "shorturl.at", "fb.me", "dlvr.it", "v.gd", "soo.gd",
    "s.id", "tr.im",
})  # fmt: skip
_REDIRECTORS = re.compile(
    r"(?:^|\.)(?:list-manage\.com|sendgrid\.net|mailchi\.mp|mandrillapp\.com|mailgun\.org|"
    r"sparkpostmail\.com|hubspotlinks\.com|rs6\.net|cmail\d+\.com|createsend\d*\.com|"
    r"exacttarget\.com|awstrack\.me|safelinks\.protection\.outlook\.com|urldefense\.com|"
    r"feedproxy\.google\.com|doubleclick\.net|sendinblue\.com|sibautomation\.com)$|"
    r"^(?:click|clicks|track|tracking|trk|email-link|links?\.e?mail)\d*\."
)
_REDIRECTING = re.compile(
    r"[?&](?:url|u|redirect|redirect_uri|goto|dest(?:ination)?|target)=https?(?::|%3a)", re.I
)
_ADDRESS_LIKE = re.compile(
    r"(?:https?://)?((?:[\w-]+\.)+(?:[a-z]{2,24}))(?:[/:?#]\S*)?", re.IGNORECASE
)
_PLACEHOLDERS = ("", "#", "http://", "https://", "about:blank", "javascript:void(0)", "mailto:")


def _found(link: Link, options: LintOptions, words: str, level: Level | None = None) -> Found:
    """A finding whose cause is the source of the link."""
    return Found(link.place, words, level, cause=options.origin(link.href))


@check(
    "link-empty", Level.ERROR, "H12",
    why="A link without a target does nothing.",
    remedy="Write the URL, or remove the link.",
)  # fmt: skip
@each_link
def _empty(link: Link, _: LintOptions) -> Iterator[Found]:
    if link.href.lower() in _PLACEHOLDERS:
        yield Found(link.place, f"A link has no target: “{link.shown}”")


@check(
    "link-scheme", Level.ERROR, "X5, H12",
    why="Clients open http(s), mailto, tel and sms; other links are removed or treated as an attack.",
    remedy="Link to an https:// address.",
    several="links have a scheme that mail programs do not open",
)  # fmt: skip
@each_link
def _scheme(link: Link, options: LintOptions) -> Iterator[Found]:
    if link.scheme and link.scheme not in _SCHEMES and link.href.lower() not in _PLACEHOLDERS:
        yield _found(
            link, options, f"A link has the scheme {shortened(link.scheme, 20)}: {link.shown}"
        )


@check(
    "link-relative", Level.ERROR, "H6",
    why="An e-mail has no base URL that a relative link could be resolved against.",
    remedy="Write the full URL, with https://.",
    several="links are not full URLs",
)  # fmt: skip
@each_link
def _relative(link: Link, _: LintOptions) -> Iterator[Found]:
    if not link.scheme and not link.href.startswith("#") and link.href:
        yield Found(link.place, f"A link is not a full URL: {link.shown}")


@check(
    "link-malformed", Level.ERROR, "RFC 3986",
    why="An invalid URL leads to an error page, or nowhere.",
    remedy="Correct the URL; encode spaces as %20.",
    several="URLs are malformed",
)  # fmt: skip
@each_link
def _malformed(link: Link, options: LintOptions) -> Iterator[Found]:
    if not link.web or link.href.lower() in _PLACEHOLDERS or _OPEN.search(link.href):
        return
    if re.search(r"\s", link.href):
        yield _found(link, options, f"A URL has a space in it: {link.shown}")
    elif link.parts and link.parts.username is not None:
        yield _found(link, options, f"A URL holds a user name: {link.shown}")
    elif not safe_url(link.href):
        yield _found(link, options, f"A URL is malformed: {link.shown}")


_OPEN = re.compile(r"\{\{|\{%|\{slot:|%%|\*\||<%|\$\{")


@check(
    "link-http", Level.WARNING, "H6",
    why="Plain http can be read and changed on the way.",
    remedy="Write https://.",
    several="links are plain http",
)  # fmt: skip
@each_link
def _http(link: Link, options: LintOptions) -> Iterator[Found]:
    if link.scheme == "http" and link.host:
        yield _found(link, options, f"A link is plain http: {link.shown}")


@check(
    "link-host", Level.ERROR, "S11",
    why="Readers cannot reach a private host; a bare IP address looks like an attack.",
    remedy="Link to the public URL: check web.base_url.",
    several="links lead to a private name or a bare IP address",
)  # fmt: skip
@each_link
def _host(link: Link, options: LintOptions) -> Iterator[Found]:
    if not link.web or not link.host:
        return
    bare = _is_number(link.host)
    if (
        bare
        or "." not in link.host
        or link.host.endswith((".localhost", ".local", ".internal", ".lan"))
    ):
        kind = "a bare IP address" if bare else "a private name"
        yield _found(link, options, f"A link's host is {kind}: {link.shown}")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return re.fullmatch(r"\d+|0x[0-9a-f]+", host) is not None
    return True


@check(
    "link-mismatch", Level.ERROR, "S11, phishing",
    why="Phishing links show one URL and lead to another; filters and clients warn of them.",
    remedy="Show the URL that the link leads to, or a text.",
)  # fmt: skip
@each_link
def _mismatch(link: Link, _: LintOptions) -> Iterator[Found]:
    shown = _ADDRESS_LIKE.fullmatch(text_of(link.element))
    if shown and link.web and link.host and not _same_site(shown[1].lower(), link.host):
        yield Found(link.place, f"A link shows {shortened(shown[1], 60)} and leads to {link.host}.")


def _same_site(one: str, other: str) -> bool:
    """True if one host is the other, or a subdomain of it."""
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


@check(
    "link-tracking", Level.WARNING, "X13",
    why="Readers and filters distrust URLs that tell who clicked, or hide where they lead.",
    remedy="Link to the page itself, without tracking parameters.",
    several="addresses track readers or hide where they lead",
)  # fmt: skip
@each_link
def _tracking(link: Link, options: LintOptions) -> Iterator[Found]:
    clean = safe_url(link.href) if link.web else ""
    if not clean:
        return
    if link.host.removeprefix("www.") in _SHORTENERS:
        yield _found(link, options, f"A shortener hides where a link leads: {link.shown}")
    elif _REDIRECTORS.search(link.host) or _REDIRECTING.search(link.href):
        yield _found(link, options, f"A link leads through a redirector: {link.shown}")
    elif len(urlsplit(canonical(clean)).query) < len(urlsplit(clean).query.strip("&")):
        yield _found(link, options, f"A URL has tracking parameters: {link.shown}", Level.HINT)


@check(
    "link-anchor", Level.ERROR, "H12",
    why="A link to an anchor that does not exist does nothing.",
    remedy="Give the target the id that the link names.",
)  # fmt: skip
def _anchor(document: Document, _: LintOptions) -> Iterator[Found]:
    known = {attribute(element, key) for element, _ in document.named() for key in ("id", "name")}
    for link in document.links:
        if link.href.startswith("#") and len(link.href) > 1 and link.href[1:] not in known:
            yield Found(link.place, f"There is no anchor {link.shown}")
