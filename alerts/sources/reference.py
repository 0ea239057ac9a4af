"""A record of a list of references, whatever the format of the list."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """What a record says, as it is written there; `date` is a year, a month (2026-10), or a day.

    `line` is where it begins, 0 in a format without lines; `number` counts the records.
    """

    number: int
    line: int = 0
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    journal: str = ""
    publisher: str = ""
    date: str = ""
    language: str = ""
    keywords: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    doi: str = ""
    isbn: str = ""
