"""A link of a page, with its URL parsed as far as possible."""

import re
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from alerts.lint.page import Element, attribute, name_of, shortened
from alerts.lint.place import Place


class Link:
    """An `<a href>`; `parts` is None if the URL cannot be parsed."""

    def __init__(self, element: Element, place: Place) -> None:
        self.element, self.place = element, place
        self.href = attribute(element, "href")

    @cached_property
    def parts(self) -> SplitResult | None:
        """The parsed URL."""
        try:
            parts = urlsplit(self.href)
            _ = parts.port
        except ValueError:
            return None
        return parts

    @property
    def scheme(self) -> str:
        """In lower case; "" where there is none."""
        found = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", self.href)
        return found[1].lower() if found else ""

    @property
    def host(self) -> str:
        """In lower case; "" where there is none."""
        return (self.parts.hostname or "").rstrip(".") if self.parts else ""

    @property
    def web(self) -> bool:
        """True for http and https."""
        return self.scheme in ("http", "https")

    @property
    def shown(self) -> str:
        """The URL, shortened for a message."""
        return shortened(self.href, 80)

    @cached_property
    def name(self) -> str:
        """The accessible name: what a screen reader says."""
        return name_of(self.element)
