"""How sure a collected value is, and why. Values only.

A source may say what a field is; or it is concluded from something else, or it is a guess. What an
editor sets is sure.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

JUDGED = ("published", "title", "summary", "text", "language", "zone", "image")
"""What can be in doubt: fields of an article, its full text, and the time zone of its date or event."""

_SETTLED_BY = {"zone": ("published", "event"), "text": ("summary",)}


class Confidence(StrEnum):
    """How sure a value is; only a guess is counted and marked with “?”."""

    SURE = "sure"  # its source says it
    LIKELY = "likely"  # concluded from something that is seldom wrong
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class FieldConfidence:
    """The confidence in one of `JUDGED`, and why it is not more. A field without one is sure."""

    field: str
    confidence: Confidence
    why: str

    @property
    def words(self) -> str:
        """It in a few words, without the name of the field."""
        said = "a guess" if self.confidence is Confidence.GUESS else self.confidence.value
        return f"{said}: {self.why}"


def likely(field: str, why: str) -> FieldConfidence:
    """A value that is seldom wrong."""
    return FieldConfidence(field, Confidence.LIKELY, why)


def guess_of(field: str, why: str) -> FieldConfidence:
    """A value that may well be wrong."""
    return FieldConfidence(field, Confidence.GUESS, why)


def guessed_fields(told: Iterable[FieldConfidence]) -> tuple[str, ...]:
    """The fields that are guesses, in the order of `JUDGED`."""
    names = {one.field for one in told if one.confidence is Confidence.GUESS}
    return tuple(name for name in JUDGED if name in names)


def settled(field: str, written: Collection[str]) -> bool:
    """True where an editor who has written these fields has settled that one."""
    return field in written or any(name in written for name in _SETTLED_BY.get(field, ()))
