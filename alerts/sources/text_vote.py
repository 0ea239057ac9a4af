"""A second opinion on the main text of a page: readability's, and justext's where that has none.

Both come with trafilatura, and find a text in other ways: by the weight of blocks, and by their words.
Where the two agree, the text is sure. Where they do not, the longer one of which the other is a part is
taken, and it is a guess. Measured by `python -m benchmarks.pages`. Fetches nothing.
"""

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from alerts.text.plain_text import tidy

_WORD = re.compile(r"\w+")
_CONTROL = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
)  # XML 1.0 has none of these
_RUN = 4  # words; texts are compared by their runs of so many
_AGREED = 0.7  # share of all runs that both have: then they are one text
_PART = 0.9  # share of the runs of a text that another has: then it is a part of that
_NONE = 0.25  # of the length of a text: a shorter one is no opinion about it
_MOST_TIMES = 4  # a text that is longer by more is the whole page
_PROSE = ("p", "li", "h2", "h3", "h4", "blockquote", "pre", "td")

Runs = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class VotedText:
    """The text that was chosen, and whether both extractors found it."""

    text: str
    agreed: bool


def voted(text: str, tree: Any, url: str, language: str) -> VotedText:
    """The first extractor's text, or that of the second where it has all of it and more; of what only the
    second has, what the third has too.

    `language` is that of the page, for justext; the tree is not changed.
    """
    mine = _runs(text)
    other = _by_weight(tree)
    theirs = _runs(other)
    if len(theirs) <= _NONE * len(mine):
        held = _runs(_by_words(tree, url, language))
        return VotedText(text, _share(mine, held) >= _PART)
    if len(mine & theirs) >= _AGREED * len(mine | theirs):
        return VotedText(text, agreed=True)
    longer = len(mine) < len(theirs) <= _MOST_TIMES * len(mine) or not mine
    if longer and _share(mine, theirs) >= _PART:
        both = mine | _runs(_by_words(tree, url, language))
        lines = (line for line in other.splitlines() if _share(_runs(line), both) >= _PART)
        text = max(text, "\n".join(lines), key=len)
    return VotedText(text, agreed=False)


def _runs(text: str) -> Runs:
    words = _WORD.findall(text)
    return frozenset(tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1))


def _share(part: Runs, whole: Runs) -> float:
    return len(part & whole) / len(part) if part else 1.0


def _by_weight(tree: Any) -> str:
    """The text by readability, one line per paragraph."""
    from trafilatura.external import try_readability  # imported by then

    found = try_readability(deepcopy(tree))
    outer = (one for one in found.iter(*_PROSE) if not any(
        around.tag in _PROSE for around in one.iterancestors()
    ))  # fmt: skip
    return "\n".join(filter(None, (tidy(one.text_content()) for one in outer)))


def _printable(tree: Any) -> Any:
    """The tree without control characters, which justext would write into XML, where they cannot stand."""
    for node in tree.iter():
        for place in ("text", "tail"):
            said = getattr(node, place)
            if said and _CONTROL.search(said):
                setattr(node, place, _CONTROL.sub(" ", said))
    return tree


def _by_words(tree: Any, url: str, language: str) -> str:
    """The text by justext."""
    from trafilatura.external import try_justext

    found = try_justext(_printable(deepcopy(tree)), url, language or "en")
    return " ".join(found.itertext())
