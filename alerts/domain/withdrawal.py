"""What was withdrawn from the archive."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from alerts.domain.issue import Edition
from alerts.domain.month import Month

WHOLE_ISSUE = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A story of a sent issue, or (`article` is WHOLE_ISSUE) all of it, that is shown no more.

    `why` is shown in its place. `erased`: the frozen words are gone; else they are kept, and shown to nobody.
    """

    month: Month
    article: str
    why: str
    by: str
    at: datetime
    erased: bool = False


@dataclass(frozen=True, slots=True)
class FrozenEdition:
    """An edition of a version as it was frozen, with its key in the store; of all sections, or of some."""

    key: int
    version: int
    edition: Edition


@dataclass(frozen=True, slots=True)
class ShownEdition:
    """What the archive shows of the edition with that key since something of it was withdrawn, and the
    names of the pictures that went with it."""

    key: int
    edition: Edition
    gone: Collection[str] = ()
