"""The manuscript: a month's issue as one text file that an editor can read, change and import.

Guarantees that importing an unchanged file changes nothing, whatever the texts hold; that every fault
of a file is reported with its line; and that changes by others since the export are never lost: a text
that both changed is a conflict. Pure; `editing` stores the changes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from alerts.domain.article import LABELLED, Article
from alerts.domain.issue import Issue
from alerts.domain.month import Month
from alerts.domain.picture import focus_text
from alerts.issue.compose import section_of
from alerts.issue.introduction import tidy as tidy_introduction
from alerts.text.plain_text import tidy

LEFT_OUT = ""  # the section of excluded articles


@dataclass(frozen=True, slots=True)
class Block:
    """An article as text: its section, and its texts by the name of their field.

    `words` holds no empty text. `url` is set for a block that the editor has added.
    """

    id: str
    section: str
    words: Mapping[str, str]
    url: str = ""
    line: int = 0

    @property
    def digest(self) -> str:
        """A digest that shows whether the texts have changed."""
        return words_digest(self.words)


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of a block and the digest of its texts at the export."""

    section: str
    digest: str


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The blocks in reading order, those left out at the end; the introductions by language.

    `introductions` has the texts of faces too, as `en.subject`. `origins` and `introduction_digests`
    describe the issue at the export.
    """

    month: Month
    pieces: tuple[Block, ...]
    introductions: Mapping[str, str]
    origins: Mapping[str, Origin] = field(default_factory=dict)
    introduction_digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in a line (from 1) of a manuscript."""

    line: int
    text: str


def manuscript(issue: Issue, excluded: Iterable[Article]) -> Manuscript:
    """The issue as it is now."""
    shown = [(article, section_of(article)) for article in issue.articles]
    rest = sorted(excluded, key=lambda article: (article.section, article.title, article.id))
    pieces = tuple(
        Block(article.id, section, words_of(article))
        for article, section in (*shown, *((article, LEFT_OUT) for article in rest))
    )
    introductions = {
        language: kept
        for language, text in sorted(issue.introductions.items())
        if (kept := tidy_introduction(text))
    }
    for language, face in sorted(issue.faces.items()):
        for name, text in asdict(face).items():
            if kept := tidy(text):
                introductions[f"{language}.{name}"] = kept
    return new(issue.month, pieces, introductions)


def new(month: Month, pieces: tuple[Block, ...], introductions: Mapping[str, str]) -> Manuscript:
    """A manuscript whose origins are its present content; added blocks have none."""
    return Manuscript(
        month,
        pieces,
        introductions,
        {piece.id: Origin(piece.section, piece.digest) for piece in pieces if not piece.url},
        {language: words_digest({"letter": text}) for language, text in introductions.items()},
    )


def words_of(article: Article) -> dict[str, str]:
    """The fields of an article that a manuscript shows, by name."""
    words: dict[str, str] = {one.name: getattr(article, one.name) for one in LABELLED}
    words |= {
        "language": article.language.lower(),
        "alt": article.image.alt if article.image else "",
        "focus": focus_text(article.image.focus) if article.image else "",
    }
    for language, translation in article.translations.items():
        words[f"translations.{language}.title"] = translation.title
        words[f"translations.{language}.summary"] = translation.summary
    return {name: text for name, value in words.items() if (text := tidy(value))}


def words_digest(words: Mapping[str, str]) -> str:
    """Eight hex digits derived from the texts."""
    document = json.dumps(dict(words), sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()[:8]


def annotated(text: str, faults: Iterable[Fault]) -> str:
    """The text with each fault as a comment above its line, replacing older such comments."""
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
