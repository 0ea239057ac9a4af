"""Whether a page is about what it calls itself: its name (`<title>`) beside its headings.

An article has its title in both. A page that blocks, asks or apologises has mostly a name for the window
(“Privacy choices”) and a sentence for its visitor (“It's your data. You decide.”), in whatever language and
words. Proves nothing by itself: `plausible.py` weighs it for pages of few words. Pure.
"""

from typing import Any
from urllib.parse import urlsplit

from alerts.domain.confidence import FieldConfidence, guess_of, likely
from alerts.text.plain_text import tidy
from alerts.text.telling import telling
from alerts.text.words import words

_UNDECLARED = likely("title", "its page declares none; the heading or title of its text")
_APART = guess_of(
    "title", "its page declares none, and its heading is not what the page calls itself"
)


def title_doubt(tree: Any, address: str) -> FieldConfidence:
    """How sure the title is of a page that declares none; `tree` is the page, `address` its URL."""
    names = _texts(tree, "//head/title")[:1]
    headings = _texts(tree, "//h1 | //h2 | //h3")
    said = telling(names[0]) if names else frozenset()
    if not said or not any(map(telling, headings)) or _is_its_host(names[0], address):
        return _UNDECLARED
    return _UNDECLARED if any(said & telling(heading) for heading in headings) else _APART


def _texts(tree: Any, path: str) -> list[str]:
    found = (tidy(element.text_content()) for element in tree.xpath(path))
    return [text for text in found if text]


def _is_its_host(name: str, address: str) -> bool:
    """True where a page is called as its site is, as all pages of some sites are."""
    host = "".join(words(urlsplit(address).hostname or ""))
    return all(word in host for word in words(name) if len(word) >= 4)
