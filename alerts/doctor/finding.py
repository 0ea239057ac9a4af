"""What a check is given, and what it says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlite_utils import Database

from alerts.settings import Settings
from alerts.sources.fetch import Fetcher


class Level(StrEnum):
    """How bad it is. Errors keep an issue from going out or arriving."""

    OK = "ok"
    HINT = "hint"
    WARNING = "warning"
    ERROR = "error"


class Said(NamedTuple):
    """One thing a check found; a fault that says its remedy itself needs no other."""

    level: Level
    about: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The same with the name of the check."""

    check: str
    level: Level
    about: str
    remedy: str = ""


Ask = Callable[[str, str], tuple[str, ...]]
"""(name, type) → the records, TXT strings joined; none where there are none. Raises `NoAnswer`."""


@dataclass(frozen=True, slots=True)
class Patient:
    """A project, the moment, and the ways to the world outside.

    `open_database` and `password` raise what is wrong with them; a password is that of a section of the
    settings.
    """

    settings: Settings
    now: datetime
    open_database: Callable[[], Database]
    password: Callable[[str], str | None]
    ask: Ask
    fetcher: Fetcher


Check = Callable[[Patient], Iterator[Said]]
