"""What a job of each kind does: a use case of the library, and its result as JSON."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from alerts.domain.job import JobRecord
from alerts.library.steps import SendProgress, Step

if TYPE_CHECKING:
    from alerts.library.project import Project
    from alerts.library.sending import Sending, Sent
    from alerts.outbox.queued import Queued


@dataclass(slots=True)
class JobProgress:
    """How far a job is; written by its thread, read by another one."""

    done: int = 0
    total: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class JobWork:
    """One job that is being done: the open project, the job, its progress, and the request to stop."""

    project: "Project"
    job: JobRecord
    stop: threading.Event
    progress: JobProgress = field(default_factory=JobProgress)

    @property
    def month(self) -> str:
        """The month that it is about."""
        return self.job.month

    def told(self, step: Step) -> None:
        """Note a step of a run or a send."""
        if isinstance(step, SendProgress):
            self.progress.done, self.progress.total = step.done, step.due
            self.progress.words = f"{step.done} of {step.due} are sent"


def _collect(work: JobWork) -> Mapping[str, Any]:
    work.progress.words = "the sources are being read"
    found = work.project.collect(work.month)
    return {
        "month": str(found.month),
        "new": found.new,
        "updated": found.updated,
        "unchanged": found.unchanged,
        "failed": [{"source": one.source, "reason": one.reason} for one in found.failed],
    }


def _lint(work: JobWork) -> Mapping[str, Any]:
    work.progress.words = "the editions are being checked"
    found = work.project.linter.lint(work.month, links=bool(work.job.arguments.get("links")))
    return {
        "month": str(found.month),
        "editions": [
            {
                "name": proof.name,
                "findings": [
                    {
                        "level": str(one.level.value),
                        "code": one.code,
                        "reason": one.reason,
                        "remedy": one.remedy,
                    }
                    for one in proof.findings
                ],
            }
            for proof in found.proofs
        ],
    }


def _render(work: JobWork) -> Mapping[str, Any]:
    progress = work.progress

    def told(done: int, total: int) -> None:
        progress.done, progress.total = done, total
        progress.words = f"{done} of {total} steps: the editions are rendered, then checked"

    made = work.project.drafts.make(work.month, told)
    return {"month": work.month, **asdict(made)}


def _recheck(work: JobWork) -> Mapping[str, Any]:
    progress = work.progress

    def told(done: int, total: int) -> None:
        progress.done, progress.total = done, total
        progress.words = f"{done} of {total} editions are rendered, to see whether approvals hold"

    fallen = work.project.drafts.recheck(work.month, told, by=work.job.started_by)
    return {"month": work.month, "voided": list(fallen)}


def _test(work: JobWork) -> Mapping[str, Any]:
    work.progress.words = "the test is being rendered and mailed"
    language, person = (work.job.arguments.get(name) for name in ("language", "person"))
    sent = work.project.previews.mail_to_person(
        person, work.month, language=language, by=work.job.started_by
    )
    return {"month": work.month, "languages": list(sent)}


def _translate(work: JobWork) -> Mapping[str, Any]:
    progress, language = work.progress, str(work.job.arguments.get("language", ""))

    def told(done: int, total: int) -> None:
        progress.done, progress.total = done, total
        progress.words = f"{done} of {total} stories are drafted"

    drafts = work.project.translations.draft_missing(
        language, work.month, told=told, by=work.job.started_by
    )
    return {"month": work.month, "language": language, "drafted": drafts}


def _recall(work: JobWork) -> Mapping[str, Any]:
    work.progress.words = "the issue is being recalled"
    done = work.project.recalls.recall(
        work.month, work.job.arguments.get("why", ""), by=work.job.started_by
    )
    return {
        "month": str(done.month),
        "version": done.version,
        "mailed": done.mailed,
        "waiting": done.waiting,
        "already": done.already,
    }


def _reissue(work: JobWork) -> Mapping[str, Any]:
    work.progress.words = "the next version is being frozen"
    anyway = frozenset(work.job.arguments.get("anyway", ()))
    return _queued(work.project.recalls.reissue(work.month, anyway=anyway))


def _queue(work: JobWork) -> Mapping[str, Any]:
    work.progress.words = "the issue is being frozen"
    anyway = frozenset(work.job.arguments.get("anyway", ()))
    queued = work.project.queue(work.month, where=work.job.arguments.get("where"), anyway=anyway)
    return _queued(queued)


def _queued(queued: "Queued") -> Mapping[str, Any]:
    return {
        "month": str(queued.month),
        "version": queued.version,
        "articles": queued.articles,
        "deliveries": queued.deliveries,
        "already": queued.already,
        "empty": queued.empty,
    }


def _sending(work: JobWork) -> "Sending":
    from alerts.library.sending import Sending

    given = work.job.arguments
    return Sending(
        limit=given.get("limit"),
        progress=work.told,
        anyway=frozenset(given.get("anyway", ())),
        stop=work.stop,
    )


def _sent(sent: "Sent") -> Mapping[str, Any]:
    return {
        "ending": sent.ending.name.lower(),
        "outcomes": {str(state): number for state, number in sent.outcomes.items()},
        "relay_fault": sent.relay_fault,
        "next_due": sent.next_due,
    }


def _send(work: JobWork) -> Mapping[str, Any]:
    work.progress.words = "the issue is being sent"
    return {"month": work.month, **_sent(work.project.send(work.month, _sending(work)))}


def _run(work: JobWork) -> Mapping[str, Any]:
    work.progress.words = "the month is being collected, queued and sent"
    where = work.job.arguments.get("where")
    ran = work.project.run(work.month, _sending(work), where=where)
    held = {name: getattr(ran, name) for name in ("held_back", "overdue", "waiting")}
    reasons = [name for name, step in held.items() if step is not None]
    return {"month": str(ran.month), "not_queued": reasons, **_sent(ran.sent)}


WORKS: Mapping[str, Callable[[JobWork], Mapping[str, Any]]] = {
    "collect": _collect,
    "render": _render,
    "recheck": _recheck,
    "test": _test,
    "translate": _translate,
    "lint": _lint,
    "queue": _queue,
    "send": _send,
    "recall": _recall,
    "reissue": _reissue,
    "run": _run,
}
"""What each kind of `domain.job.KINDS` does; it returns the result as JSON may have it."""
