"""The main text of a web page, without what stands around it.

trafilatura finds it, and a title, date or site name that nothing else gives. Two things are added
where it loses much of a page: paragraphs that stand in the same kind of place as those it found (a
text that advertisements cut into pieces), and the text that the page carries as data (JSON-LD).
Measured by `python -m benchmarks.pages`. Fetches nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any

from alerts.markup import plain, tidy

_MOST_ELEMENTS = 30_000  # of a page whose text is looked for; few real ones have 5,000
_PARAGRAPH = 60  # letters from which a <p> is prose
_NEARLY_ALL, _MUCH_MORE = 0.8, 1.3
_WORD = re.compile(r"\w+")

Place = tuple[str, str]  # the tag and class of what a paragraph stands in


@dataclass(frozen=True, slots=True)
class Content:
    """The text, a line for each paragraph, and what was found on the way; "" for what was not."""

    text: str = ""
    title: str = ""
    date: str = ""
    site: str = ""


def content(tree: Any, url: str, told: Iterable[str] = ()) -> Content:
    """What a page says; `told` are texts of it that it carries as data.

    Nothing of a page so large that it would take minutes (mail-rules X4). The tree is left as it is.
    """
    if next(islice(tree.iter(), _MOST_ELEMENTS, None), None) is not None:
        return Content()
    import trafilatura  # costs 300 ms; feeds and folders never need it
    from trafilatura.settings import Document

    found = trafilatura.bare_extraction(
        deepcopy(tree),
        url=url or None,
        with_metadata=True,
        include_comments=False,
        favor_precision=True,
    )
    fields: dict[str, Any] = found.as_dict() if isinstance(found, Document) else found or {}
    text = _carried(completed(str(fields.get("text") or ""), tree), told)
    title, date, site = (str(fields.get(name) or "") for name in ("title", "date", "sitename"))
    return Content("\n".join(filter(None, map(tidy, text.splitlines()))), title, date, site)


def completed(text: str, tree: Any) -> str:
    """The text, with the paragraphs in the same kind of place that are missing from it.

    Only where nearly all of it stands in places of one kind, and those hold much more.
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
    """The text, or the one that the page carries as data where that is more than twice as long."""
    for other in told:
        lines = [plain(line) for line in re.split(r"\n|</p>|<br */?>", other)]
        if sum(map(len, lines)) > 2 * max(len(text), _PARAGRAPH):
            return "\n".join(filter(None, lines))
    return text


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text))
