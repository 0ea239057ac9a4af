"""Whether a month's issue is ready: who gets it, when, in which languages, and what stands before it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.domain.errors import Refused
from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.editions import approval
from alerts.editions.approval import ApprovalStatus
from alerts.editions.draft import Draft
from alerts.editions.gaps import below_coverage
from alerts.issue.compose import coverage
from alerts.issue.machine_drafts import unsigned
from alerts.library.check import check
from alerts.library.opened import Opened
from alerts.library.readers_by_edition import readers_by_edition
from alerts.library.standing import MonthStanding
from alerts.lint.group import FindingGroup
from alerts.outbox import gate_facts
from alerts.outbox.report import DeliveryReport, delivery_report
from alerts.outbox.segment import segment_of
from alerts.schedule import cron
from alerts.store import audit_log, issues, moment
from alerts.store.issues import StoredIssue


@dataclass(frozen=True, slots=True)
class LintedDraft:
    """A draft, and what the linter found in it, by cause. `made_at` is when it was made; `current`: nothing
    has changed since."""

    draft: Draft
    causes: tuple[FindingGroup, ...]
    made_at: datetime | None = None
    current: bool = True


@dataclass(frozen=True, slots=True)
class IssueAct:
    """What somebody did to the issue: `kind` such as `issue.approved`."""

    at: datetime
    kind: str
    by: str


@dataclass(frozen=True, slots=True)
class EditionReady:
    """One edition: how many people get it, and how many of its titles are in its language."""

    language: str
    subject: str
    people: int
    own: int
    total: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """How a month's issue stands. `planned` is when it goes by the schedule; `thin` are the editions below
    alert.min_coverage; `unsigned` are, by language, how many texts a machine drafted and nobody
    has signed; `refused` is what the gate says, or empty; `segment` is whom it is for, or empty
    for everybody; `report` is about its deliveries, None before it is queued; `events` are all, the
    oldest first."""

    month: Month
    state: IssueState
    version: int
    recalled: bool
    editions: tuple[EditionReady, ...]
    approval: ApprovalStatus
    causes: tuple[FindingGroup, ...]
    thin: tuple[str, ...]
    unsigned: Mapping[str, int]
    refused: str
    needs_approval: bool
    segment: str
    planned: datetime | None
    standing: MonthStanding | None
    report: DeliveryReport | None
    events: tuple[IssueAct, ...]

    @property
    def people(self) -> int:
        """How many people it is for."""
        return sum(one.people for one in self.editions)

    @property
    def can_go(self) -> bool:
        """True where it can be queued and sent now, or go on: somebody gets it, and nothing is in the way."""
        if self.moving:
            return True
        ready = self.state is IssueState.APPROVED or not self.needs_approval
        opened = self.state in (IssueState.DRAFT, IssueState.APPROVED) and not self.recalled
        return (
            opened
            and ready
            and bool(self.editions)
            and not (self.refused or self.thin or self.unsigned)
        )

    @property
    def moving(self) -> bool:
        """True while some of it is still to be sent."""
        left = self.report is not None and self.report.done < self.report.recipients
        return self.state is IssueState.QUEUED and left and not self.recalled


def readiness(opened: Opened, made: LintedDraft) -> Readiness:
    """How the issue of that draft stands; renders nothing."""
    db, settings, now = opened.db, opened.settings, opened.now
    draft, month = made.draft, made.draft.month
    stored = issues.get(db, month)
    # of an older draft it is not known whether an approval holds, so none does
    standing = approval.status_of(db, settings, month, draft.content_hash if made.current else "")
    frozen = stored is not None and stored.frozen
    checked = check(db, settings, now)
    segment = segment_of(db, month)
    tags = settings.alert.languages
    resends = settings.delivery.in_doubt == "resend"
    return Readiness(
        month,
        approval.state_with(db, standing),
        stored.version if stored else 1,
        stored is not None and stored.recalled_at is not None,
        _editions(opened, made),
        standing,
        made.causes,
        () if frozen else tuple(below_coverage(draft.issue, settings)),
        {} if frozen else Counter(one.language for one in unsigned(db, draft.issue.articles, tags)),
        _refused(opened, made),
        settings.alert.review == "required",
        str(segment) if segment else "",
        None if month.special else cron.planned(settings, month),
        next((one for one in checked.months if one.month == month), None),
        delivery_report(db, month, now, resends=resends) if _was_queued(stored) else None,
        _events(opened, stored),
    )


def _was_queued(stored: StoredIssue | None) -> bool:
    return stored is not None and (stored.frozen or stored.version > 1)


def _events(opened: Opened, stored: StoredIssue | None) -> tuple[IssueAct, ...]:
    found = audit_log.of_issue(opened.db, stored.id) if stored else ()
    return tuple(
        IssueAct(moment(one["at"]), one["kind"], str(one["detail"].get("by", ""))) for one in found
    )


def _editions(opened: Opened, made: LintedDraft) -> tuple[EditionReady, ...]:
    issue = made.draft.issue
    people = readers_by_edition(opened, issue.month)
    found = []
    for edition in made.draft.editions:
        own = coverage(issue, edition.language)
        number = people.get(edition.language, 0)
        found.append(EditionReady(edition.language, edition.subject, number, own.titles, own.total))
    return tuple(found)


def _refused(opened: Opened, made: LintedDraft) -> str:
    try:
        gate_facts.check_settings(opened.db, opened.settings, made.draft.month)
    except Refused as fault:
        return str(fault)
    return ""
