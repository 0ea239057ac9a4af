"""Two versions of a text, word by word: what stayed, what went, what came."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_MOST = 1_500  # words of both; comparing more of them one by one takes too long


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A stretch of words: in both versions, only in the `old` one, or only in the `new` one."""

    kind: Literal["same", "old", "new"]
    text: str


def word_diff(before: str, after: str) -> tuple[DiffPart, ...]:
    """The parts of both versions in reading order. Very long texts are two parts, unless they are equal."""
    return tuple(part for part in _parts(before, after) if part.text)


def _parts(before: str, after: str) -> Iterator[DiffPart]:
    if before == after:
        yield DiffPart("same", before)
        return
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > _MOST:
        yield DiffPart("old", before)
        yield DiffPart("new", after)
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield DiffPart("same", "".join(old[a:b]))
        else:
            yield DiffPart("old", "".join(old[a:b]))
            yield DiffPart("new", "".join(new[c:d]))
