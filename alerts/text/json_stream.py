"""Reads JSON as a stream: the values of an array, or one value per line (RFC 8259).

Uses constant memory, however long the array is, and reports malformed JSON with its entry and line. In
JSON Lines only the bad line is rejected. An array that is cut off or malformed is refused completely,
because it is unknown where its next entry begins. This module opens no file; people are read in
`subscribers/import_file.py`.
"""

import codecs
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from alerts.domain.errors import InputError
from alerts.text.csv_text import MAX_ROW, Lines, ahead
from alerts.text.decoding import encoding_of
from alerts.text.parser_words import json_words

LINE_SUFFIXES = (".jsonl", ".ndjson")  # of JSON Lines, which may have no line at all
SUFFIXES = (".json", *LINE_SUFFIXES)
MAX_ENTRY = 4 * MAX_ROW  # characters; an escape such as \u00e9 takes six

_BEGINS = re.compile(r'\s*(?:\[\s*(?:[\[{\]"]|$)|\{\s*(?:["}]|$))')
_BLANK = re.compile(r"[ \t\r\n]*")


class Object(list[tuple[str, Any]]):
    """A JSON object as pairs of key and value, in order; a key may occur twice."""


class JsonItem(NamedTuple):
    """One value, with the number of its entry or line and the fault (empty: none)."""

    number: int
    value: Any
    fault: str = ""


class _OurWords(ValueError):
    """What is wrong, in words for a person."""


_decode = json.JSONDecoder(object_pairs_hook=Object).raw_decode


def begins(head: bytes) -> bool:
    """Whether a file with these first octets is JSON."""
    return bool(_BEGINS.match(_first(head)))


def is_array(head: bytes) -> bool:
    """Whether it is one array, not one value per line."""
    return _first(head).lstrip().startswith("[")


def _first(head: bytes) -> str:
    encoding, mark = encoding_of(head)
    return head[mark:4096].decode(encoding, "replace")


def kind(value: Any) -> str:
    """The type of a value, in words."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true or false"
    if isinstance(value, Object):
        return "an object"
    names = {str: "text", list: "a list"}
    return next((word for type_, word in names.items() if isinstance(value, type_)), "a number")


def lines(blocks: Iterable[bytes], file: str) -> Iterator[JsonItem]:
    """The value of each line, without blank ones.

    Raises `InputError` if the first line is not JSON, or there is none in a `file` that is not JSON Lines by
    its name: in one that is, no line is a list of nobody, as `subscriber export` writes it.
    """
    first = True
    for number, line in enumerate(Lines(blocks), 1):
        if not line.strip():
            continue
        try:
            value, end = _decode(line, _skip(line, 0))
            fault = "more than one value" if _skip(line, end) < len(line) else ""
        except (ValueError, RecursionError) as broken:
            value, fault = None, _words(broken)
        if fault and first:
            raise InputError(
                f"{file}, line {number}: neither a JSON array nor an object a line: {fault}"
            )
        yield JsonItem(number, value, fault)
        first = False
    if first and not file.lower().endswith(LINE_SUFFIXES):
        raise InputError(f"{file}: holds no lines; give a JSON array, or an object a line")


def array(blocks: Iterable[bytes], file: str) -> Iterator[JsonItem]:
    """The values of an array; raises `InputError` where it is malformed, cut off or not UTF-8."""
    text = _Text(blocks)
    number = 0
    try:
        text.mark()
        text.at += 1  # the bracket
        mark = text.mark()
        while mark != "]":
            number += 1
            yield JsonItem(number, text.value())
            mark = text.mark()
            if mark == ",":
                text.at += 1
                text.mark()
            elif mark != "]":
                raise _OurWords("a comma or “]” is missing" if mark else "it ends here")
        text.at += 1
        if text.mark():
            raise _OurWords("there is more after the end of the array")
    except UnicodeDecodeError as fault:
        raise InputError(f"{file}, entry {number}: not UTF-8; save the file as UTF-8") from fault
    except (ValueError, RecursionError) as fault:
        place = f"{file}, entry {number}, line {text.line}"
        raise InputError(f"{place}: not JSON: {_words(fault)}; nothing was imported") from fault


class _Text:
    """Text that is read when needed, and dropped once used."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        head, rest = ahead(iter(blocks))
        encoding, mark = encoding_of(head)
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._blocks = rest
        self._mark = mark
        self._text, self._lines, self._over = "", 1, False
        self.at = 0  # text before this position was used

    @property
    def line(self) -> int:
        """The number of the next line."""
        return self._lines + self._text.count("\n", 0, self.at)

    def mark(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            self.at = _skip(self._text, self.at)
            if self.at < len(self._text):
                return self._text[self.at]
            if self._over:
                return ""
            self._more()

    def value(self) -> Any:
        """The value that begins here; raises `ValueError` and `RecursionError`."""
        while True:
            enough = self._over or len(self._text) - self.at > MAX_ENTRY
            try:
                value, end = _decode(self._text, self.at)
            except (ValueError, RecursionError) as fault:
                if enough:
                    longer = "" if self._over else f", or over {MAX_ENTRY:,} characters long"
                    raise _OurWords(f"{_words(fault)}{longer}") from fault
            else:
                if end - self.at > MAX_ENTRY:
                    raise _OurWords(f"over {MAX_ENTRY:,} characters long")
                if end < len(self._text) or self._over:
                    self.at = end
                    return value
            self._more()

    def _more(self) -> None:
        block = next(self._blocks, b"")
        self._over = not block
        self._lines = self.line
        try:
            new = self._decoder.decode(block[self._mark :], final=self._over)
        except UnicodeDecodeError as fault:  # told when the entry is reached that holds it
            octets, good = fault.object, fault.start
            if not good:
                raise
            new = octets[:good].decode(fault.encoding)
            self._blocks = itertools.chain((octets[good:],), self._blocks)
            self._decoder.reset()
            self._over = False
        self._text, self.at, self._mark = self._text[self.at :] + new, 0, 0


def _skip(text: str, at: int) -> int:
    """The position of the next character that is not blank."""
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _words(fault: Exception) -> str:
    """The message of a parser without its position, which refers to a part of the file."""
    if isinstance(fault, RecursionError):
        return "nested too deeply"
    if isinstance(fault, UnicodeDecodeError):
        return f"not {fault.encoding.upper()}"
    if isinstance(fault, json.JSONDecodeError):
        return json_words(fault.msg)
    return fault.args[0] if isinstance(fault, _OurWords) else json_words(str(fault))
