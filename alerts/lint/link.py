"""A link of a page: its address, taken apart as far as it can be."""

import re
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from alerts.lint.finding import Place
from alerts.lint.page import Element, attribute, name_of, shortened


class Link:
    """An `<a href>`; `parts` is nothing where the address cannot be read."""

    def __init__(self, element: Element, place: Place) -> None:
        self.element, self.place = element, place
        self.href = attribute(element, "href")

    @cached_property
    def parts(self) -> SplitResult | None:
        """The address taken apart."""
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
        """The address, short enough to read."""
        return shortened(self.href, 80)

    @cached_property
    def name(self) -> str:
        """What is read of it aloud."""
        return name_of(self.element)
