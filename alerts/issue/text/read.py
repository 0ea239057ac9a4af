"""Reads a manuscript: lenient where the meaning is clear, with exact errors where it is not."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from alerts.domain.article import FEATURED, article_id
from alerts.domain.errors import InputError, UsageError
from alerts.domain.languages import known_language
from alerts.domain.month import Month
from alerts.domain.picture import focus_of
from alerts.issue.introduction import tidy as tidy_introduction
from alerts.issue.text.format import (
    COMPUTER_HEADING,
    FACE,
    FIELD,
    HEADING,
    LABELS,
    LEFT_OUT_HEADING,
    LETTER,
    LETTER_HEADING,
    LETTER_MARK,
    MONTH,
    ORIGIN,
    PIECE,
    TRANSLATED,
    heading,
    label,
    section,
)
from alerts.issue.text.manuscript import LEFT_OUT, Block, Fault, Manuscript, Origin
from alerts.text.plain_text import safe_url, tidy
from alerts.text.urls import canonical

_IDS = (len("new"), len(article_id("")))  # the lengths of what names a block
_NAMES = {words.casefold(): name for name, words in (*LABELS.items(), *FACE.items())}
_NAMES |= {LETTER.casefold(): "letter"}


def read(text: str, sections: Collection[str]) -> tuple[Manuscript | None, tuple[Fault, ...]]:
    """The manuscript, or None and its faults in the order of the lines."""
    reader = _Reader([FEATURED, *sections])
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        reader.line(number, line)
    made = reader.manuscript()
    return made, tuple(sorted(reader.faults, key=lambda fault: fault.line))


@dataclass(slots=True)
class _Block:
    """A block or an introduction while it is being read: for each field its line and its text so far."""

    id: str
    section: str
    line: int
    fields: dict[str, tuple[int, list[str]]] = field(default_factory=dict)


class _Reader:
    """Reads one line after another; holds the block and field being read."""

    def __init__(self, sections: Collection[str]) -> None:
        self.faults: list[Fault] = []
        self._sections = {heading(key): key for key in sections}
        self._section: str | None = None
        self._in_introduction = self._in_origins = False
        self._blocks: list[_Block] = []
        self._block: _Block | None = None
        self._introductions = _Block("", "", 0)
        self._text: list[str] | None = None  # the field that further lines continue
        self._month: Month | None = None
        self._origins: dict[str, Origin] = {}
        self._digests: dict[str, str] = {}
        self._last = 1
        self._headed: list[tuple[int, str]] = []  # headings of no section that is known yet

    def line(self, number: int, line: str) -> None:
        """Take one line."""
        self._last = number
        if line.startswith("#"):
            return
        if found := HEADING.fullmatch(line):
            self._heading(number, found[1])
        elif self._in_origins:
            self._origin(number, line)
        elif (found := PIECE.fullmatch(line)) and not (
            self._in_introduction and len(found[1]) not in _IDS
        ):
            self._begin(number, found[1])
        elif (found := FIELD.fullmatch(line)) and (name := self._name(number, found[1], found[2])):
            self._field(number, name, found[3])
        elif self._text is not None:
            self._text.append(line)
        elif line.strip():
            self._fault(number, f"this line belongs to no field: “{_short(line)}”")

    def _fault(self, line: int, text: str) -> None:
        self.faults.append(Fault(line, text))

    def _heading(self, number: int, words: str) -> None:
        self._block = self._text = None
        folded = words.casefold()
        self._in_introduction = folded == LETTER_HEADING.casefold()
        self._in_origins = folded.startswith(COMPUTER_HEADING.partition(":")[0].casefold())
        if self._in_introduction or self._in_origins:
            self._section = None
        elif folded == LEFT_OUT_HEADING.casefold():
            self._section = LEFT_OUT
        else:
            near = [shown for shown in self._sections if shown.casefold() == folded]
            shown = words if words in self._sections or not near else near[0]
            self._section = section(shown)
            self._headed.append((number, shown))

    def _begin(self, number: int, name: str) -> None:
        self._text = None
        self._block = _Block(name.lower(), self._section or "", number)
        if self._section is None:
            self._fault(number, "this block is in no section; move it below a === heading")
        self._blocks.append(self._block)

    def _name(self, number: int, words: str, language: str | None) -> str | None:
        """The field of a label; None if the line is text without a label."""
        name = _NAMES.get(" ".join(words.split()).casefold())
        if name is None:
            near = difflib.get_close_matches(words.casefold(), _NAMES, 1, 0.75)
            if near and not self._in_introduction:
                name = _NAMES[near[0]]
                right = LABELS.get(name) or FACE.get(name, LETTER)
                self._fault(
                    number,
                    f"“{words}:” is not a field; write “{right}:”, or begin text with a space",
                )
                return name
            return None
        if self._in_introduction:
            if not language or name not in ("letter", *FACE):
                return None
            return f"letter.{language.lower()}" + (f".{name}" if name in FACE else "")
        if language is None:
            return name if name in LABELS else None
        if name not in TRANSLATED:
            return None
        return f"translations.{language.lower()}.{name}"

    def _field(self, number: int, name: str, text: str) -> None:
        block = self._introductions if self._in_introduction else self._block
        if block is None:
            self._fault(
                number, "this field belongs to no article; the line [id] above it is missing"
            )
            self._text = []
            return
        if name in block.fields:
            first = block.fields[name][0]
            self._fault(number, f"this field occurs twice in its block, first in line {first}")
        self._text = [text]
        block.fields[name] = (number, self._text)

    def _origin(self, number: int, line: str) -> None:
        if found := ORIGIN.fullmatch(line):
            words = found[3].strip()
            self._origins[found[1]] = Origin(section(words), found[2])
            if words != LEFT_OUT_HEADING:
                self._sections[words] = section(words)
        elif found := LETTER_MARK.fullmatch(line):
            self._digests[found[1]] = found[2]
        elif found := MONTH.fullmatch(line):
            try:
                self._month = Month.parse(found[1])
            except UsageError as fault:
                self._fault(number, str(fault))
        elif line.strip():
            self._fault(number, "this line was altered; take it from a new export")

    # --- the end ------------------------------------------------------------------------------------

    def manuscript(self) -> Manuscript | None:
        """The manuscript, or None if there is a fault."""
        if self._month is None:
            self._fault(
                self._last,
                f"the last part, “{COMPUTER_HEADING}”, is missing; take it from a new export",
            )
            return None
        for number, words in self._headed:
            if words not in self._sections:
                there = ", ".join(self._sections)
                self._fault(number, f"there is no section “{_short(words)}”; there are {there}")
        pieces = tuple(self._pieces())
        introductions = dict(self._read_introductions())
        if self.faults:
            return None
        return Manuscript(self._month, pieces, introductions, self._origins, self._digests)

    def _pieces(self) -> Iterator[Block]:
        seen: dict[str, int] = {}
        for block in self._blocks:
            words = {name: tidy(" ".join(text)) for name, (_, text) in block.fields.items()}
            link = words.pop("link", "")
            name, url = block.id, ""
            if name == "new":
                url = canonical(safe_url(link)) if safe_url(link) else ""
                if not url:
                    self._fault(block.line, "a new article needs “Link:” with its http(s) URL")
                name = article_id(url)
            elif name not in self._origins:
                self._fault(block.line, f"there is no article [{name}] in this issue")
            if name in seen:
                self._fault(block.line, f"this article occurs twice, first in line {seen[name]}")
            seen[name] = block.line
            if "language" in words:
                words["language"] = words["language"].lower().replace("_", "-")
            kept = {field: text for field, text in words.items() if text}
            piece = Block(name, block.section, kept, url, block.line)
            if name not in self._origins or self._origins[name].digest != piece.digest:
                self._check_words(block, words, new=bool(url))
            yield piece

    def _check_words(self, block: _Block, words: Mapping[str, str], *, new: bool) -> None:
        if "link" in block.fields and not new and block.id != "new":
            line = block.fields["link"][0]
            self._fault(line, "the URL of an article cannot be changed; only [new] has “Link:”")
        for name in ("title", "language"):
            if not words.get(name) and not (new and name == "language"):
                line = block.fields.get(name, (block.line, []))[0]
                self._fault(line, f"an article needs “{label(name)}:”")
        try:
            focus_of(words.get("focus", ""))
        except ValueError:
            line = block.fields["focus"][0]
            self._fault(line, "write the focus as two numbers from 0 to 100, such as 50,30")
        for name, (line, _) in block.fields.items():
            language = name.split(".")[1] if name.startswith("translations.") else ""
            if name == "language":
                language = words[name]
            if words.get(name) and language and not known_language(language):
                self._fault(line, f"unknown language “{language}”; use codes such as en, es, pt-br")

    def _read_introductions(self) -> Iterator[tuple[str, str]]:
        for name, (line, text) in self._introductions.fields.items():
            key = name.partition(".")[2]
            language, _, face = key.partition(".")
            try:
                kept = tidy(" ".join(text)) if face else tidy_introduction("\n".join(text))
            except InputError as fault:
                self._fault(line, str(fault))
                continue
            if kept and key not in self._digests and not known_language(language):
                self._fault(line, f"unknown language “{language}”; use codes such as en, es, pt-br")
            if kept:
                yield key, kept


def _short(text: str) -> str:
    text = tidy(text)
    return text if len(text) <= 60 else f"{text[:59]}…"
