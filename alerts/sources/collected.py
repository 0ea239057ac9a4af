"""What a collection returns; imports nothing that reads a source, for whoever only tells of it."""

from dataclasses import dataclass, field

from alerts.domain.month import Month


@dataclass(frozen=True, slots=True)
class Failure:
    """A source, or a part of one, that could not be read."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """A source that has moved for good, by its location, and where it is now."""

    source: str
    to: str


@dataclass(slots=True)
class Collected:
    """The result of a collection: numbers of articles, the failures, notes for a person, and the sources
    that have moved."""

    month: Month
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
