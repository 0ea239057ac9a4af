"""Checks of a cell's answer: each returns the value with the type it must have, or raises `Malformed`."""

import re
from collections.abc import Callable
from math import isfinite
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST = 20_000_000  # characters of any text; sources.max_bytes is about as much
_LONGEST_LINE = 2_000_000
_SHORT = 10_000
_MANY = 500  # tags, translations, alternates of an article
_MOST_LINKS = 200_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f]+")


class Malformed(Exception):
    """An answer that does not follow the format; a cell that was taken over may have written it."""


def optional(value: Any, read: Callable[[Any], T]) -> T | None:
    """None, or the result of `read` for the value."""
    return None if value is None else read(value)


def text(value: Any, most: int = _SHORT) -> str:
    """A text of at most `most` characters."""
    if not isinstance(value, str) or len(value) > most:
        raise Malformed
    return value


def line(value: Any) -> str:
    """A text without line breaks and other control characters."""
    if _CONTROL.search(text(value, _LONGEST_LINE)):
        raise Malformed
    return str(value)


def address(value: Any) -> str:
    """A web address, or ""."""
    if value != "" and not _ADDRESS.fullmatch(text(value, _LONGEST_LINE)):
        raise Malformed
    return str(value)


def picture_address(value: Any) -> str:
    """A web address, or a file by its name in the folder that the document is of (`file:…`)."""
    if isinstance(value, str) and value.startswith("file:"):
        parts = text(value.removeprefix("file:")).split("/")
        if _CONTROL.search(value) or "\\" in value or not all(parts) or {".", ".."} & set(parts):
            raise Malformed
        return value
    return address(value)


def links(value: Any) -> tuple[tuple[str, str], ...]:
    """A list of links: the web address and the text of each."""
    found = (row(one, 2) for one in items(value, _MOST_LINKS))
    return tuple((url, line(said)) for where, said in found if (url := address(where)))


def flag(value: Any) -> bool:
    """True or False; a number is refused."""
    if not isinstance(value, bool):
        raise Malformed
    return value


def number(value: Any) -> float:
    """A finite number; a truth value is refused."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Malformed
    return float(value)


def items(value: Any, most: int = _MANY) -> list[Any]:
    """A list of at most `most` items."""
    if not isinstance(value, list) or len(value) > most:
        raise Malformed
    return value


def count(value: Any) -> int:
    """A whole number, zero or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Malformed
    return value


def row(value: Any, length: int) -> list[Any]:
    """A list of exactly `length` items."""
    if len(found := items(value, length)) != length:
        raise Malformed
    return found


def pairs(value: Any) -> list[tuple[str, Any]]:
    """The keys and values of a JSON object."""
    if not isinstance(value, dict) or len(value) > _MANY:
        raise Malformed
    return list(value.items())


def table(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """A JSON object with exactly these keys."""
    if not isinstance(value, dict) or value.keys() != set(names):
        raise Malformed
    return value
