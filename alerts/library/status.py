"""The state of the month's issue: its editions, its deliveries, and counts of reading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.domain.issue import Edition, IssueState
from alerts.domain.month import Month
from alerts.editions import approval
from alerts.editions.draft import shown
from alerts.hooks.endpoint import endpoints
from alerts.instance import identity
from alerts.library.hub_status import HubStatus, hub_status
from alerts.library.opened import Opened
from alerts.outbox import relay_limit
from alerts.outbox.report import DeliveryReport, delivery_report, faults_of_ours
from alerts.outbox.segment import Segment, segment_of
from alerts.outbox.windows import Opening, openings
from alerts.store import (
    clicks,
    corrections,
    dropped_issues,
    hooks,
    issue_versions,
    scheduled_specials,
)
from alerts.store.corrections import Correction
from alerts.store.dropped_issues import DroppedIssue
from alerts.store.issue_versions import IssueVersion
from alerts.text.plural import counted


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the month's issue. `reading` are counts by language and article (`article` empty:
    opened), the highest first; `undecided` is the decision that an admin must make before this
    database sends, or empty; `relay_limit` is the known limit of the relay, or empty; `ours` is what
    came back through a fault of ours, or empty; `fault` is why the issue cannot be rendered, or empty,
    and then there are no editions; `articles` are those of the largest edition, or of the issue;
    `versions` are those that were frozen, `corrections` those that were queued; `waiting` is
    what waits for send windows; `segment` is whom it is for, if not everybody; `dropped` says that it is
    not sent, or is None; `scheduled` is when a special alert goes, or was to go; `hub` is
    how the hub stands while something is lent to it; `notes` are sentences on what else an admin should
    know: hooks that were given up."""

    month: Month
    state: IssueState
    editions: tuple[Edition, ...]
    report: DeliveryReport
    reading: Sequence[dict[str, Any]]
    undecided: str
    relay_limit: str
    ours: str
    fault: str
    articles: int
    versions: tuple[IssueVersion, ...] = ()
    corrections: tuple[Correction, ...] = ()
    waiting: Sequence[Opening] = ()
    segment: Segment | None = None
    dropped: DroppedIssue | None = None
    hub: HubStatus | None = None
    scheduled: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def frozen(self) -> bool:
        """True once it is queued."""
        return self.state in (IssueState.QUEUED, IssueState.SENT)

    @property
    def recalled(self) -> bool:
        """True while the last version is recalled and the next one is not frozen."""
        return bool(self.versions) and self.versions[-1].recalled_at is not None


def status(opened: Opened, month: Month) -> Status:
    """The state of a month; may be called while another process sends."""
    db, settings = opened.db, opened.settings
    draft, fault = shown(db, settings, month)
    shown_articles = max((edition.articles for edition in draft.editions), default=0)
    scheduled = scheduled_specials.find(db, month)
    resends = settings.delivery.in_doubt == "resend"
    return Status(
        month,
        approval.state(db, settings, draft),
        tuple(draft.editions),
        delivery_report(db, month, opened.now, resends=resends),
        clicks.of_month(db, month),
        identity.question(db, settings.database_path),
        relay_limit.standing(db, settings.delivery.relay, opened.now),
        faults_of_ours(db, month),
        fault,
        len(draft.issue.articles) if fault else shown_articles,
        issue_versions.of_month(db, month),
        corrections.of_month(db, month),
        openings(db, settings, opened.now, [month]),
        segment_of(db, month),
        dropped_issues.find(db, month),
        hub_status(db, settings),
        scheduled.at if scheduled else None,
        (*_given_up(opened), *_unposted(opened)),
    )


def _given_up(opened: Opened) -> Iterator[str]:
    """The hooks that did not take what they were told."""
    for one in endpoints(opened.settings):
        figures = hooks.figures(opened.db, one.name)
        if figures.given_up:
            yield (
                f"hook {one.name}: {counted(figures.given_up, 'event')} given up, the last answer:"
                f" {figures.answer}: `alerts hook retry {one.name}`"
            )


def _unposted(opened: Opened) -> Iterator[str]:
    """The posts of channels that wait for a person."""
    if not opened.settings.channels:
        return
    from alerts.channels.channel import channels
    from alerts.store import channel_list

    for one in channels(opened.settings):
        figures = channel_list.figures(opened.db, one.name)
        if count := figures.held + figures.given_up:
            yield f"channel {one.name}: {counted(count, 'post')} for you to settle: `alerts channel list`"
