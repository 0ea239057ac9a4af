"""Which elements the selectors of a style sheet match (cssselect), with a limit on the work.

Each list of selectors is matched once per page. Above the limit, the remaining rules match nothing, so
that no style sheet takes longer than a second or two (X4).
"""

import re

from cssselect import HTMLTranslator, SelectorError, parse
from lxml import etree

from alerts.lint.page import Element, HtmlPage

Specificity = tuple[int, int, int]
_MOST = 2_000_000  # elements visited; our own editions need a tenth of it
_LONGEST = 5_000  # characters of one list of selectors


class Matcher:
    """Matches selectors on one page."""

    def __init__(self, page: HtmlPage) -> None:
        self.page, self._work = page, 0
        self._known: dict[str, list[tuple[Specificity, Element]]] = {}

    def elements(self, selectors: str) -> list[tuple[Specificity, Element]]:
        """The elements that match, each with the specificity of the selector that matches it."""
        if selectors not in self._known:
            self._work += self._cost(selectors)
            within = self._work <= _MOST and len(selectors) <= _LONGEST
            self._known[selectors] = self._matched(selectors) if within else []
        return self._known[selectors]

    def _cost(self, selectors: str) -> int:
        """An upper estimate of the elements visited: each step may visit the whole page."""
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
            return []  # a list with one invalid selector matches nothing (Selectors 4, §4.1)
        return found
