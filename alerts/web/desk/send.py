"""Approve and send: who gets the issue, when, what stands before it; approve, stop, reissue, correct."""

from functools import partial
from typing import Any

from starlette.responses import Response

from alerts.domain.errors import (
    AlertsError,
    Conflict,
    DraftFailed,
    DraftPending,
    TemplateFault,
    UsageError,
)
from alerts.domain.issue import IssueState
from alerts.domain.job import JobRecord, JobState
from alerts.domain.month import Month
from alerts.domain.person import Person
from alerts.editions.catalogue import later
from alerts.library.readiness import Readiness
from alerts.library.standing import Stand
from alerts.web.desk.mending import mend_links
from alerts.web.desk.moment import moment_values
from alerts.web.desk.month import month_asked
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.desk.view import as_of
from alerts.web.request import PostResult

_MOST_EVENTS = 12
_STANDS = {
    Stand.SENT: later("Everybody has been settled."),
    Stand.EARLY: later("Its moment is still to come."),
    Stand.EMPTY: later("There are no articles, so nothing is sent."),
    Stand.NOT_SCHEDULED: later("The schedule does not send it: someone has to."),
    Stand.DUE: later("The next run sends it."),
    Stand.WAITING: later("It waits for a source that cannot be read."),
    Stand.UNAPPROVED: later("It waits for approval."),
    Stand.INCOMPLETE: later("An edition has too few titles in its language."),
    Stand.OVERDUE: later("It is overdue, and is not sent by itself any more."),
    Stand.SENDING: later("It is being sent."),
    Stand.HELD: later("Copies in doubt wait for a decision of an admin."),
    Stand.LEFT_OPEN: later("It was queued long ago, and does not go on by itself."),
    Stand.WINDOW: later("The rest waits for its send windows."),
    Stand.DROPPED: later("It was dropped: it is not sent."),
    Stand.RECALLED: later("It was stopped. Mend it, and send the next version."),
}
_JOBS = {"queue": later("queue"), "send": later("send"), "run": later("collect, queue and send")}
STATES = {
    JobState.WAITING: later("waits"),
    JobState.RUNNING: later("is being done"),
    JobState.DONE: later("done"),
    JobState.FAILED: later("failed: nothing more is done"),
}
_EVENTS = {
    "issue.approved": later("approved"),
    "issue.voided": later("the approval fell, as the issue has changed"),
    "issue.waiting": later("waits for approval"),
    "issue.paused": later("paused: too much came back"),
    "issue.queued": later("queued"),
    "issue.sent": later("sent to all"),
    "issue.recalled": later("stopped"),
    "issue.tested": later("test mail sent"),
    "issue.dropped": later("dropped"),
    "issue.corrected": later("correction queued"),
    "issue.previewed": later("preview sent"),
}


CHANGED = later("It has changed since you looked at it. Look at it again, then approve it.")


def _sends(person: Person) -> bool:
    """Whether they may stop, reissue and correct."""
    return person.approves or person.administers


def show(desk: DeskVisit, status: int = 200, wrong: str = "", **values: Any) -> Response:
    """The page."""
    month = month_asked(desk)
    catalogue = desk.catalogue
    try:
        made = desk.visit.site.drafts.get(desk.project, month)
    except TemplateFault as fault:
        return desk.page("failed.html", 500, words=str(fault))
    except (DraftPending, DraftFailed) as fault:
        if desk.visit.method != "POST":
            raise
        # the answer to a form: what became of it matters more than a page that is not there yet
        return desk.page("failed.html", status if wrong else 202, words=wrong or str(fault))
    ready = desk.project.desk.readiness(made)
    zone = desk.visit.site.settings.zone
    events = [
        (catalogue.moment(event.at, zone), event.by, catalogue.say(words))
        for event in ready.events
        if (words := _EVENTS.get(event.kind))
    ]
    jobs = _jobs(desk, month)
    return desk.page(
        "send.html",
        status,
        title=catalogue.month(month),
        month=month,
        ready=ready,
        as_of=as_of(desk, made),
        wrong=wrong,
        failed=bool(wrong),
        stand=_STANDS[ready.standing.stand] if ready.standing else "",
        planned=catalogue.moment(ready.planned, zone) if ready.planned else "",
        jobs=jobs,
        working=any(job.state.is_open for _, _, job in jobs),
        events=events[-_MOST_EVENTS:][::-1],
        may_approve=desk.person.approves and not _closed(ready) and made.current,
        closed=_closed(ready) and not ready.recalled,
        signed=desk.person.email in ready.approval.names,
        was_approved=desk.project.desk.was_approved(month),
        may_send=_sends(desk.person),
        causes=mend_links(desk, made),
        talk=sum(one.open for one in desk.project.comments.counts(month).values()),
        **{"plan": None, "texts": {}, "chosen": None, **moment_values(desk, month), **values},
    )


