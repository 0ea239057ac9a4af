"""Links: that each leads where it says, in words that say where."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from alerts.canonical import canonical
from alerts.lint.document import Document
from alerts.lint.finding import Found, Level, check
from alerts.lint.options import Options
from alerts.lint.page import attribute, shortened, text_of
from alerts.markup import safe_url

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
_VAGUE = frozenset(
    {
        *(
            "here",
            "click",
            "click here",
            "this",
            "this link",
            "link",
            "more",
            "read more",
            "details",
        ),
        *(
            "read",
            "continue",
            "continue reading",
            "learn more",
            "see more",
            "more info",
            "go",
            "open",
        ),
        *(
            "aquí",
            "aqui",
            "clic aquí",
            "haga clic aquí",
            "pulse aquí",
            "leer más",
            "ver más",
            "más",
        ),
        *(
            "ici",
            "cliquez ici",
            "lire la suite",
            "en savoir plus",
            "plus",
            "lire plus",
            "voir plus",
        ),
        *("clique aqui", "leia mais", "saiba mais", "ler mais", "ver mais", "mais"),
        *("здесь", "тут", "нажмите здесь", "подробнее", "читать далее", "ещё", "далее"),
        *("هنا", "اضغط هنا", "انقر هنا", "اقرأ المزيد", "المزيد"),
        *("hier", "hier klicken", "klicken sie hier", "mehr", "weiterlesen", "mehr erfahren"),
    }
)
_ADDRESS_LIKE = re.compile(
    r"(?:https?://)?((?:[\w-]+\.)+(?:[a-z]{2,24}))(?:[/:?#]\S*)?", re.IGNORECASE
)
_PLACEHOLDERS = ("", "#", "http://", "https://", "about:blank", "javascript:void(0)", "mailto:")


@check(
    "link-empty", Level.ERROR, "H12",
    why="A link that leads nowhere is a mistake that every reader finds.",
    remedy="Write the address, or make it no link.",
)  # fmt: skip
def _empty(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        if link.href.lower() in _PLACEHOLDERS:
            yield Found(link.place, f"A link leads nowhere: “{link.shown}”")


@check(
    "link-scheme", Level.ERROR, "X5, H12",
    why="Clients open http(s), mailto, tel and sms; the rest is dropped or taken for an attack.",
    remedy="Link to an https:// address.",
)  # fmt: skip
def _scheme(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        if link.scheme and link.scheme not in _SCHEMES and link.href.lower() not in _PLACEHOLDERS:
            yield Found(
                link.place, f"A link has the scheme {shortened(link.scheme, 20)}: {link.shown}"
            )


@check(
    "link-relative", Level.ERROR, "H6",
    why="An e-mail has no address of its own that a relative link could start from.",
    remedy="Write the full address, with https://.",
)  # fmt: skip
def _relative(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        if not link.scheme and not link.href.startswith("#") and link.href:
            yield Found(link.place, f"A link is not a full address: {link.shown}")


@check(
    "link-malformed", Level.ERROR, "RFC 3986",
    why="What is no address leads to an error page, if anywhere.",
    remedy="Correct the address; encode spaces as %20.",
)  # fmt: skip
def _malformed(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        if not link.web or link.href.lower() in _PLACEHOLDERS or _OPEN.search(link.href):
            continue
        if re.search(r"\s", link.href):
            yield Found(link.place, f"An address has a space in it: {link.shown}")
        elif link.parts and link.parts.username is not None:
            yield Found(link.place, f"An address holds a user name: {link.shown}")
        elif not safe_url(link.href):
            yield Found(link.place, f"An address is malformed: {link.shown}")


_OPEN = re.compile(r"\{\{|\{%|\{slot:|%%|\*\||<%|\$\{")


@check(
    "link-http", Level.WARNING, "H6",
    why="Whoever carries the traffic can read and change what plain http brings.",
    remedy="Write https://.",
)  # fmt: skip
def _http(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        if link.scheme == "http" and link.host:
            yield Found(link.place, f"A link is plain http: {link.shown}")


@check(
    "link-host", Level.ERROR, "S11",
    why="An address on a private machine leads readers nowhere; a bare number looks like an attack.",
    remedy="Link to the public address: check web.base_url.",
)  # fmt: skip
def _host(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        if not link.web or not link.host:
            continue
        bare = _is_number(link.host)
        if (
            bare
            or "." not in link.host
            or link.host.endswith((".localhost", ".local", ".internal", ".lan"))
        ):
            kind = "a bare number" if bare else "a private name"
            yield Found(link.place, f"A link's host is {kind}: {link.shown}")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return re.fullmatch(r"\d+|0x[0-9a-f]+", host) is not None
    return True


@check(
    "link-mismatch", Level.ERROR, "S11, phishing",
    why="A link that shows one address and leads to another is what phishing does; filters and "
    "clients warn of it.",
    remedy="Show the address that the link leads to, or words.",
)  # fmt: skip
def _mismatch(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        shown = _ADDRESS_LIKE.fullmatch(text_of(link.element))
        if shown and link.web and link.host and not _same_site(shown[1].lower(), link.host):
            yield Found(
                link.place, f"A link shows {shortened(shown[1], 60)} and leads to {link.host}."
            )


def _same_site(one: str, other: str) -> bool:
    """True where one host is the other, or lies below it."""
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


@check(
    "link-tracking", Level.WARNING, "X13",
    why="Addresses that tell who clicked, or hide where they lead, cost readers' trust and make "
    "filters suspicious.",
    remedy="Link to the page itself, without tracking parameters.",
)  # fmt: skip
def _tracking(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        clean = safe_url(link.href) if link.web else ""
        if not clean:
            continue
        if link.host.removeprefix("www.") in _SHORTENERS:
            yield Found(link.place, f"A shortener hides where a link leads: {link.shown}")
        elif _REDIRECTORS.search(link.host) or _REDIRECTING.search(link.href):
            yield Found(link.place, f"A link goes by way of a redirector: {link.shown}")
        elif len(urlsplit(canonical(clean)).query) < len(urlsplit(clean).query.strip("&")):
            yield Found(link.place, f"An address has tracking parameters: {link.shown}", Level.HINT)


@check(
    "link-vague", Level.WARNING, "H7, WCAG 2.4.4",
    why="Who jumps from link to link hears “read more” ten times, and not where it leads.",
    remedy="Say where it leads, in the text or in aria-label: “Read more: Title”.",
)  # fmt: skip
def _vague(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        name = re.sub(r"[^\w\s]", "", link.name).strip().lower()
        if name in _VAGUE:
            yield Found(link.place, f"A link says no more than “{shortened(name, 40)}”.")


@check(
    "link-nameless", Level.ERROR, "H7, WCAG 2.4.4",
    why="A link without text cannot be seen with images off, and not be heard at all.",
    remedy="Write a text into it, or an alt for its image.",
)  # fmt: skip
def _nameless(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        name = link.name
        if not name and link.href:
            yield Found(link.place, f"A link has no text: {link.shown}")
        elif name and not any(letter.isalnum() for letter in name):
            yield Found(
                link.place,
                f"A link has no letters in its text: {shortened(name, 20)}",
                Level.WARNING,
            )


@check(
    "link-label", Level.WARNING, "H7, WCAG 2.5.3",
    why="Who speaks to the computer says what is written; a label without these words is not found.",
    remedy="Begin aria-label with the words that are shown.",
)  # fmt: skip
def _label(document: Document, _: Options) -> Iterator[Found]:
    for link in document.links:
        shown, label = _letters(text_of(link.element)), attribute(link.element, "aria-label")
        if label and shown not in _letters(label):
            yield Found(link.place, f"The label says other words: {shortened(label, 60)}")


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@check(
    "link-ambiguous", Level.WARNING, "H7, WCAG 2.4.4",
    why="Two links of the same name that lead to two places cannot be told apart by ear.",
    remedy="Say what differs, in the text or in aria-label.",
)  # fmt: skip
def _ambiguous(document: Document, _: Options) -> Iterator[Found]:
    targets: dict[str, str] = {}
    for link in document.links:
        name = link.name.lower()
        if name and link.web and targets.setdefault(name, link.href) != link.href:
            yield Found(
                link.place, f"“{shortened(name, 50)}” leads to two addresses, here to {link.shown}"
            )


@check(
    "link-anchor", Level.ERROR, "H12",
    why="A link within the e-mail to a place that is not there does nothing.",
    remedy="Give the place the id that the link names.",
)  # fmt: skip
def _anchor(document: Document, _: Options) -> Iterator[Found]:
    known = {attribute(element, key) for element, _ in document.named() for key in ("id", "name")}
    for link in document.links:
        if link.href.startswith("#") and len(link.href) > 1 and link.href[1:] not in known:
            yield Found(link.place, f"There is no place called {link.shown}")
