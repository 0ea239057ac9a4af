"""Tables: layout tables must not be announced as data, and data tables must."""

from collections.abc import Iterator

from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import Element, attribute
from alerts.lint.place import Found, Level
from alerts.lint.register import check

_LAYOUT = ("presentation", "none")


def _with(document: Document, *names: str) -> set[Element]:
    """The tables that have elements of those names, without those of nested tables."""
    return {next(element.iterancestors("table"), None) for element, _ in document.named(*names)}


@check(
    "table-role", Level.WARNING, "H3",
    why="Without a role a screen reader announces the rows and columns of the layout. 84 % of "
    "mails lack it.",
    remedy='Write role="presentation" on each layout table.',
)  # fmt: skip
def _role(document: Document, _: LintOptions) -> Iterator[Found]:
    of_data = _with(document, "th")
    for table, place in document.named("table"):
        role = attribute(table, "role").lower()
        if role not in (*_LAYOUT, "table", "grid") and table not in of_data:
            yield Found(place, "A table has neither a role nor headers.")


@check(
    "table-mixed", Level.WARNING, "H3",
    why="Screen readers handle a layout table with headers inconsistently.",
    remedy="Remove role=presentation from a data table; th, caption and summary from a layout table.",
)  # fmt: skip
def _mixed(document: Document, _: LintOptions) -> Iterator[Found]:
    of_data = _with(document, "th", "caption")
    for table, place in document.named("table"):
        data = table in of_data or table.get("summary")
        if attribute(table, "role").lower() in _LAYOUT and data:
            yield Found(place, "A layout table has th, caption or summary.")


@check(
    "table-scope", Level.WARNING, "H3, WCAG 1.3.1",
    why="A screen reader needs it to know which cells a header belongs to.",
    remedy='Write scope="col" or scope="row" on each th.',
)  # fmt: skip
def _scope(document: Document, _: LintOptions) -> Iterator[Found]:
    for header, place in document.named("th"):
        if attribute(header, "scope") not in ("col", "row", "colgroup", "rowgroup"):
            yield Found(place, "A th has no scope.")
