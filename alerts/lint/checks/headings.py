"""The headings, by which users of screen readers navigate."""

from collections.abc import Iterator

from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import name_of
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@check(
    "heading-one", Level.WARNING, "H3",
    why="The h1 says what the e-mail is about.",
    remedy="Write exactly one <h1>, the headline of the issue.",
)  # fmt: skip
def _one(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if not page or page.body is None:
        return
    found = list(page.named("h1"))
    if not found:
        yield Found(Place("html"), "There is no h1.")
    for heading in found[1:]:
        yield Found(page.place(heading), f"There are {len(found)} h1.")


@check(
    "heading-order", Level.WARNING, "H3, WCAG 1.3.1",
    why="To those who navigate by headings a skipped level looks like a missing part.",
    remedy="Go down one level at a time; set sizes with CSS.",
)  # fmt: skip
def _order(document: Document, _: LintOptions) -> Iterator[Found]:
    before = 0
    for heading, place in document.named(*_HEADINGS):
        level = int(str(heading.tag)[1])
        if level > before + 1 and before:
            yield Found(place, f"An h{level} follows an h{before}.")
        before = level


@check(
    "heading-empty", Level.ERROR, "H3, WCAG 2.4.6",
    why="A screen reader announces a heading without text.",
    remedy="Give it a text, or use another element.",
)  # fmt: skip
def _empty(document: Document, _: LintOptions) -> Iterator[Found]:
    for heading, place in document.named(*_HEADINGS):
        if not name_of(heading):
            yield Found(place, f"An {heading.tag} is empty.")
