"""Groups findings by cause: one line for all findings with the same remedy. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from alerts.domain.month import Month
from alerts.lint.place import Finding, Level
from alerts.lint.register import CHECKS
from alerts.text.plural import counted

_NAMED = 3  # sources that a line names


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """All findings of one code and level, in all editions; `number` counts different things."""

    code: str
    level: Level
    findings: tuple[Finding, ...]

    @property
    def number(self) -> int:
        """The number of different things that they are about; a thing in two editions counts once."""
        return len({finding.key for finding in self.findings})

    @property
    def headline(self) -> str:
        """The problem in one line: `31 links are plain http, from 3 sources: a (20), b (8), c (3)`."""
        if self.number == 1:
            return self.findings[0].reason
        several = CHECKS[self.code].several
        told = f"{self.number} {several}" if several else f"{self.number} times: {self._first}"
        causes = Counter({f.key: f.cause for f in self.findings if f.cause}.values())
        if not causes:
            return told
        named = ", ".join(f"{cause} ({n})" for cause, n in causes.most_common(_NAMED))
        more = f" and {len(causes) - _NAMED} more" if len(causes) > _NAMED else ""
        sources = counted(len(causes), "source")
        return f"{told}, from {sources}: {named}{more}"

    @property
    def _first(self) -> str:
        return self.findings[0].reason.rstrip(".")

    def line(self, month: Month) -> str:
        """The group in one line, with the command that lists each finding."""
        return (
            f"{self.level}: {self.headline} (`alerts issue lint {month.option} --only {self.code}`)"
        )


def grouped(findings: Iterable[Finding], least: Level = Level.HINT) -> tuple[FindingGroup, ...]:
    """The findings of at least that level, by code and level, the worst first."""
    by_code: dict[tuple[str, Level], list[Finding]] = {}
    for finding in findings:
        if finding.level.rank <= least.rank:
            by_code.setdefault((finding.code, finding.level), []).append(finding)
    groups = (FindingGroup(code, level, tuple(found)) for (code, level), found in by_code.items())
    return tuple(sorted(groups, key=lambda group: group.level.rank))
