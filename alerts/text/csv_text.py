"""Reads and writes CSV as spreadsheets do: octets to rows with line numbers, and back.

Guarantees: any octets are read to their end in constant memory, whatever their encoding (UTF-8 with or
without BOM, UTF-16, UTF-32, cp1252 or Latin-1), line ends and delimiter (comma, semicolon, tab, bar). One
malformed line affects no other: a quotation mark that is never closed costs only its own line. Cells
that a spreadsheet would run as a formula are made inert when written, and restored when read. This
module opens no file; people are read in `subscribers/import_file.py`.
"""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from alerts.text.decoding import SAMPLE, encoding_of, line_of_octets

MAX_ROW = 32_768  # characters; a cell of a spreadsheet cannot hold more
MAX_ROW_LINES = 200  # most lines of one row, inside quotation marks
DELIMITERS = ",;\t|"

_TOO_LONG = "\0"  # replaces a line that is longer than MAX_ROW
_FORMULA = re.compile(r"'*[=+\-@\t\r\0＝＋－＠]")  # OWASP ASVS 1.2.10


class Row(NamedTuple):
    """One row: the line it begins on, its cells, and what is wrong with it (empty: nothing)."""

    line: int
    cells: list[str]
    fault: str = ""


Whole = Callable[[list[str], list[str]], bool]


class Lines:
    """The lines of a file, decoded, without their ends; iterate once.

    `blocks` are its octets in pieces of any size. `guessed` becomes the number of the first line
    that was not UTF-8 and was read as cp1252 (Western European Windows) instead; 0: none.
    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.guessed = 0
        self._number = 0
        self._blocks = iter(blocks)

    def __iter__(self) -> Iterator[str]:
        head, blocks = ahead(self._blocks)
        encoding, mark = encoding_of(head)
        next(blocks)
        blocks = itertools.chain((head[mark:],), blocks)
        texts = self._utf8(blocks) if encoding == "utf-8" else _wide(blocks, encoding)
        for text in texts:
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            lines = text.split("\n")
            if not lines[-1]:
                lines.pop()
            self._number += len(lines)
            for line in lines:
                yield line if len(line) <= MAX_ROW else _TOO_LONG

    def _utf8(self, blocks: Iterable[bytes]) -> Iterator[str]:
        for piece in _whole_lines(blocks):
            try:
                yield piece.decode()
            except UnicodeDecodeError as fault:
                if not self.guessed:
                    before = piece[: fault.start]
                    ends = before.count(b"\n") or before.count(b"\r")
                    self.guessed = self._number + 1 + ends
                yield "".join(map(line_of_octets, re.split(rb"(?<=[\n\r])", piece)))


def ahead(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first octets of a file (as many as tell its encoding, if it has them), and an iterator over all
    of its blocks."""
    head = b""
    for block in blocks:
        head += block
        if len(head) >= SAMPLE:
            break
    return head, itertools.chain((head,), blocks)


def _whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same octets, cut at line ends; of a line that is far too long only the length is kept."""
    rest = b""
    skipping = False
    for block in blocks:
        if skipping:
            cut = _line_end(block)
            if not cut:
                continue
            rest, skipping = rest + b"\n" + block[cut:], False
        else:
            rest += block
        end = rest.rfind(b"\n") + 1 or rest[:-1].rfind(b"\r") + 1  # not between CR and LF
        if end:
            yield rest[:end]
            rest = rest[end:]
        if len(rest) > 8 * MAX_ROW:
            rest, skipping = b" " * (MAX_ROW + 1), True
    if rest:
        yield rest


def _line_end(block: bytes) -> int:
    """The position after the first line end in `block`; 0 where there is none."""
    found = re.search(rb"\r\n|\n|\r", block)
    return found.end() if found else 0


def _wide(blocks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The text of UTF-16 or UTF-32 octets, cut at line ends; malformed parts become U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")

    def encoded() -> Iterator[bytes]:
        for block in blocks:
            yield decoder.decode(block).encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode()

    for piece in _whole_lines(encoded()):
        yield piece.decode("utf-8", "replace")


def rows(lines: Iterable[str], delimiter: str, whole: Whole) -> Iterator[Row]:
    """The rows of `lines`, without blank ones.

    A row over several lines is accepted only if `whole(cells, its lines)` is true; otherwise a
    quotation mark was opened and never closed, and reading continues at the next line.
    """
    feed = _Feed(lines)
    while not feed.over:
        for cells in csv.reader(feed, delimiter=delimiter):
            taken = feed.taken
            if feed.cut_off or (len(taken) > 1 and not whole(cells, taken)):
                break
            feed.taken = []
            if taken[0] is _TOO_LONG:
                yield Row(feed.number, [], f"over {MAX_ROW:,} characters long")
            elif cells and (cells[0].strip() or any(map(str.strip, cells))):
                nul = "\0" in "".join(cells)
                first = feed.number - len(taken) + 1
                yield Row(first, cells, "holds a NUL character" if nul else "")
        if taken := feed.taken:
            first = feed.number - len(taken) + 1
            feed.put_back(taken[1:])
            unquoted = next(csv.reader([taken[0].replace('"', "")], delimiter=delimiter))
            yield Row(first, unquoted, "a quotation mark is opened and never closed")


class _Feed:
    """Passes lines to `csv.reader`, and remembers them until their row is complete."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self.number = 0  # of the line given last
        self.taken: list[str] = []  # the lines of the row being read
        self.cut_off = False  # the reader wanted more lines for its row and got none
        self.over = False  # there are no more lines

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        taken = self.taken
        if taken and (len(taken) >= MAX_ROW_LINES or sum(map(len, taken)) > MAX_ROW):
            self.cut_off = True
            raise StopIteration
        if self._again:
            line = self._again.pop()
        else:
            try:
                line = next(self._lines)
            except StopIteration:
                self.cut_off, self.over = bool(taken), True
                raise
        self.number += 1
        taken.append(line)
        return f"{line}\n" if len(taken) > 1 or '"' in line else line

    def put_back(self, lines: list[str]) -> None:
        """Read these lines again, each as the beginning of a row."""
        self._again.extend(reversed(lines))
        self.number -= len(lines)
        self.taken, self.cut_off, self.over = [], False, False


def delimiter_of(lines: list[str]) -> str:
    """The delimiter of these lines: the one that divides most of them into as many cells as the first
    that it divides at all; a title above the headings has none."""
    counts = {
        mark: [_outside_quotes(line).count(mark) for line in lines if line.strip()]
        for mark in DELIMITERS
    }

    def fit(mark: str) -> tuple[int, int]:
        first = next(filter(None, counts[mark]), 0)
        return (sum(n == first for n in counts[mark]) if first else 0, first)

    return max(DELIMITERS, key=fit)


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def restored(cell: str) -> str:
    """The cell as it was before `inert` changed it."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def inert(cell: str) -> str:
    """The cell in a form that no spreadsheet runs as a formula (X11); `restored` undoes it."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def line_of(cells: Iterable[str]) -> str:
    """One line of CSV with inert cells, ended by CRLF (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerow([inert(cell) for cell in cells])
    return out.getvalue()
