"""A manuscript as text."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.compose import same_language
from alerts.manuscript import LEFT_OUT, Manuscript, Piece
from alerts.manuscript.layout import (
    COMPUTER_HEADING,
    HEAD,
    LABELS,
    LETTER,
    LETTER_HEADING,
    heading,
    label,
)
from alerts.markup import tidy
from alerts.model import FEATURED

_WIDTH = 92  # columns


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said to the editor of an article: where it comes from, and what its source now says."""

    about: str = ""
    now: Mapping[str, str] = field(default_factory=dict)
    picture: bool = False


def write(
    made: Manuscript,
    title: str,
    sections: Sequence[str],
    languages: Sequence[str],
    remarks: Mapping[str, Remark],
) -> str:
    """The file: a head that explains it, the letters, each section, what is left out, the origins."""
    lines = [*HEAD.format(title=tidy(title)).split("\n")]
    lines += _headed(LETTER_HEADING)
    for language in dict.fromkeys((*languages, *made.letters)):
        lines.append(f"{LETTER} ({language}):")
        lines += [f"  {line}".rstrip() for line in made.letters.get(language, "").split("\n")]
        lines += [""] * bool(made.letters.get(language))
    used = [piece.section for piece in made.pieces if piece.section != LEFT_OUT]
    for section in (*dict.fromkeys((FEATURED, *sections, *used)), LEFT_OUT):
        lines += _headed(heading(section))
        for piece in made.pieces:
            if piece.section == section:
                lines += (*_piece(piece, languages, remarks.get(piece.id, Remark())), "")
    lines += _headed(COMPUTER_HEADING)
    lines.append(f"month {made.month}")
    for name, origin in made.origins.items():
        lines.append(f"{name} {origin.mark} {heading(origin.section)}")
    lines += [f"letter {language} {mark}" for language, mark in made.letter_marks.items()]
    return "\n".join(lines) + "\n"


def _headed(words: str) -> Iterator[str]:
    yield from ("", f"=== {words} ".ljust(_WIDTH, "="), "")


def _piece(piece: Piece, languages: Sequence[str], remark: Remark) -> Iterator[str]:
    yield "[new]" if piece.url else f"[{piece.id}]"
    if piece.url:
        yield f"{LABELS['link']}: {piece.url}"
    if remark.about:
        yield from _comment(remark.about)
    for name in _names(piece, languages, remark):
        yield from _field(label(name), piece.words.get(name, ""))
        if name in remark.now:
            yield from _comment(f"Since you edited, its source says: {remark.now[name]}")
    others = [name for name in remark.now if name not in _names(piece, languages, remark)]
    if others:
        yield from _comment(f"Its source has changed since you edited: {', '.join(others)}")


def _names(piece: Piece, languages: Iterable[str], remark: Remark) -> list[str]:
    """The fields that are shown: those that have words, and those that wait for some."""
    names = ["title", "summary", "language"]
    if remark.picture:
        names.append("alt")
    if piece.section != LEFT_OUT:
        own = piece.words.get("language", "")
        for language in languages:
            if not same_language(language, own):
                names += (f"translations.{language}.title", f"translations.{language}.summary")
    names += [*sorted(name for name in piece.words if name.startswith("translations.")), "note"]
    return [*dict.fromkeys(names)]


def _field(name: str, text: str) -> Iterator[str]:
    """`Title: words`, gone on with in lines that begin with spaces; tidy text has single spaces."""
    lines = textwrap.wrap(
        f"{name}: {text}",
        _WIDTH,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from lines or [f"{name}:"]


def _comment(text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        tidy(text),
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
