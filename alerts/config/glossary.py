"""The project's own glossary: how a word is translated, `glossary/LANGUAGE.csv` beside `alerts.toml`.

    word,translation,note
    well,pozo,never “fuente”

The first row is the heading; the note may be missing. In UTF-8, separated by commas, semicolons or tabs.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from alerts.domain.errors import InputError
from alerts.text.csv_text import Lines, delimiter_of, rows
from alerts.text.plain_text import tidy

MOST = 5_000  # words of one glossary


@dataclass(frozen=True, slots=True)
class GlossaryWord:
    """A word, its translation, and what to know about it."""

    word: str
    translation: str
    note: str = ""


def glossary(root: Path, language: str) -> tuple[GlossaryWord, ...]:
    """The glossary of a project for a language, in its order; empty where there is none.

    Raises `InputError`, which names file and line.
    """
    file = root / "glossary" / f"{language}.csv"
    try:
        octets = file.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError:
        raise InputError(f"{file}: cannot be read; it should be a CSV file") from None
    lines = list(Lines([octets]))
    found = []
    for row in rows(lines, delimiter_of(lines[:20]), lambda *_: True):
        cells = [tidy(cell) for cell in row.cells]
        if row.line == 1 or not any(cells):
            continue
        if row.fault or len(cells) < 2 or not cells[0] or not cells[1]:
            raise InputError(f"{file}, line {row.line}: write a word and its translation")
        found.append(GlossaryWord(cells[0], cells[1], cells[2] if len(cells) > 2 else ""))
    if len(found) > MOST:
        raise InputError(f"{file}: has more than {MOST:,} words; shorten it")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class GlossaryPart:
    """A piece of a text; `word` is the entry of the glossary that it is, if it is one."""

    text: str
    word: GlossaryWord | None = None


class GlossaryFinder:
    """Finds the words of a glossary in texts, as whole words, the longest first."""

    def __init__(self, words: tuple[GlossaryWord, ...]) -> None:
        self._words = {one.word.casefold(): one for one in words}
        longest = sorted(self._words, key=len, reverse=True)
        either = "|".join(map(re.escape, longest))
        self._pattern = re.compile(rf"(?<!\w)({either})(?!\w)", re.IGNORECASE) if either else None

    def parts(self, text: str) -> tuple[GlossaryPart, ...]:
        """A text in pieces: between the words of the glossary, and those words."""
        if self._pattern is None:
            return (GlossaryPart(text),)
        pieces = self._pattern.split(text)
        return tuple(
            GlossaryPart(piece, self._words.get(piece.casefold()) if number % 2 else None)
            for number, piece in enumerate(pieces)
            if piece
        )
