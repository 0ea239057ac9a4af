"""Which articles of several sources are about the same thing: told by their titles and texts.

Pure. Promises to be careful rather than complete: two that are joined are nearly the same text, or
have nearly the same title and share their words; what merely treats the same subject stays apart, and
so do titles that differ in a number. Measured by tests/test_likeness.py and `benchmarks.doubles`.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

_WORD = re.compile(r"[^\W_]+")
_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_SHINGLE = 3  # words
_FEW_WORDS = 4  # of a title, that say something
_LITTLE_TEXT = 12  # shingles of a text
_COMMON = 50  # articles that share a run of words: it is a phrase of everyone


@dataclass(frozen=True)
class Told:
    """An article as a source tells it; `language` without its region."""

    id: str
    source: object
    language: str
    title: str
    text: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the title, those of one letter left out."""
        return frozenset(word for word in _words(self.title) if len(word) > 1 or word.isdigit())

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers in the title: the second of two reports is not the first."""
        return frozenset(word for word in self.words if word.isdigit())

    @cached_property
    def shingles(self) -> frozenset[tuple[str, ...]]:
        """The runs of words of the text."""
        words = _words(self.text)
        return frozenset(tuple(words[n : n + _SHINGLE]) for n in range(len(words) - _SHINGLE + 1))


def doubles(told: Sequence[Told]) -> Iterator[tuple[str, str]]:
    """(the later, the first) of those that are the same, for each that has a first, in their order.

    Only between different sources, and within one language.
    """
    firsts: list[int] = []
    near: dict[object, set[int]] = defaultdict(set)  # by a run of words, or two words of a title
    for number, one in enumerate(told):
        keys = list(_keys(one))
        others = sorted({n for key in keys if len(near[key]) <= _COMMON for n in near[key]})
        first = next((n for n in others if same(one, told[n])), None)
        if first is not None:
            yield one.id, told[first].id
            continue
        firsts.append(number)
        for key in keys:
            near[key].add(number)


def same(one: Told, other: Told) -> bool:
    """True for two articles of which a reader wants to see one."""
    if one.source == other.source or one.language != other.language:
        return False
    if one.numbers != other.numbers:
        return False
    title = _overlap(one.words, other.words, of_smaller=False)
    fewest = min(len(one.words), len(other.words))
    text = _overlap(one.shingles, other.shingles, of_smaller=True)
    enough = min(len(one.shingles), len(other.shingles)) >= _LITTLE_TEXT
    if title >= 0.8 and fewest >= _FEW_WORDS:
        return text >= 0.1 or not enough or fewest > _FEW_WORDS + 1
    if title >= 0.4 and fewest >= _FEW_WORDS - 1:
        return enough and text >= 0.4
    return enough and title >= 0.15 and text >= 0.75


def _overlap(one: frozenset[object], other: frozenset[object], *, of_smaller: bool) -> float:
    """What two sets share, of the smaller one or of both together."""
    shared = len(one & other)
    whole = min(len(one), len(other)) if of_smaller else len(one | other)
    return shared / whole if whole else 0.0


def _keys(one: Told) -> Iterable[object]:
    yield from one.shingles
    words = sorted(one.words, key=lambda word: (-len(word), word))[:6]
    for number, word in enumerate(words):
        yield from (frozenset((word, second)) for second in words[number + 1 :])


def _words(text: str) -> list[str]:
    """Words without case and accents; of a script that writes no spaces, pairs of letters."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    found: list[str] = []
    for word in _WORD.findall("".join(c for c in flat if not unicodedata.combining(c))):
        if _DENSE.search(word) and len(word) > 2:
            found += (word[n : n + 2] for n in range(len(word) - 1))
        else:
            found.append(word)
    return found
