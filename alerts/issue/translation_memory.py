"""How a sentence was translated in past issues: the same one, or one that is near it.

Two sentences are near if they share at least `NEAR` of all their words (Jaccard). Pure.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from alerts.domain.languages import same_language
from alerts.domain.month import Month
from alerts.store.article_rows import StoredArticle
from alerts.text.sentences import sentences

NEAR = 0.6
SHORTEST = 3  # words; shorter sentences are remembered only as a whole

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Remembered:
    """A sentence of a past issue, and how it was translated. `share`: of the words that both have, 1.0 for
    the same sentence."""

    source: str
    target: str
    month: Month
    share: float


class TranslationMemory:
    """The translations of past issues from one language into another, asked sentence by sentence."""

    def __init__(self, past: Iterable[StoredArticle], source: str, target: str) -> None:
        self._pairs: list[tuple[str, str, Month, frozenset[str]]] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for kept in past:
            if same_language(kept.article.language, source):
                self._add(kept, target)

    def _add(self, kept: StoredArticle, target: str) -> None:
        article, told = kept.article, kept.article.translations.get(target)
        if told is None:
            return
        for before, after in ((article.title, told.title), (article.summary, told.summary)):
            if before and after:
                self._add_text(before, after, kept.month)

    def _add_text(self, before: str, after: str, month: Month) -> None:
        """Sentence by sentence where both texts have as many, else as a whole."""
        one, other = sentences(before), sentences(after)
        pairs = zip(one, other, strict=True) if len(one) == len(other) else [(before, after)]
        for source, target in pairs:
            words = _words(source)
            for word in words:
                self._by_word[word].append(len(self._pairs))
            self._pairs.append((source, target, month, words))

    def near(self, text: str, most: int = 2) -> tuple[Remembered, ...]:
        """What is remembered of the sentences of a text, the best first, each translation once."""
        found: dict[str, Remembered] = {}
        for sentence in sentences(text):
            for one in self._near(_words(sentence)):
                best = found.get(one.target)
                if best is None or best.share < one.share:
                    found[one.target] = one
        return tuple(sorted(found.values(), key=lambda one: -one.share)[:most])

    def _near(self, words: frozenset[str]) -> Iterable[Remembered]:
        shared = Counter(number for word in words for number in self._by_word.get(word, ()))
        for number, common in shared.items():
            source, target, month, others = self._pairs[number]
            share = common / len(words | others)
            if share == 1 or (share >= NEAR and len(others) >= SHORTEST):
                yield Remembered(source, target, month, share)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text))
