"""Unsubscribing: both parts have an unsubscribe link and the sender's postal address (S14, S18)."""

import re
from collections.abc import Container, Iterator

from alerts.lint.document import Document
from alerts.lint.link import Link
from alerts.lint.options import LintOptions
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

_WORDS = re.compile(
    r"unsubscri|opt[\s-]?out|leave this list|email preferences|desuscri|darse? de baja|cancelar (?:la |su )?"
    r"suscripci|anular (?:la |su )?suscripci|dejar de recibir|d[ée]sabonn|d[ée]sinscri|se d[ée]sinscrire|"
    r"cancelar (?:a |sua )?(?:inscri|assin|subscri)|descadastr|отпис|abmelde|abbestell|disiscri|uitschrijv|"
    r"إلغاء (?:الاشتراك|اشتراك)|退订|配信停止",
    re.IGNORECASE,
)


def may_unsubscribe(link: Link, targets: Container[str]) -> bool:
    """True for a link that may unsubscribe the reader; `targets` are the URLs of List-Unsubscribe."""
    return (
        link.href in targets
        or _WORDS.search(link.href) is not None
        or _WORDS.search(link.name) is not None
    )


def header_targets(document: Document) -> frozenset[str]:
    """The URLs of List-Unsubscribe."""
    return frozenset(
        target.decode("latin-1")
        for header in document.all("List-Unsubscribe")
        for target in re.findall(rb"<([^<>]*)>", header.raw)
    )


@check(
    "unsubscribe-html", Level.ERROR, "S6, S14",
    why="Laws and large receivers require a visible unsubscribe link.",
    remedy="Put a link to {slot:unsubscribe_url} into the footer.",
)  # fmt: skip
def _html(document: Document, _: LintOptions) -> Iterator[Found]:
    targets = header_targets(document)
    if document.page and not any(may_unsubscribe(link, targets) for link in document.links):
        yield Found(Place("html"), "No link of the HTML lets readers unsubscribe.")


@check(
    "unsubscribe-text", Level.ERROR, "S6, S14",
    why="Readers of the text part must be able to unsubscribe, too.",
    remedy="Put {slot:unsubscribe_url} into the footer of body.txt.",
)  # fmt: skip
def _text(document: Document, _: LintOptions) -> Iterator[Found]:
    text = document.text.text if document.text else ""
    if text.strip() and not any(target in text for target in header_targets(document)):
        near = any(_WORDS.search(line) for line in text.splitlines())
        if not (near and re.search(r"https?://|mailto:|\S@\S", text)):
            yield Found(Place("text"), "No line of the text lets readers unsubscribe.")


@check(
    "postal-address", Level.ERROR, "S14, S18 (CAN-SPAM, CASL)",
    why="Laws require bulk mail to show the sender's postal address.",
    remedy="Set alert.address, and show it in the footer of both parts.",
)  # fmt: skip
def _address(document: Document, options: LintOptions) -> Iterator[Found]:
    if not options.address:
        if options.address is not None:
            yield Found(Place("message"), "alert.address is empty.", Level.WARNING)
        return
    wanted = _flat(options.address)
    if document.page and wanted not in _flat(document.page.words):
        yield Found(Place("html"), "The HTML does not show the postal address.")
    if document.text and wanted not in _flat(document.text.text):
        yield Found(Place("text"), "The text does not show the postal address.")


def _flat(text: str) -> str:
    return re.sub(r"[\s\u2066-\u2069\u200e\u200f]+", "", text).casefold()
