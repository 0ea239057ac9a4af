"""The main text of a web page, without menus and other surroundings.

trafilatura finds the text; it also finds a title, date or site name where the metadata has none. Two
additions help where trafilatura loses much of a page: paragraphs in the same kind of element as those
that it found (a text that advertisements divide), and the text that the page holds as data (JSON-LD).
A second extractor votes (`text_vote`). Measured by
`python -m benchmarks.pages`. Fetches nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any

from alerts.domain.confidence import FieldConfidence, guess_of, likely
from alerts.sources.text_vote import voted
from alerts.text.plain_text import plain, tidy

_MOST_ELEMENTS = (
    30_000  # most elements of a page whose text is extracted; few real pages have 5,000
)
_MOST_VOTED = 10_000  # of a page that is read twice more
_PARAGRAPH = 60  # characters from which a <p> is prose
_NEARLY_ALL, _MUCH_MORE = 0.8, 1.3
_PLACED = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "ul", "img", "article", "section"}
)
_LARGE = likely("text", "its page is too large for a second opinion")
_DISAGREED = guess_of("text", "two extractors disagree about the text of its page")
_WORD = re.compile(r"\w+")

Place = tuple[str, str]  # the tag and class of what a paragraph stands in


@dataclass(frozen=True, slots=True)
class Content:
    """The text, one line per paragraph, and the metadata that trafilatura found; "" for missing values."""

    text: str = ""
    title: str = ""
    date: str = ""
    site: str = ""
    doubts: tuple[FieldConfidence, ...] = ()


def content(tree: Any, url: str, told: Iterable[str] = (), language: str = "") -> Content:
    """Extract the main text; `told` are texts of the page that it holds as data (JSON-LD), `language` is
    what it declares.

    Returns nothing for a page so large that it would take minutes (rule X4). The tree is not changed.
    """
    if next(islice(tree.iter(), _MOST_ELEMENTS, None), None) is not None:
        return Content()
    import trafilatura  # costs 300 ms; feeds and folders never need it
    from trafilatura.settings import Document

    found = trafilatura.bare_extraction(
        _without_layout(deepcopy(tree)),
        url=url or None,
        with_metadata=True,
        include_comments=False,
        favor_precision=True,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    fields: dict[str, Any] = found.as_dict() if isinstance(found, Document) else found or {}
    read = completed(str(fields.get("text") or ""), tree)
    text = _carried(read, told)
    doubts: tuple[FieldConfidence, ...] = ()
    if next(islice(tree.iter(), _MOST_VOTED, None), None) is not None:
        doubts = (_LARGE,)
    elif text == read:
        vote = voted(text, tree, url, language.lower()[:2])
        text, doubts = vote.text, () if vote.agreed else (_DISAGREED,)
    title, date, site = (str(fields.get(name) or "") for name in ("title", "date", "sitename"))
    return Content("\n".join(filter(None, map(tidy, text.splitlines()))), title, date, site, doubts)


def _without_layout(tree: Any) -> Any:
    """The tree, with tables that only place things turned into blocks: they hold paragraphs, headings or
    pictures, and no cell that heads others."""
    for table in tree.iter("table"):
        cells = {str(one.tag) for one in table.iter()}
        if cells & _PLACED and not cells & {"th", "caption"}:
            for one in table.iter("table", "tbody", "thead", "tfoot", "tr", "td"):
                one.tag = "div"
    return tree


def completed(text: str, tree: Any) -> str:
    """The text together with the paragraphs in the same kind of element that are missing from it.

    Applied only where nearly all of the text is in elements of one kind, and these contain much more.
    """
    known = _words(text)
    prose = [(p, tidy(p.text_content())) for p in tree.iter("p")]
    prose = [(p, words) for p, words in prose if len(words) >= _PARAGRAPH]
    here: Counter[Place] = Counter()
    there: Counter[Place] = Counter()
    for p, words in prose:
        there[_place(p)] += len(words)
        here[_place(p)] += len(words) if _words(words) in known else 0
    place, size = here.most_common(1)[0] if here else (("", ""), 0)
    if not size or size < _NEARLY_ALL * len(text) or there[place] < _MUCH_MORE * size:
        return text
    return "\n".join(words for p, words in prose if _place(p) == place)


def _place(paragraph: Any) -> Place:
    parent = paragraph.getparent()
    return (str(parent.tag), parent.get("class") or "") if parent is not None else ("", "")


def _carried(text: str, told: Iterable[str]) -> str:
    """The text, or the one that the page holds as data where that is more than twice as long."""
    for other in told:
        lines = [plain(line) for line in re.split(r"\n|</p>|<br */?>", other)]
        if sum(map(len, lines)) > 2 * max(len(text), _PARAGRAPH):
            return "\n".join(filter(None, lines))
    return text


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text))
