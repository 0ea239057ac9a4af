"""JSON from anywhere: the values of an array, or one value a line, one after the other (RFC 8259).

Promises flat memory, however long the array is, and that what is no JSON is named by its entry and
line. In a file of lines (JSON Lines) a bad one costs only itself; an array that breaks off or is
malformed is refused whole, as nobody can tell where its next entry begins. Knows nothing of
subscribers (`roster.py` does) and opens no file.
"""

import codecs
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from alerts.errors import InputError
from alerts.sheet import MAX_ROW, Lines, ahead, encoding_of

SUFFIXES = (".json", ".jsonl", ".ndjson")
MAX_ENTRY = 4 * MAX_ROW  # characters; every one of them may be written in six

_BEGINS = re.compile(r'\s*(?:\[\s*(?:[\[{\]"]|$)|\{\s*(?:["}]|$))')
_BLANK = re.compile(r"[ \t\r\n]*")


class Object(list[tuple[str, Any]]):
    """An object as the pairs of its keys and values, in order; a key may be there twice."""


class Item(NamedTuple):
    """One value: the entry or line it is, and what is wrong with it (empty: nothing)."""

    number: int
    value: Any
    fault: str = ""


_decode = json.JSONDecoder(object_pairs_hook=Object).raw_decode


def begins(head: bytes) -> bool:
    """Whether a file that begins with these octets is meant to be JSON."""
    return bool(_BEGINS.match(_first(head)))


def is_array(head: bytes) -> bool:
    """Whether it is one array, and not a value a line."""
    return _first(head).lstrip().startswith("[")


def _first(head: bytes) -> str:
    encoding, mark = encoding_of(head)
    return head[mark:4096].decode(encoding, "replace")


def kind(value: Any) -> str:
    """What a value is, in words."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true or false"
    if isinstance(value, Object):
        return "an object"
    names = {str: "text", list: "a list"}
    return next((word for type_, word in names.items() if isinstance(value, type_)), "a number")


def lines(blocks: Iterable[bytes], file: str) -> Iterator[Item]:
    """The value of each line, blank ones left out; raises `InputError` if the first one is none."""
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
        yield Item(number, value, fault)
        first = False
    if first:
        raise InputError(f"{file}: holds no lines; give a JSON array, or an object a line")


def array(blocks: Iterable[bytes], file: str) -> Iterator[Item]:
    """The values of an array; raises `InputError` where it is malformed, cut off or not UTF-8."""
    text = _Text(blocks)
    number = 0
    try:
        text.mark()
        text.at += 1  # the bracket
        mark = text.mark()
        while mark != "]":
            number += 1
            yield Item(number, text.value())
            mark = text.mark()
            if mark == ",":
                text.at += 1
                text.mark()
            elif mark != "]":
                raise ValueError("a comma or “]” is missing" if mark else "it ends here")
        text.at += 1
        if text.mark():
            raise ValueError("there is more after the end of the array")
    except UnicodeDecodeError as fault:
        raise InputError(f"{file}, entry {number}: not UTF-8; save the file as UTF-8") from fault
    except (ValueError, RecursionError) as fault:
        place = f"{file}, entry {number}, line {text.line}"
        raise InputError(f"{place}: not JSON: {_words(fault)}; nothing was taken in") from fault


class _Text:
    """Text that is read on where it is needed, and let go once it was used."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        head, rest = ahead(iter(blocks))
        encoding, mark = encoding_of(head)
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._blocks = rest
        self._mark = mark
        self._text, self._lines, self._over = "", 1, False
        self.at = 0  # what is before it was used

    @property
    def line(self) -> int:
        """The line that comes next."""
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
                    raise ValueError(f"{_words(fault)}{longer}") from fault
            else:
                if end - self.at > MAX_ENTRY:
                    raise ValueError(f"over {MAX_ENTRY:,} characters long")
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
    """Where the next character is that is not blank."""
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _words(fault: Exception) -> str:
    """What is wrong, without the place, which is another one in a part of the file."""
    if isinstance(fault, RecursionError):
        return "nested too deeply"
    return fault.msg if isinstance(fault, json.JSONDecodeError) else str(fault).partition(";")[0]
