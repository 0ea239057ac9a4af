"""`project.jobs`: long work that somebody asks for and `alerts serve` does (`job_worker.py`)."""

from collections.abc import Mapping
from typing import Any

from alerts.domain.errors import UsageError
from alerts.domain.job import KINDS, JobRecord
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.store import jobs, transaction

NOTHING: Mapping[str, Any] = {}


class Jobs(ProjectPart):
    """The jobs of a project."""

    @call
    def start(
        self,
        kind: str,
        month: AMonth = None,
        arguments: Mapping[str, Any] = NOTHING,
        *,
        by: str = "",
    ) -> tuple[JobRecord, bool]:
        """Ask for a job of that kind (`KINDS`) about a month; wake the worker when it is on disk.

        While one of the same kind and month is open, it is returned, and the second value is False: the
        same work is never done twice at once. Raises `UsageError` for what there is no job for.
        """
        opened = self._opened
        if kind not in KINDS:
            raise UsageError(f"kind: there is no job “{kind}”; there are {', '.join(KINDS)}")
        if foreign := arguments.keys() - set(KINDS[kind].arguments):
            some = ", ".join(KINDS[kind].arguments) or "none"
            raise UsageError(f"“{min(foreign)}”: the arguments of a job “{kind}” are: {some}")
        subject = str(opened.month(month))
        who = opened.actor(by).name
        with transaction(opened.db):
            return jobs.ask(opened.db, kind, subject, arguments, who, opened.now)

    @call
    def find(self, number: int) -> JobRecord | None:
        """The job with that number."""
        return jobs.find(self._opened.db, number)

    @call
    def newest(self, kind: str, month: AMonth = None) -> JobRecord | None:
        """The newest job of that kind about a month."""
        return jobs.newest(self._opened.db, kind, str(self._opened.month(month)))

    @call
    def latest(self, before: int = 0, most: int = 100) -> tuple[JobRecord, ...]:
        """The newest jobs first; with `before`, those with a smaller number."""
        return tuple(jobs.latest(self._opened.db, before, most))
