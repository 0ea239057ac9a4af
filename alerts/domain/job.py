"""A job: long work that somebody asked for and that a process does by itself, such as a collection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any


class JobState(StrEnum):
    """The states of a job; the last two are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        """True while somebody still has to do it, or does it."""
        return self in (JobState.WAITING, JobState.RUNNING)


class JobQueue(Enum):
    """Jobs of one queue are done one after another; a long send delays none of the others."""

    SENDING = "sending"
    DRAFTS = "drafts"  # a person looks at the page and waits
    TESTS = "tests"  # a person waits for a mail; a relay that does not answer delays no draft
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: its queue, and the names of the arguments that it has."""

    queue: JobQueue = JobQueue.OTHERS
    arguments: tuple[str, ...] = ()


CUT_OFF = "the process that did it ended before it was done; ask for it again"
"""The fault of a job whose process died."""

KINDS: Mapping[str, JobKind] = {
    "collect": JobKind(),
    "render": JobKind(JobQueue.DRAFTS, ("made_of",)),
    "recheck": JobKind(JobQueue.DRAFTS, ("month",)),
    "test": JobKind(JobQueue.TESTS, ("month", "language", "person")),
    "translate": JobKind(arguments=("language",)),
    "lint": JobKind(arguments=("links",)),
    "queue": JobKind(JobQueue.SENDING, ("where", "anyway")),
    "send": JobKind(JobQueue.SENDING, ("limit", "anyway")),
    "recall": JobKind(arguments=("why",)),  # while a send goes on
    "reissue": JobKind(JobQueue.SENDING, ("anyway",)),
    "run": JobKind(JobQueue.SENDING, ("limit", "where", "anyway")),
}
"""Every kind of job by its name; `library/job_kinds.py` says what each does."""


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job as it is stored. Moments are UTC, ISO 8601, and empty where it has not come to that.

    `subject` is what it works on, such as a month, or a month and a person, and `arguments` how. `done` of
    `total` steps are taken (`total` 0: nobody knows how many), and `words` say what is being done. `result`
    is what came of it; `fault` is why it failed, in one line with the remedy.
    """

    id: int
    kind: str
    subject: str
    arguments: Mapping[str, Any]
    state: JobState
    done: int
    total: int
    words: str
    started_by: str
    asked_at: str
    began_at: str = ""
    ended_at: str = ""
    result: Mapping[str, Any] | None = field(default=None)
    fault: str = ""

    @property
    def month(self) -> str:
        """The month that it is about."""
        return str(self.arguments.get("month") or self.subject)
