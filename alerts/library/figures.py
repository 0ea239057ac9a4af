"""`project.figures`: what there is of issues and people."""

from collections.abc import Mapping

from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.library.opened import ProjectPart, call
from alerts.store import figures


class ProjectFigures(ProjectPart):
    """Lists and counts over the whole project."""

    @call
    def issues(self) -> tuple[tuple[Month, IssueState], ...]:
        """Every issue that has begun, the newest first."""
        return figures.issues(self._opened.db)

    @call
    def people(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """How many people have each status, and how many of the active each language."""
        return figures.people(self._opened.db)
