"""What most checks have in common: they look at each link, or at each field of a name."""

from collections.abc import Callable, Iterator
from functools import wraps

from alerts.lint.document import Document, Header
from alerts.lint.link import Link
from alerts.lint.options import LintOptions
from alerts.lint.place import Found, Place
from alerts.lint.register import CheckFunction


def each_link(look: Callable[[Link, LintOptions], Iterator[Found]]) -> CheckFunction:
    """A check that looks at each link of a document."""

    @wraps(look)
    def looked(document: Document, options: LintOptions) -> Iterator[Found]:
        for link in document.links:
            yield from look(link, options)

    return looked


def each_header(
    *names: str, needed: bool = False
) -> Callable[[Callable[[Header], Iterator[Found]]], CheckFunction]:
    """A check that looks at each field of these names; one that is `needed` is missed in a message."""

    def register(look: Callable[[Header], Iterator[Found]]) -> CheckFunction:
        @wraps(look)
        def looked(document: Document, _: LintOptions) -> Iterator[Found]:
            for name in names:
                fields = document.all(name)
                if needed and document.is_message and not fields:
                    yield Found(Place("headers", 0, name), f"There is no {name}.")
                if document.is_message or not needed:
                    for header in fields:
                        yield from look(header)

        return looked

    return register


def at(header: Header) -> Place:
    """Where a field stands."""
    return Place("headers", header.line, header.name)
