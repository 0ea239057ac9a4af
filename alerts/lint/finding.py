"""What the linter says: a finding, and the register of the checks that may say it.

Each check is one small function, registered under a code that never changes. Its entry holds all that
the documentation tells: the level, why it matters, what to do, and the rule or source it comes from.
Those without a function are looked into where the network or another program is needed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alerts.lint.document import Document
    from alerts.lint.options import Options


class Level(StrEnum):
    """How bad it is. Errors stop an issue; warnings want a look; hints are worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Place:
    """Where: the part (`headers`, `html`, `text`, `message`), its line from 1, the element or field."""

    part: str
    line: int = 0
    element: str = ""

    def __str__(self) -> str:
        line = f" line {self.line}" if self.line else ""
        return f"{self.part}{line}" + (f" {self.element}" if self.element else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, at its first place; `count` is how often it is so in this edition."""

    code: str
    level: Level
    place: Place
    reason: str
    remedy: str
    edition: str = ""
    count: int = 1

    @property
    def key(self) -> tuple[str, str, str]:
        """What two findings of one thing share."""
        return self.code, self.reason, self.remedy


@dataclass(frozen=True, slots=True)
class Found:
    """What a check yields; level and remedy are those of the check unless it says otherwise."""

    place: Place
    reason: str
    level: Level | None = None
    remedy: str = ""


Look = Callable[["Document", "Options"], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Check:
    """An entry of the register; `rule` is a rule of docs/lint.md's sources, or a standard."""

    code: str
    level: Level
    rule: str
    why: str
    remedy: str
    look: Look | None = None

    def finding(self, found: Found, edition: str = "") -> Finding:
        """What the user reads."""
        return Finding(
            self.code,
            found.level or self.level,
            found.place,
            _printable(found.reason),
            _printable(found.remedy or self.remedy),
            edition,
        )


def _printable(text: str) -> str:
    """Words that quote a message hold nothing that could move a terminal's cursor."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


CHECKS: dict[str, Check] = {}


def check(code: str, level: Level, rule: str, *, why: str, remedy: str) -> Callable[[Look], Look]:
    """Register the function below under `code`."""

    def register(look: Look) -> Look:
        declare(code, level, rule, why=why, remedy=remedy, look=look)
        return look

    return register


def declare(
    code: str, level: Level, rule: str, *, why: str, remedy: str, look: Look | None = None
) -> Check:
    """Register a code; without `look`, for findings that are made elsewhere."""
    if code in CHECKS:
        raise ValueError(f"two checks are called {code}")
    CHECKS[code] = Check(code, level, rule, why, remedy, look)
    return CHECKS[code]


def merged(findings: Iterator[Finding]) -> tuple[Finding, ...]:
    """Each thing once, at its first place, with how often; the worst first."""
    seen: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        before = seen.get(finding.key)
        seen[finding.key] = (
            replace(before, count=before.count + finding.count) if before else finding
        )
    return tuple(sorted(seen.values(), key=lambda finding: finding.level.rank))
