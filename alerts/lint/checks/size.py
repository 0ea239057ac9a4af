"""Size: where Gmail clips HTML, and how much of style sheets it accepts."""

from collections.abc import Iterator

from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import LONGEST
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

CLIPPED, LARGE, STYLES = 102_400, 90_000, 16_384


@check(
    "html-clipped", Level.ERROR, "H13, S15",
    why="Gmail clips HTML at 102,400 octets: the footer with its unsubscribe link is lost.",
    remedy="Shorten summaries, or show fewer articles: `alerts article exclude ID`.",
)  # fmt: skip
def _clipped(document: Document, _: LintOptions) -> Iterator[Found]:
    size = len(document.html.octets) if document.html else 0
    if size > CLIPPED:
        beyond = ", of which only the first part was checked" if size > LONGEST else ""
        yield Found(Place("html"), f"The HTML has {size:,} octets{beyond}.")


@check(
    "html-large", Level.WARNING, "H13, S15",
    why="Gmail clips at 102,400 octets, including what relays and mailing lists add.",
    remedy="Keep it below 90,000: shorten summaries, or show fewer articles.",
)  # fmt: skip
def _large(document: Document, _: LintOptions) -> Iterator[Found]:
    size = len(document.html.octets) if document.html else 0
    if LARGE < size <= CLIPPED:
        yield Found(Place("html"), f"The HTML has {size:,} octets.")


@check(
    "style-long", Level.ERROR, "H11, S15",
    why="Gmail drops all style sheets if together they have more than 16,384 characters.",
    remedy="Write what every client needs as style attributes; keep media queries only.",
)  # fmt: skip
def _styles(document: Document, _: LintOptions) -> Iterator[Found]:
    length = document.page.style_length if document.page else 0
    if length > STYLES:
        yield Found(Place("html"), f"The style sheets have {length:,} characters.")
