"""Contrast of every text with its background, in light and dark mode (rule H8, WCAG 1.4.3)."""

from collections.abc import Iterator

from alerts.lint.colours import contrast
from alerts.lint.computed_style import Cascade, ComputedStyle
from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import Element
from alerts.lint.place import Found, Level
from alerts.lint.register import check

_LARGE, _LARGE_BOLD = 24.0, 18.66  # pixels, WCAG 2.2 “large scale”


def _texts(cascade: Cascade) -> Iterator[tuple[Element, ComputedStyle]]:
    """The elements with visible text of their own."""
    for element, look in cascade.looks.items():
        own = [element.text or "", *(child.tail or "" for child in element)]
        if look.seen and any(any(c.isalnum() for c in piece) for piece in own):
            yield element, look


def _weak(document: Document, cascade: Cascade, scheme: str) -> Iterator[Found]:
    for element, look in _texts(cascade):
        if look.ground is None or document.page is None:
            continue
        large = look.size >= _LARGE or (look.bold and look.size >= _LARGE_BOLD)
        needed = 3.0 if large else 4.5
        seen = look.text.over(look.ground)
        ratio = contrast(seen, look.ground)
        if ratio < needed:
            yield Found(
                document.page.place(element),
                f"{seen} on {look.ground} has a contrast of {ratio:.1f} in {scheme}, "
                f"less than {needed:g}.",
            )


@check(
    "contrast", Level.ERROR, "H8, WCAG 1.4.3",
    why="Text of low contrast cannot be read in the sun, on a poor screen, or by many older people.",
    remedy="Change one of the two colours: at least 4.5, for large text 3.",
)  # fmt: skip
def _light(document: Document, _: LintOptions) -> Iterator[Found]:
    if document.light:
        yield from _weak(document, document.light, "light")


@check(
    "contrast-dark", Level.ERROR, "H8, WCAG 1.4.3",
    why="If a rule for dark mode sets only one colour, text may be black on black.",
    remedy="Set text and background colour of each element in @media (prefers-color-scheme: dark).",
)  # fmt: skip
def _dark(document: Document, _: LintOptions) -> Iterator[Found]:
    if document.dark:
        yield from _weak(document, document.dark, "dark")


@check(
    "dark-missing", Level.HINT, "H8, H2",
    why="An e-mail without rules for dark mode is inverted by each client in a different way.",
    remedy="Add @media (prefers-color-scheme: dark), and the meta color-scheme.",
)  # fmt: skip
def _no_dark(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if page and page.body is not None and document.dark is None:
        yield Found(page.place(page.body), "There are no rules for dark mode.")


@check(
    "colour-alone", Level.WARNING, "H8",
    why="If a client darkens backgrounds and leaves text as it is, text without a background of its "
    "own disappears.",
    remedy="Set a background-color on the element, or on one around it.",
)  # fmt: skip
def _alone(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, look in _texts(document.light) if document.light else ():
        if look.coloured and not look.grounded and document.page:
            yield Found(document.page.place(element), f"A text is {look.text}, with no background.")


@check(
    "link-unmarked", Level.WARNING, "H7, WCAG 1.4.1",
    why="Many people do not recognise a link in a sentence if only its colour is different.",
    remedy="Underline it, or give it a contrast of 3 with the text around it.",
)  # fmt: skip
def _unmarked(document: Document, _: LintOptions) -> Iterator[Found]:
    cascade = document.light
    beside: dict[Element, int] = {}  # the number of characters beside the links in an element
    for element, place in document.named("a") if cascade else ():
        parent = element.getparent()
        if parent is None or element.get("href") is None or cascade is None:
            continue
        if parent not in beside:
            own = [parent.text or "", *(child.tail or "" for child in parent)]
            beside[parent] = sum(len(piece.strip()) for piece in own)
        look, ground = cascade.looks[element], cascade.looks[parent]
        inner = any(cascade.looks[e].underlined for e in element.iterdescendants())
        if (
            beside[parent] < 20
            or look.underlined
            or inner
            or not look.seen
            or look.bold != ground.bold
        ):
            continue
        if contrast(look.text, ground.text) < 3:
            yield Found(place, "A link in a sentence is not underlined.")
