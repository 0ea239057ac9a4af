"""Writes a manuscript as text."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.domain.article import FEATURED, LABELLED
from alerts.domain.languages import same_language
from alerts.issue.text.format import (
    COMPUTER_HEADING,
    FACE,
    HEAD,
    LABELS,
    LETTER_HEADING,
    heading,
    introduction_label,
    label,
)
from alerts.issue.text.manuscript import LEFT_OUT, Block, Manuscript
from alerts.text.plain_text import tidy

_WIDTH = 92  # columns


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment for the editor of an article: its origin, and what its source now says."""

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
    """The file: an explanation, the introductions, each section, articles left out, the origins."""
    lines = [*HEAD.format(title=tidy(title)).split("\n")]
    lines += _headed(LETTER_HEADING)
    written = [key.partition(".")[0] for key in made.introductions]
    for language in dict.fromkeys((*languages, *written)):
        for name in FACE:
            key = f"{language}.{name}"
            lines += _field(introduction_label(key), made.introductions.get(key, ""))
        lines.append(f"{introduction_label(language)}:")
        lines += [f"  {line}".rstrip() for line in made.introductions.get(language, "").split("\n")]
        lines += [""] * bool(made.introductions.get(language))
    used = [piece.section for piece in made.pieces if piece.section != LEFT_OUT]
    for section in (*dict.fromkeys((FEATURED, *sections, *used)), LEFT_OUT):
        lines += _headed(heading(section))
        for piece in made.pieces:
            if piece.section == section:
                lines += (*_piece(piece, languages, remarks.get(piece.id, Remark())), "")
    lines += _headed(COMPUTER_HEADING)
    lines.append(f"month {made.month}")
    for name, origin in made.origins.items():
        lines.append(f"{name} {origin.digest} {heading(origin.section)}")
    lines += [
        f"letter {language} {digest}" for language, digest in made.introduction_digests.items()
    ]
    return "\n".join(lines) + "\n"


def _headed(words: str) -> Iterator[str]:
    yield from ("", f"=== {words} ".ljust(_WIDTH, "="), "")


def _piece(piece: Block, languages: Sequence[str], remark: Remark) -> Iterator[str]:
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


def _names(piece: Block, languages: Iterable[str], remark: Remark) -> list[str]:
    """The fields that are shown: those with a text, and those to be filled in."""
    names = [one.name for one in LABELLED if not one.decided]
    if remark.picture:
        names += ("alt", "focus")
    if piece.section != LEFT_OUT:
        own = piece.words.get("language", "")
        for language in languages:
            if not same_language(language, own):
                names += (f"translations.{language}.title", f"translations.{language}.summary")
    names += sorted(name for name in piece.words if name.startswith("translations."))
    names += [one.name for one in LABELLED if one.decided]
    return [*dict.fromkeys(names)]


def _field(name: str, text: str) -> Iterator[str]:
    """`Title: text`, continued in lines that begin with spaces; stored text has single spaces."""
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
