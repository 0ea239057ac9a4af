"""The order of characters in lines that are read from right to left: Arabic, Hebrew, Persian. Pure.

A PDF file draws characters from left to right, whatever is read. pypdf gives its text in two ways: in the
order of the file, with words turned around as they are read and not the line; and as the page looks
(“layout”). Here a line of the first is looked for in the second, and read as UAX #9 says, in reverse: from
right to left, but words in Latin, and each number, from left to right.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

_RIGHT = "\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_DIGITS = "0-9\u0660-\u0669\u06f0-\u06f9"
_FROM_RIGHT, _WORD = re.compile(f"[{_RIGHT}]"), re.compile(f"[{_RIGHT}]+")
_END = re.compile(f"[{_RIGHT}]+$")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f]")
_ARABIC = re.compile("[\u0600-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")
_MIXED = re.compile(rf"[{_DIGITS}A-Za-z]")
# Words in Latin, with what stands between them, and a number behind.
_WORDS = (
    rf"{_LATIN.pattern}(?:[^{_RIGHT}\u0660-\u0669\u06f0-\u06f9()\[\]{{}}«»]*{_LATIN.pattern})?"
    r"(?:[ -]?[0-9]+(?![0-9.,/:%]))?"
)
_KEPT = re.compile(rf"{_WORDS}|[$€£₪]?[0-9]+(?:[.,/:-][0-9]+)*[%$€£₪°]?|.", re.DOTALL)
_KEPT_IN_ARABIC = re.compile(
    rf"{_WORDS}|[{_DIGITS}]+(?:[.,/:\u066b\u066c][{_DIGITS}]+)*|.", re.DOTALL
)
_SPACES = re.compile(
    r" +(?=[,.;:!?،؛؟)\]}»](?:\s|$))|(?<=[(\[{«]) +"
)  # before a mark, in a bracket
_MIRRORED = str.maketrans("()[]{}«»", ")(][}{»«")
_PAIRS = dict(zip(")]}»", "([{«", strict=True))


def is_mixed(text: str) -> bool:
    """True for a text from right to left with numbers or Latin words in it."""
    return _FROM_RIGHT.search(text) is not None and _MIXED.search(text) is not None


def is_from_right(lines: Sequence[str]) -> bool:
    """True for a page that is read from right to left."""
    text = "".join(lines)
    return len(_FROM_RIGHT.findall(text)) > len(_LATIN.findall(text))


def as_read(pieces: Sequence[str], page: Sequence[str]) -> str:
    """A line as it is read, by its pieces and by the lines of the page as it looks; "" where it is not
    found there, and of a line without such characters."""
    line = "".join(pieces)
    if not _FROM_RIGHT.search(line):
        return ""
    kept = _KEPT_IN_ARABIC if _ARABIC.search(line) else _KEPT
    text = "".join(reversed(kept.findall(" ".join(_seen(line, page).split()))))
    words = {_key(word): word for word in _words(pieces)}
    return _WORD.sub(lambda found: words.get(_key(found[0]), found[0]), text)


def _words(pieces: Sequence[str]) -> Iterator[str]:
    """The words in the pieces of a line, with the characters of a ligature in their order; one that is
    parted begins at the end of the next piece."""
    ends = [_END.findall(piece)[-1:] for piece in pieces]
    for end, following in pairwise(ends):
        yield from (begun + rest for begun in following for rest in end)
    for piece in pieces:
        yield from _WORD.findall(piece)


def with_brackets(lines: Sequence[str]) -> list[str]:
    """Lines with brackets that open before they close: some programs name them as they are read, others
    as they look."""
    mirrored = [line.translate(_MIRRORED) if _FROM_RIGHT.search(line) else line for line in lines]
    chosen = mirrored if _closed(mirrored) > _closed(lines) else lines
    return [_SPACES.sub("", line) for line in chosen]


def _seen(line: str, page: Sequence[str]) -> str:
    """The part of a line of the page that has the characters of `line`, as whole words and the closest
    together, for columns stand side by side there; "" for none."""
    wanted = Counter(_bare(line))
    length = wanted.total()
    found: list[str] = []
    for whole in page:
        places = [n for n, character in enumerate(whole) if not character.isspace()]
        if len(places) < length or not length:
            continue
        for first in _windows([whole[n] for n in places], wanted, length):
            begin, end = places[first], places[first + length - 1] + 1
            if not whole[max(begin - 1, 0) : begin].strip() and not whole[end : end + 1].strip():
                found.append(whole[begin:end])
    return min(found, key=len, default="")


def _windows(characters: Sequence[str], wanted: Counter[str], length: int) -> Iterator[int]:
    """Where so many characters begin that are those wanted, in any order."""
    missing = Counter(wanted)
    missing.subtract(characters[:length])
    wrong = sum(count != 0 for count in missing.values())
    for first in range(len(characters) - length + 1):
        if not wrong:
            yield first
        if first + length < len(characters):
            for character, step in ((characters[first], 1), (characters[first + length], -1)):
                before = missing[character]
                missing[character] += step
                wrong += (missing[character] != 0) - (before != 0)


def _bare(text: str) -> Iterator[str]:
    return (character for character in text if not character.isspace())


def _key(word: str) -> str:
    return "".join(sorted(word))


def _closed(lines: Sequence[str]) -> int:
    """How many brackets close one that is open."""
    waiting: list[str] = []
    found = 0
    for character in "".join(lines):
        if character in _PAIRS.values():
            waiting.append(character)
        elif character in _PAIRS and waiting and waiting[-1] == _PAIRS[character]:
            waiting.pop()
            found += 1
    return found
