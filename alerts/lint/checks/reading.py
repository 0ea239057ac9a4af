"""Legibility: font size, line height, alignment, size of touch targets (rules H7, H9)."""

from collections.abc import Iterator

from alerts.lint.computed_style import ComputedStyle
from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import Element, shortened, styles, text_of
from alerts.lint.place import Found, Level
from alerts.lint.register import check

_SMALLEST, _BODY, _TARGET = 14.0, 16.0, 44.0  # pixels
_NORMAL = 1.2  # times the size: the default of browsers
_PARAGRAPH = 80  # characters
_GENERIC = {"serif", "sans-serif", "monospace", "system-ui", "cursive", "fantasy", "inherit"}


def _seen(document: Document) -> Iterator[tuple[Element, ComputedStyle]]:
    """The elements with text of their own."""
    for element, look in document.light.looks.items() if document.light else ():
        if look.seen and any(c.isalnum() for c in element.text or ""):
            yield element, look


@check(
    "text-small", Level.WARNING, "H9",
    why="Text below 14 pixels is hard to read on a phone, and iOS enlarges it.",
    remedy="Make it 16 pixels, or at least 14 in a footer.",
)  # fmt: skip
def _small(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, look in _seen(document):
        if not document.page:
            continue
        place = document.page.place(element)
        if look.size < _SMALLEST:
            yield Found(place, f"Text of {look.size:g} pixels.")
        elif look.size < _BODY and len(text_of(element)) > 3 * _PARAGRAPH:
            yield Found(place, f"A long text of {look.size:g} pixels.", Level.HINT)


@check(
    "line-height", Level.HINT, "H9",
    why="Lines that are too close are hard to follow.",
    remedy="Set line-height to 1.4 or more on paragraphs.",
)  # fmt: skip
def _line_height(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, look in _seen(document):
        height = look.line_height or _NORMAL
        if height >= 1.4 or len(text_of(element)) <= _PARAGRAPH or look.size >= 20:
            continue
        if document.page and not _in_heading(element):
            yield Found(
                document.page.place(element), f"A paragraph has a line height of {height:g}."
            )


def _in_heading(element: Element) -> bool:
    """True for a title, whose lines may be closer than those of a paragraph."""
    tags = (element.tag, *(above.tag for above in element.iterancestors()))
    return not {"h1", "h2", "h3", "h4", "h5", "h6"}.isdisjoint(tags)


@check(
    "text-justified", Level.WARNING, "H9, WCAG 1.4.8",
    why="Justified text has wide gaps between words, especially on a phone.",
    remedy="Align it to the start.",
)  # fmt: skip
def _justified(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, look in _seen(document):
        if look.align == "justify" and document.page:
            yield Found(document.page.place(element), "A text is justified.")


@check(
    "font-fallback", Level.WARNING, "H9",
    why="If none of the named fonts exists, a client uses Times, or a font without Arabic.",
    remedy="End font-family with serif, sans-serif, monospace or system-ui.",
)  # fmt: skip
def _fallback(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, place in document.named():
        for declaration in styles(element):
            families = [name.strip(" \"'").lower() for name in declaration.value.split(",")]
            if declaration.name == "font-family" and families[-1] not in _GENERIC:
                yield Found(
                    place, f"Fonts without a generic one: {shortened(declaration.value, 60)}"
                )


@check(
    "target-small", Level.HINT, "H7, WCAG 2.5.8",
    why="A fingertip needs a target of about 44 pixels.",
    remedy="Give a link on its own line padding above and below, so that it is 44 pixels high.",
)  # fmt: skip
def _target(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, look in _seen(document):
        if element.tag == "a" and look.display in ("block", "inline-block") and document.page:
            height = look.size * (look.line_height or _NORMAL) + sum(look.padding)
            if height < _TARGET - 0.5:
                yield Found(
                    document.page.place(element),
                    f"A link on its own line is {height:.0f} pixels high.",
                )
