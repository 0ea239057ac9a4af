"""Feeds of Drupal and its like give whole pages: fields with labels, the author, the date. Their text alone.

The fields are recognised by their classes (Drupal 7 to 11, Views); other markup is left as it is.
"""

import re
from typing import Any

from lxml import etree
from lxml import html as markup_tree

_MARKED = re.compile(r"\b(?:field--name-|field-name-|views-field|field__label|field-label)")
_MOST = 200_000  # characters
_BODY = ("name-body", "type-text-with-summary", "views-field-body")
_OTHERS = re.compile(
    r"(?:field--|field-)name-(?:title|uid|created|changed|author|node-title|node-link|links|comment\S*|"
    r"\S*tags?|\S*categor\S*|\S*image\S*|\S*date\S*)|(?:field--|field-)type-(?:created|changed|entity-?reference|"
    r"taxonomy\S*|datetime|datestamp|image|comment|link|boolean)|field__label|field-label|"
    r"views-label\S*|views-field-(?:title|name|created|changed|uid|view-node|field-image|field-tags)"
)  # fmt: skip


def without_labels(markup: str) -> str:
    """The markup of the text alone; the same markup where it has no fields."""
    if len(markup) > _MOST or not _MARKED.search(markup):
        return markup
    try:
        tree = markup_tree.fragment_fromstring(markup, create_parent="div")
    except (etree.ParserError, ValueError):
        return markup
    bodies = [one for one in tree.iter() if any(mark in _classes(one) for mark in _BODY)]
    for element in [one for one in tree.iter() if _is_other(one)]:
        if element.getparent() is not None and not any(_within(body, element) for body in bodies):
            element.drop_tree()
    kept = [
        one
        for one in bodies
        if not any(_within(one, other) for other in bodies if other is not one)
    ]
    texts = kept or [tree]
    return "\n".join(etree.tostring(one, encoding="unicode", method="html") for one in texts)


def _classes(element: Any) -> str:
    return element.get("class") or "" if isinstance(element.tag, str) else ""


def _is_other(element: Any) -> bool:
    return any(_OTHERS.fullmatch(name) for name in _classes(element).split())


def _within(element: Any, other: Any) -> bool:
    return element is other or other in element.iterancestors()
