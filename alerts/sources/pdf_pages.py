"""The text of the first pages of a PDF file: of the first one with the size of each line."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from alerts.sources.cell.limits import TookTooLong, within
from alerts.text.plain_text import tidy

_READ = 15  # pages at most; an abstract is on one of the first
_SAME_SIZE = 0.06
_LONGEST = 20_000  # characters of a page
_SHOWN_FORMS = re.compile(
    "[\ufb00-\ufdff\ufe70-\ufefc]+"
)  # ligatures, and Arabic characters as drawn


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, and the height of its text in points."""

    text: str
    size: float


@dataclass(frozen=True, slots=True)
class FirstPages:
    """The lines of the first page that has any, with their sizes, and the lines of each of the first
    pages; where the size changes there is an empty one. `slow`: some took too long to be read."""

    cover: list[Line]
    pages: list[list[str]]
    slow: bool

    @property
    def lines(self) -> list[str]:
        """All lines, one after the other."""
        return [line for page in self.pages for line in page if line]


def first_pages(reader: Any, seconds: float) -> FirstPages:
    """The first pages of a file.

    A page that takes longer than a part of so many `seconds` of CPU, or that is broken, is empty.
    """
    cover: list[Line] = []
    pages: list[list[str]] = []
    slow = False
    for number in range(min(_READ, len(reader.pages))):
        lines: list[Line] = []
        try:
            with within(seconds / 5 if number else seconds / 2):
                lines = _lines(reader.pages[number])
        except TookTooLong:
            slow = True
        except MemoryError:
            raise
        except Exception:  # a page can be broken in many ways; the others are read
            lines = []
        cover = cover or lines
        pages.append(list(_parted(lines)))
    return FirstPages(cover, pages, slow)


def _parted(lines: Sequence[Line]) -> Iterator[str]:
    before = lines[0].size if lines else 0.0
    for line in lines:
        if abs(line.size - before) > _SAME_SIZE * before:
            yield ""
        yield line.text
        before = line.size


def _lines(page: Any) -> list[Line]:
    """The lines of a page in its order; pieces of text that stand side by side are one."""
    pieces: list[tuple[str, float]] = []

    def keep(text: str, place: list[float], matrix: list[float], _font: Any, size: float) -> None:
        if text:
            pieces.append((text, size * _scale(place) * _scale(matrix)))

    page.extract_text(visitor_text=keep)
    lines: list[Line] = []
    text, size = "", 0.0
    for piece, height in pieces:
        for part in re.split(r"(\n)", piece):
            if part != "\n":
                size = max(size, height) if part.strip() else size
                text += part
                continue
            lines.append(Line(_clean(text), round(size, 1)))
            text, size = "", 0.0
    lines.append(Line(_clean(text), round(size, 1)))
    return [line for line in lines if line.text][: _LONGEST // 10]


def _scale(matrix: Sequence[float]) -> float:
    a, b, c, d = (float(one) for one in matrix[:4])
    return sqrt(abs(a * d - b * c))


def _clean(text: str) -> str:
    """A line as plain text: characters instead of their drawn forms, no soft hyphens but at its end."""
    text = _SHOWN_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text[:_LONGEST])
    text = text.rstrip()
    ends = text.endswith("\u00ad")
    return tidy(text.replace("\u00ad", "")) + ("-" if ends else "")
