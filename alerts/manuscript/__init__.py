"""The manuscript: a month's issue as one text file that an editor can read, change and give back.

Promises that reading what was written changes nothing, whatever the texts hold; that every fault of
a file is told with its line; and that what others changed since the file was written is never lost:
what the file changed too is a conflict. Pure; storing is `editing`'s business.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alerts.compose import section_of
from alerts.letters import tidy as tidy_letter
from alerts.markup import tidy
from alerts.model import Article, Issue, Month

LEFT_OUT = ""  # the section of excluded articles


@dataclass(frozen=True, slots=True)
class Piece:
    """An article as text: where it stands, and its words by the name of their field.

    `words` holds no empty text. `url` is that of a piece that the editor wrote anew.
    """

    id: str
    section: str
    words: Mapping[str, str]
    url: str = ""
    line: int = 0

    @property
    def mark(self) -> str:
        """Tells whether the words are what they were."""
        return mark_of(self.words)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a piece stood and what its words were when the file was written."""

    section: str
    mark: str


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The pieces in reading order, those left out at the end; the letters by language.

    `origins` and `letter_marks` tell what the issue was when the text was written out.
    """

    month: Month
    pieces: tuple[Piece, ...]
    letters: Mapping[str, str]
    origins: Mapping[str, Origin] = field(default_factory=dict)
    letter_marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line of a manuscript (counted from 1)."""

    line: int
    text: str


def manuscript(issue: Issue, excluded: Iterable[Article]) -> Manuscript:
    """The issue as it stands now."""
    shown = [(article, section_of(article)) for article in issue.articles]
    rest = sorted(excluded, key=lambda article: (article.section, article.title, article.id))
    pieces = tuple(
        Piece(article.id, section, words_of(article))
        for article, section in (*shown, *((article, LEFT_OUT) for article in rest))
    )
    letters = {
        language: kept
        for language, text in sorted(issue.letters.items())
        if (kept := tidy_letter(text))
    }
    return new(issue.month, pieces, letters)


def new(month: Month, pieces: tuple[Piece, ...], letters: Mapping[str, str]) -> Manuscript:
    """A manuscript whose origins are what it says now; pieces that are written anew have none."""
    return Manuscript(
        month,
        pieces,
        letters,
        {piece.id: Origin(piece.section, piece.mark) for piece in pieces if not piece.url},
        {language: mark_of({"letter": text}) for language, text in letters.items()},
    )


def words_of(article: Article) -> dict[str, str]:
    """What a manuscript shows of an article's fields, by name."""
    words = {
        "title": article.title,
        "summary": article.summary,
        "language": article.language.lower(),
        "alt": article.image.alt if article.image else "",
        "note": article.note,
    }
    for language, translation in article.translations.items():
        words[f"translations.{language}.title"] = translation.title
        words[f"translations.{language}.summary"] = translation.summary
    return {name: text for name, value in words.items() if (text := tidy(value))}


def mark_of(words: Mapping[str, str]) -> str:
    """Eight hex digits that follow from the words."""
    document = json.dumps(dict(words), sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()[:8]


def annotated(text: str, faults: Iterable[Fault]) -> str:
    """The text with each fault as a comment above its line, in place of those from the last time."""
    said: dict[int, list[str]] = {}
    for fault in faults:
        said.setdefault(fault.line, []).append(f"#! {fault.text}")
    lines = text.split("\n")
    result: list[str] = []
    for number, line in enumerate(lines, start=1):
        result += said.pop(number, [])
        if not line.startswith("#!"):
            result.append(line)
    return "\n".join((*result, *(line for rest in said.values() for line in rest)))
