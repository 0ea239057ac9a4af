"""Which elements the selectors of a style sheet mean (cssselect), within a bound of work.

Each list of selectors is matched once a page. Where a sheet asks for more than any letter needs, the
rest of its rules match nothing, so that no sheet takes longer than a second or two.
"""

import re

from cssselect import HTMLTranslator, SelectorError, parse
from lxml import etree

from alerts.lint.page import Element, Page

Specificity = tuple[int, int, int]
_MOST = 2_000_000  # elements looked at; our own letters want a tenth of it
_LONGEST = 5_000  # characters of one list of selectors


class Matcher:
    """Matches selectors on one page."""

    def __init__(self, page: Page) -> None:
        self.page, self._work = page, 0
        self._known: dict[str, list[tuple[Specificity, Element]]] = {}

    def elements(self, selectors: str) -> list[tuple[Specificity, Element]]:
        """The elements meant, each with the specificity of the selector that means it."""
        if selectors not in self._known:
            self._work += self._cost(selectors)
            within = self._work <= _MOST and len(selectors) <= _LONGEST
            self._known[selectors] = self._matched(selectors) if within else []
        return self._known[selectors]

    def _cost(self, selectors: str) -> int:
        """About how many elements are looked at: each step may go down the whole page."""
        steps = [len(re.findall(r"[^\s>+~]+", one)) for one in selectors.split(",")]
        page = self.page
        return len(page.elements) * sum(1 + (count - 1) * page.depth for count in steps if count)

    def _matched(self, selectors: str) -> list[tuple[Specificity, Element]]:
        found: list[tuple[Specificity, Element]] = []
        try:
            for selector in parse(selectors):
                if selector.pseudo_element is None and self.page.root is not None:
                    path = etree.XPath(HTMLTranslator().selector_to_xpath(selector))
                    found += [(selector.specificity(), one) for one in path(self.page.root)]
        except (SelectorError, RecursionError, etree.XPathError):
            return []  # a list with one bad selector means nothing (Selectors 4, §4.1)
        return found
