"""Where a finding is mended: the story or the words of the issue that it is about, and what of them. Pure.

A finding names an article by its id, quotes a link to it, or stands between the first and the last link of
a story in the document. What is about the whole edition, such as a header, has no such place.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from alerts.domain.issue import Issue
from alerts.lint.place import Finding
from alerts.text.plain_text import safe_url

_HREF = re.compile(r'href="([^"]*)"')
_ID = re.compile(r"\b[0-9a-f]{10}\b")
_PICTURE = ("picture-", "image-")
_OPENING = ("subject", "preheader", "headline", "standfirst")
_OF_STORIES = (
    *_PICTURE,
    "article",
    "dir-of",
    "lang-of",
    "link-",
    "placeholder",
    "sample",
    "spilt",
    "untr",
)
"""Codes of what somebody wrote; what is about colours or tables is the template's."""


@dataclass(frozen=True, slots=True)
class MendPlace:
    """What a finding is about: a story by its id and title, or (both empty) the words of the issue.

    `part` is `picture`, `texts`, or of the issue's words `opening`; `language` that of the edition.
    """

    article_id: str
    title: str
    part: str
    language: str


class StoryLines:
    """Where the stories of an issue are in the HTML of an edition."""

    def __init__(self, html: str, issue: Issue) -> None:
        self._titles = {article.id: article.title for article in issue.articles}
        self._by_url = dict(_addresses(issue))
        self._spans: dict[str, tuple[int, int]] = {}
        for number, line in enumerate(html.split("\n"), start=1):
            for found in self._linked(line):
                first, _ = self._spans.get(found, (number, number))
                self._spans[found] = (first, number)

    def _linked(self, text: str) -> Iterator[str]:
        """The articles to which a piece of HTML links."""
        for match in _HREF.finditer(text):
            if found := self._by_url.get(unescape(match[1])):
                yield found

    def place(self, finding: Finding) -> MendPlace | None:
        """Where a finding is mended; None where it is about the whole edition."""
        told = f"{finding.reason} {finding.remedy}"
        named = [one for one in _ID.findall(told) if one in self._titles]
        named += self._linked(finding.place.element)
        if not named and finding.place.part == "html" and finding.code.startswith(_OF_STORIES):
            named += self._around(finding.place.line)
        if named:
            part = "picture" if finding.code.startswith(_PICTURE) else "texts"
            return MendPlace(named[0], self._titles[named[0]], part, finding.edition)
        opening = finding.code.startswith(_OPENING)
        return MendPlace("", "", "opening", finding.edition) if opening else None

    def _around(self, line: int) -> list[str]:
        """The story whose links are before and after a line, or on it; the one with the shortest span."""
        spans = [
            (last - first, id_)
            for id_, (first, last) in self._spans.items()
            if first <= line <= last
        ]
        return [id_ for _, id_ in sorted(spans)[:1]]


def _addresses(issue: Issue) -> Iterator[tuple[str, str]]:
    """Each address at which an edition may link to an article, with its id."""
    for article in issue.articles:
        yield safe_url(article.url), article.id
        for translation in article.translations.values():
            if translation.url:
                yield safe_url(translation.url), article.id


def pinned(html: str, issue: Issue, pins: Mapping[str, str]) -> str:
    """The HTML of an edition with a pin (HTML) of `pins`, by the id of its story, before the first link to
    it."""
    by_url, left = dict(_addresses(issue)), dict(pins)
    made, end = [], 0
    for match in re.finditer(r'<a\b[^>]*?href="([^"]*)"', html):
        pin = left.pop(by_url.get(unescape(match[1]), ""), "")
        if pin:
            made += [html[end : match.start()], pin]
            end = match.start()
    return "".join(made) + html[end:]
