"""Finds articles of several sources about the same story, by their titles and texts.

Pure. Prefers precision to completeness: duplicates are nearly the same text, or have nearly the same
title and share many words; articles on the same subject are not duplicates, nor are titles that differ
in a number. Measured by tests/sources/test_similarity.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from alerts.text.words import words

_SHINGLE = 3  # words
_FEW_WORDS = 4  # least number of distinctive words in a title
_LITTLE_TEXT = 12  # shingles of a text
_COMMON = 50  # a run of words that more articles share is a common phrase, and is ignored


@dataclass(frozen=True)
class SourceText:
    """An article as its source describes it; `language` without its region."""

    id: str
    source: object
    language: str
    title: str
    text: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the title with more than one character."""
        return frozenset(word for word in words(self.title) if len(word) > 1 or word.isdigit())

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers in the title: titles that differ in a number are different reports."""
        return frozenset(word for word in self.words if word.isdigit())

    @cached_property
    def shingles(self) -> frozenset[tuple[str, ...]]:
        """The runs of words of the text."""
        told = words(self.text)
        return frozenset(tuple(told[n : n + _SHINGLE]) for n in range(len(told) - _SHINGLE + 1))


def duplicates(told: Sequence[SourceText]) -> Iterator[tuple[str, str]]:
    """Yield (duplicate, primary) for each article that is a duplicate of an earlier one, in order.

    Compares only articles of different sources in the same language.
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


def alike(told: Sequence[SourceText]) -> Iterator[tuple[str, str]]:
    """Yield the pairs in one language whose titles or texts have much in common, duplicates or not."""
    near: dict[object, set[int]] = defaultdict(set)
    for number, one in enumerate(told):
        keys = list(_keys(one))
        for other in sorted({n for key in keys if len(near[key]) <= _COMMON for n in near[key]}):
            if _alike(one, told[other]):
                yield told[other].id, one.id
        for key in keys:
            near[key].add(number)


def _alike(one: SourceText, other: SourceText) -> bool:
    if one.language != other.language or one.numbers != other.numbers:
        return False
    title, text = likeness(one, other)
    enough = min(len(one.shingles), len(other.shingles)) >= _LITTLE_TEXT
    fewest = min(len(one.words), len(other.words))
    return (title >= 0.6 and fewest >= _FEW_WORDS) or (enough and title >= 0.2 and text >= 0.5)


def same(one: SourceText, other: SourceText) -> bool:
    """True for duplicates, of which a reader should see only one."""
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


def likeness(one: SourceText, other: SourceText) -> tuple[float, float]:
    """How much of their titles, and of the shorter text, two articles have in common: 0 to 1."""
    title = _overlap(one.words, other.words, of_smaller=False)
    return title, _overlap(one.shingles, other.shingles, of_smaller=True)


def _overlap(one: frozenset[object], other: frozenset[object], *, of_smaller: bool) -> float:
    """The number of common items, divided by the size of the smaller set or of both together."""
    shared = len(one & other)
    whole = min(len(one), len(other)) if of_smaller else len(one | other)
    return shared / whole if whole else 0.0


def _keys(one: SourceText) -> Iterable[object]:
    yield from one.shingles
    telling = sorted(one.words, key=lambda word: (-len(word), word))[:6]
    for number, word in enumerate(telling):
        yield from (frozenset((word, second)) for second in telling[number + 1 :])
