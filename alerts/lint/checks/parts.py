"""The same content in text and HTML (S14): what one part has, the other must have, too."""

import html
import re
from collections.abc import Iterable, Iterator

from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import shortened
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

_URL = re.compile(r"https?://[^\s<>\"“”«»]+")


def html_urls(document: Document) -> dict[str, Place]:
    """The URLs that the HTML links to, each with its first place."""
    found: dict[str, Place] = {}
    for link in document.links:
        if link.web:
            found.setdefault(link.href, link.place)
    return found


def text_urls(document: Document) -> dict[str, Place]:
    """The URLs in the text, each with its first place; without the punctuation around them."""
    found: dict[str, Place] = {}
    for place, line in document.text_lines():
        for url in _URL.findall(line):
            found.setdefault(_unpunctuated(url), place)
    return found


def _unpunctuated(url: str) -> str:
    url = url.rstrip(".,;:!?'’…")
    while url.endswith((")", "]")) and url.count(")") + url.count("]") > url.count("(") + url.count(
        "["
    ):
        url = url[:-1].rstrip(".,;:!?")
    return url


def _form(url: str) -> str:
    """The same for two spellings of one URL."""
    return html.unescape(url).rstrip("/").lower()


@check(
    "text-lacks-link", Level.WARNING, "S14",
    why="Readers of the text part should get everything that others get.",
    remedy="Also write the URL into the text part.",
)  # fmt: skip
def _text_lacks(document: Document, _: LintOptions) -> Iterator[Found]:
    if document.page and document.text and document.text.text.strip():
        there = {_form(url) for url in text_urls(document)}
        lacking = {u: p for u, p in html_urls(document).items() if _form(u) not in there}
        yield from _lacking(lacking, "The text lacks URLs that the HTML links to")


@check(
    "html-lacks-link", Level.WARNING, "S14",
    why="Filters distrust mail whose parts differ.",
    remedy="Also link to it in the HTML part.",
)  # fmt: skip
def _html_lacks(document: Document, _: LintOptions) -> Iterator[Found]:
    if document.page and document.text and document.links:
        there = {_form(url) for url in html_urls(document)}
        shown = document.page.words.lower()
        lacking = {
            url: place
            for url, place in text_urls(document).items()
            if _form(url) not in there and url.lower() not in shown
        }
        yield from _lacking(lacking, "The HTML lacks URLs that are in the text")


def _lacking(urls: dict[str, Place], what: str) -> Iterator[Found]:
    """One finding, at the first place."""
    if urls:
        yield Found(next(iter(urls.values())), f"{what}: {listed(urls)}")


def listed(urls: Iterable[str]) -> str:
    """The first few URLs, and the number of the others."""
    all_of_them = list(urls)
    more = f" and {len(all_of_them) - 3} more" if len(all_of_them) > 3 else ""
    return ", ".join(shortened(url, 80) for url in all_of_them[:3]) + more


@check(
    "parts-differ", Level.ERROR, "S14",
    why="Filters compare the two parts, and readers see only one of them.",
    remedy="Make both parts from the same articles.",
)  # fmt: skip
def _differ(document: Document, _: LintOptions) -> Iterator[Found]:
    if not document.page or not document.text:
        return
    there = _words(document.page.words)
    here = _words(_URL.sub(" ", document.text.text))
    if len(here) >= 20 and len(there) >= 20:
        common = len(here & there) / min(len(here), len(there))
        if common < 0.5:
            yield Found(Place("text"), f"Text and HTML share {common:.0%} of their words.")
    elif len(there) >= 60 > 3 * len(here):
        yield Found(Place("text"), f"The text has {len(here)} words, the HTML {len(there)}.")


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"\w{4,}", text)}
