"""Findings of the linter: place, level, reason and remedy."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.domain.printable import printable


class Level(StrEnum):
    """How serious a finding is: errors stop an issue, warnings should be looked at, hints are optional."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 is the most serious."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Place:
    """Where: the part (`headers`, `html`, `text`, `message`), its line from 1, the element or field.

    The element is quoted from the document, and made printable on one line here.
    """

    part: str
    line: int = 0
    element: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "element", printable(" ".join(self.element.split())))

    def __str__(self) -> str:
        line = f" line {self.line}" if self.line else ""
        return f"{self.part}{line}" + (f" {self.element}" if self.element else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem, at its first place; `count` is how often it occurs in this edition, and `cause` the
    source or site that it comes from, if it has one. Both are printable, whatever they quote."""

    code: str
    level: Level
    place: Place
    reason: str
    remedy: str
    edition: str = ""
    count: int = 1
    cause: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", printable(self.reason))
        object.__setattr__(self, "cause", printable(self.cause))

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for two findings about the same problem."""
        return self.code, self.reason, self.remedy


@dataclass(frozen=True, slots=True)
class Found:
    """What a check yields; level and remedy default to those of the check."""

    place: Place
    reason: str
    level: Level | None = None
    remedy: str = ""
    cause: str = ""


def merged(findings: Iterator[Finding]) -> tuple[Finding, ...]:
    """Each problem once, at its first place, with its count; the most serious first."""
    seen: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        before = seen.get(finding.key)
        seen[finding.key] = (
            replace(before, count=before.count + finding.count) if before else finding
        )
    return tuple(sorted(seen.values(), key=lambda finding: finding.level.rank))
