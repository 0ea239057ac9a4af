"""Whether it reads well: sizes, line height, alignment, targets for a thumb (rules H7, H9)."""

from collections.abc import Iterator

from alerts.lint.cascade import Look
from alerts.lint.document import Document
from alerts.lint.finding import Found, Level, check
from alerts.lint.options import Options
from alerts.lint.page import Element, shortened, styles, text_of

_SMALLEST, _BODY, _TARGET = 14.0, 16.0, 44.0  # pixels
_NORMAL = 1.2  # times the size: what browsers take where nothing is said
_PARAGRAPH = 80  # letters
_GENERIC = {"serif", "sans-serif", "monospace", "system-ui", "cursive", "fantasy", "inherit"}


def _seen(document: Document) -> Iterator[tuple[Element, Look]]:
    """The elements with words of their own."""
    for element, look in document.light.looks.items() if document.light else ():
        if look.seen and any(c.isalnum() for c in element.text or ""):
            yield element, look


@check(
    "text-small", Level.WARNING, "H9",
    why="Text below 14 pixels is hard to read on a phone, and iOS blows it up.",
    remedy="Make it 16 pixels; 14 at least, in a footer.",
)  # fmt: skip
def _small(document: Document, _: Options) -> Iterator[Found]:
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
    why="Lines that stand close are hard to follow.",
    remedy="Set line-height to 1.4 or more on paragraphs.",
)  # fmt: skip
def _line_height(document: Document, _: Options) -> Iterator[Found]:
    for element, look in _seen(document):
        height = look.line_height or _NORMAL
        if height < 1.4 and len(text_of(element)) > _PARAGRAPH and look.size < 20 and document.page:
            yield Found(
                document.page.place(element), f"A paragraph has a line height of {height:g}."
            )


@check(
    "text-justified", Level.WARNING, "H9, WCAG 1.4.8",
    why="Justified text has rivers of white, worst on a phone.",
    remedy="Align it to the start.",
)  # fmt: skip
def _justified(document: Document, _: Options) -> Iterator[Found]:
    for element, look in _seen(document):
        if look.align == "justify" and document.page:
            yield Found(document.page.place(element), "A text is justified.")


@check(
    "font-fallback", Level.WARNING, "H9",
    why="Where none of the fonts named is there, a client falls back to Times, or to no Arabic at all.",
    remedy="End font-family with serif, sans-serif, monospace or system-ui.",
)  # fmt: skip
def _fallback(document: Document, _: Options) -> Iterator[Found]:
    for element, place in document.named():
        for declaration in styles(element):
            families = [name.strip(" \"'").lower() for name in declaration.value.split(",")]
            if declaration.name == "font-family" and families[-1] not in _GENERIC:
                yield Found(
                    place, f"Fonts without a generic one: {shortened(declaration.value, 60)}"
                )


@check(
    "target-small", Level.HINT, "H7, WCAG 2.5.8",
    why="A thumb is 44 pixels wide.",
    remedy="Give a link that stands alone padding above and below, to 44 pixels.",
)  # fmt: skip
def _target(document: Document, _: Options) -> Iterator[Found]:
    for element, look in _seen(document):
        if element.tag == "a" and look.display in ("block", "inline-block") and document.page:
            height = look.size * (look.line_height or _NORMAL) + sum(look.padding)
            if height < _TARGET - 0.5:
                yield Found(
                    document.page.place(element),
                    f"A link that stands alone is {height:.0f} pixels high.",
                )