def _closed(ready: Readiness) -> bool:
    return ready.state in (IssueState.QUEUED, IssueState.SENT)


def approve(desk: DeskVisit) -> PostResult:
    """Approve the content that the person has looked at, and no other."""
    month = month_asked(desk)
    made = desk.visit.site.drafts.get(desk.project, month)
    try:
        if not made.current:
            raise Conflict(desk.said(CHANGED))
        if not desk.field("content"):
            raise UsageError(
                desk.said(later("Look at the issue first: the form names no version."))
            )
        desk.project.approve(made.draft, content=desk.field("content"))
    except AlertsError as fault:
        return _again(desk, fault)
    return _done(desk, month, later("You have approved this version."))


def stop(desk: DeskVisit) -> PostResult:
    """Stop what has not left."""
    month = month_asked(desk)
    try:
        desk.project.recalls.recall(month, desk.field("why"))
    except AlertsError as fault:
        return _again(desk, fault)
    return _done(desk, month, later("Stopped. What has not left stays here."))


def reissue(desk: DeskVisit) -> PostResult:
    """Queue the next version for those who were not mailed."""
    month = month_asked(desk)
    try:
        desk.project.recalls.reissue(month)
    except AlertsError as fault:
        return _again(desk, fault)
    return _done(
        desk, month, later("The next version is queued for those who have not received it yet.")
    )


def send_now(desk: DeskVisit) -> PostResult:
    """Ask for the issue to be queued, where it is not, and sent; `serve` does it."""
    month = month_asked(desk)
    try:
        desk.project.jobs.start("queue", month)
        desk.project.jobs.start("send", month)
    except AlertsError as fault:
        return _again(desk, fault)
    desk.visit.site.wake_jobs()
    return _done(desk, month, later("It is being queued and sent. You can leave this page."))


def _jobs(desk: DeskVisit, month: Month) -> list[tuple[str, str, JobRecord]]:
    """The newest job of each kind about the month: its kind and state in words."""
    newest = [job for kind in _JOBS if (job := desk.project.jobs.newest(kind, month)) is not None]
    newest.sort(key=lambda job: -job.id)
    return [(desk.said(_JOBS[job.kind]), desk.said(STATES[job.state]), job) for job in newest]


def correct(desk: DeskVisit) -> PostResult:
    """First show who would get a correction; then, as confirmed, queue it."""
    month = month_asked(desk)
    texts = {
        tag: text
        for tag in desk.visit.site.settings.alert.languages
        if (text := desk.field(f"text-{tag}").strip())
    }
    try:
        plan = desk.project.recalls.plan_correction(texts, month, version=_version(desk))
        if plan.people and desk.field("people") == str(plan.people):
            desk.project.recalls.correct(plan)
            return _done(desk, month, later("The correction is queued."))
    except AlertsError as fault:
        return _again(desk, fault, texts=texts)
    return _again(desk, None, texts=texts, plan=plan, chosen=_version(desk))


def _version(desk: DeskVisit) -> int | None:
    """The version whose readers are chosen; None for those who got one that was stopped, or for all."""
    chosen = desk.field("version")
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 4 else None


def _again(desk: DeskVisit, fault: AlertsError | None, **values: Any) -> PostResult:
    """Show the page again: with what is wrong, or with what is to be confirmed."""
    status, wrong = (422, str(fault)) if fault is not None else (200, "")
    return desk.refused(partial(show, status=status, wrong=wrong, **values))


def _done(desk: DeskVisit, month: Month, note: str) -> PostResult:
    return desk.done("/send", desk.said(note), month=str(month))


PAGES = (
    desk_page("/send", show),
    desk_page("/send/approve", post=approve, may=lambda person: person.approves),
    desk_page("/send/now", post=send_now, may=_sends, proof=True),
    desk_page("/send/stop", post=stop, may=_sends, proof=True),
    desk_page("/send/reissue", post=reissue, may=_sends, proof=True),
    desk_page("/send/correct", post=correct, may=_sends, proof=True),
)
