"""The text of the first pages of a PDF file: of the first one with the size of each line."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

from alerts.sources.cell.limits import TookTooLong, within
from alerts.sources.pdf_order import as_read, is_from_right, is_mixed, with_brackets
from alerts.text.plain_text import tidy

_READ = 15  # pages at most; an abstract is on one of the first
_SAME_SIZE = 0.06
_LONGEST = 20_000  # characters of a page
_SHOWN_FORMS = re.compile(
    "[\ufb00-\ufdff\ufe70-\ufefc]+"
)  # ligatures, and Arabic characters as drawn


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, and the height of its text in points. `turned`: it is put into the order in which
    it is read; `ordered`: it has that order."""

    text: str
    size: float
    ordered: bool = True
    turned: bool = False


@dataclass(frozen=True, slots=True)
class FirstPages:
    """The lines of the first page that has any, with their sizes, and the lines of each of the first
    pages; where the size changes there is an empty one. `slow`: some took too long to be read;
    `unordered`: the lines in which the order of words is not known; `turned`: some are read from right to
    left, in an order that the page as it looks has shown."""

    cover: list[Line]
    pages: list[list[str]]
    slow: bool
    unordered: frozenset[str] = frozenset()
    turned: bool = False

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
    unordered: set[str] = set()
    slow = turned = False
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
        turned = turned or any(line.turned for line in lines)
        unordered |= {line.text for line in lines if not line.ordered}
        pages.append(list(_parted(lines)))
    return FirstPages(cover, pages, slow, frozenset(unordered), turned)


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
    lines: list[tuple[list[str], float]] = []
    begun: list[str] = []
    size = 0.0
    for piece, height in (*pieces, ("\n", 0.0)):
        for part in filter(None, re.split(r"(\n)", piece)):
            if part != "\n":
                size = max(size, height) if part.strip() else size
                begun.append(part)
                continue
            lines.append((begun, round(size, 1)))
            begun, size = [], 0.0
    cleaned = [replace(one, text=_clean(one.text)) for one in _as_read(page, lines)]
    return [line for line in cleaned if line.text][: _LONGEST // 10]


def _as_read(page: Any, lines: Sequence[tuple[Sequence[str], float]]) -> list[Line]:
    """The lines, given by their pieces and sizes; on a page that is read from right to left in the order
    in which they are read."""
    texts = ["".join(pieces) for pieces, _ in lines]
    read: dict[int, str] = {}
    if is_from_right(texts):
        looks = _looks(page)
        seen = looks[:_LONGEST].split("\n")
        read = {n: text for n in range(len(lines)) if (text := as_read(lines[n][0], seen))}
        read = dict(zip(read, with_brackets(list(read.values())), strict=True))
    return [
        Line(read.get(n, text), lines[n][1], n in read or not is_mixed(text), n in read)
        for n, text in enumerate(texts)
    ]


def _looks(page: Any) -> str:
    """The text of a page as it looks; "" where pypdf cannot tell."""
    try:
        return str(page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False))
    except MemoryError:
        raise
    except Exception:  # a page can be broken in many ways; its text was read before
        return ""


def _scale(matrix: Sequence[float]) -> float:
    a, b, c, d = (float(one) for one in matrix[:4])
    return sqrt(abs(a * d - b * c))


def _clean(text: str) -> str:
    """A line as plain text: characters instead of their drawn forms, no soft hyphens but at its end."""
    text = _SHOWN_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text[:_LONGEST])
    text = text.rstrip()
    ends = text.endswith("\u00ad")
    return tidy(text.replace("\u00ad", "")) + ("-" if ends else "")
