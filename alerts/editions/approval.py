"""Approval: editors see exactly what would be sent, and approve it.

Guarantees that an approval is valid for one exact content, the hash of all editions as they would be
mailed: any later change of an article, an introduction, a template or a setting voids it. Each content
is mailed to each editor once; after a crash it may be mailed again with the same Message-ID. The
messages of a preview are made here; the caller mails them.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.delivery import Envelope
from alerts.domain.errors import Conflict, Incomplete, UsageError
from alerts.domain.issue import Actor, IssueState
from alerts.domain.month import Month
from alerts.editions.draft import Draft, drafted
from alerts.editions.gaps import Gap, below_coverage, lacks, marked
from alerts.issue import load
from alerts.issue.compare import kept_texts
from alerts.issue.editing import check_open, record
from alerts.issue.machine_drafts import check_signed
from alerts.mail.dkim_keys import Keyring
from alerts.mail.merge import copy
from alerts.store import approvals, approved_texts, issues, people, transaction

MARK = "[PREVIEW]"


@dataclass(frozen=True, slots=True)
class ApprovalStatus:
    """The approvals of a content so far; `voided` are the people who had approved an older content.

    Without a `content_hash` it is not known yet, since nothing was rendered after the last change: nobody has
    approved it then, and `unsure` are those whose approval may still hold.
    """

    month: Month
    content_hash: str
    names: tuple[str, ...]
    needed: int
    voided: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """True once enough people have approved."""
        return len(self.names) >= self.needed


@dataclass(frozen=True, slots=True)
class Preview:
    """One message to one editor."""

    recipient: str
    language: str
    envelope: Envelope
    message: bytes


def approval_status(db: Database, settings: Settings, draft: Draft) -> ApprovalStatus:
    """The approvals of the content of `draft`; changes nothing."""
    return status_of(db, settings, draft.month, draft.content_hash)


def status_of(db: Database, settings: Settings, month: Month, signed: str) -> ApprovalStatus:
    """The approvals of the content with the hash `signed`; empty: it is not known. Renders nothing."""
    stored = issues.get(db, month)
    given = approvals.valid_approvals(db, stored.id) if stored else ()
    proved = settings.alert.approval_by == "sign-in"
    names = tuple(
        one.name
        for one in given
        if one.content_hash == signed and (one.person_id is not None or not proved)
    )
    others = tuple(one.name for one in given if one.content_hash != signed)
    if not signed:
        return ApprovalStatus(month, "", (), settings.alert.approvals, unsure=others)
    return ApprovalStatus(month, signed, names, settings.alert.approvals, others)


def state(db: Database, settings: Settings, draft: Draft) -> IssueState:
    """The state of the month's issue; one that has changed since its approval is a draft again."""
    return state_with(db, approval_status(db, settings, draft))


def state_with(db: Database, standing: ApprovalStatus) -> IssueState:
    """The same with the approvals of its present content."""
    known = load.state(db, standing.month)
    if known is IssueState.APPROVED and not standing.complete:
        return IssueState.DRAFT
    return known


def recheck(
    db: Database,
    settings: Settings,
    month: Month,
    actor: Actor,
    now: datetime,
    draft: Draft | None = None,
) -> tuple[str, ...]:
    """Void approvals of older contents, with an event; returns who had approved.

    `draft` is the issue as the caller has rendered it. If the issue has changed since, nothing is
    voided: the command that changed it does that.
    """
    stored = issues.get(db, month)
    if stored is None or stored.frozen or not approvals.valid_approvals(db, stored.id):
        return ()
    draft = draft or drafted(db, settings, month)
    with transaction(db):
        if load.composed(db, settings, month) != draft.issue:
            return ()
        voided = approvals.void(db, stored.id, draft.content_hash, now)
        if voided:
            issues.mark(db, stored.id, IssueState.DRAFT)
            record(db, month, "issue.voided", {"approved_by": list(voided)}, actor, now)
    return voided


def approve(
    db: Database, settings: Settings, draft: Draft, actor: Actor, now: datetime, content: str = ""
) -> ApprovalStatus:
    """Approve the month's issue as it is now; `content`, the beginning of a hash, names what the
    editor has seen.

    Raises `UsageError`, `Incomplete` below alert.min_coverage or with unsigned texts of a machine, and
    `Conflict` if the issue has changed since. The same person twice counts once.
    """
    month, issue = draft.month, draft.issue
    check_open(db, month)
    if content and not re.fullmatch(r"[0-9a-f]{8,64}", content.lower()):
        raise UsageError(f"--content “{content}”: write at least 8 digits of what the preview says")
    if issue.empty:
        raise UsageError(f"{month}: no articles, so there is nothing to approve")
    if thin := below_coverage(issue, settings):
        raise Incomplete(f"{month}: {'; '.join(thin)}: `alerts article translate ID LANG`")
    check_signed(db, issue, settings.alert.languages)
    recheck(db, settings, month, actor, now, draft)
    before = approval_status(db, settings, draft)
    if content and not before.content_hash.startswith(content.lower()):
        raise Conflict(
            f"{month}: has changed since content {content} was previewed; it is"
            f" {before.content_hash[:12]} now: preview it again"
        )
    with transaction(db):
        check_open(db, month)
        issue_id = issues.begin(db, month, now)
        if load.composed(db, settings, month) != issue:
            raise Conflict(f"{month}: was changed at the same moment; preview it again")
        signed = {name.casefold() for name in before.names}
        if actor.name.casefold() not in signed and approvals.add(
            db, issue_id, before.content_hash, actor, now
        ):
            approved_texts.put(db, issue_id, before.content_hash, kept_texts(issue), now)
            detail = {"content": before.content_hash}
            record(db, month, "issue.approved", detail, actor, now)
        after = approval_status(db, settings, draft)
        if after.complete:
            issues.mark(db, issue_id, IssueState.APPROVED)
    return after


def under_review(db: Database, settings: Settings, month: Month) -> bool:
    """True once editors were mailed a preview of the month's issue."""
    stored = issues.get(db, month)
    return (
        settings.alert.review == "required"
        and stored is not None
        and not stored.frozen
        and bool(approvals.previewed(db, stored.id) or approvals.valid_approvals(db, stored.id))
    )


def unmailed(db: Database, settings: Settings, state: ApprovalStatus) -> frozenset[tuple[str, str]]:
    """The (editor, language) pairs that were not mailed a preview of this content; renders nothing."""
    stored = issues.get(db, state.month)
    mailed = approvals.previewed(db, stored.id, state.content_hash) if stored else frozenset()
    wanted = frozenset(product(editors(db, settings), settings.alert.languages))
    return wanted - mailed


def previews(
    db: Database,
    settings: Settings,
    draft: Draft,
    state: ApprovalStatus,
    now: datetime,
    found: tuple[Gap, ...] = (),
) -> Iterator[Preview]:
    """Yield unsent preview mails, one per editor and language, with lint findings on top."""
    waiting = unmailed(db, settings, state)
    short = state.content_hash[:12]
    sign = Keyring.load(settings).signer_of(now)
    head = (
        f"Preview of {state.month}. Nobody but its editors has got this.",
        f"To approve exactly this: alerts issue approve {state.month.option} --content {short}",
        *_desk(db, settings, state.month),
        f"Approved by {len(state.names)} of {state.needed} so far.",
        *(f"Void, because the issue has changed: the approval by {name}" for name in state.voided),
    )
    missing = (*lacks(draft.issue, settings), *found)
    for edition in draft.editions:
        ours = [lack for lack in missing if lack.language in ("", edition.language)]
        shown = marked(edition, MARK, (*head, *(f"Found: {lack.text}" for lack in ours)))
        for recipient in editors(db, settings):
            if (recipient, edition.language) in waiting:
                seed = f"{state.content_hash} {recipient} {edition.language}"
                made = copy(shown, settings, state.month, now, recipient, number_of(seed), sign)
                yield Preview(recipient, edition.language, *made)


def _desk(db: Database, settings: Settings, month: Month) -> tuple[str, ...]:
    """Where the desk shows the issue, if there is a desk."""
    if not people.any_there(db):
        return ()
    return (f"At the desk: {settings.web.public_url}/desk/send?month={month}",)


def mailed(
    db: Database, state: ApprovalStatus, preview: Preview, actor: Actor, now: datetime
) -> None:
    """Record that a preview was mailed."""
    with transaction(db):
        issue_id = issues.begin(db, state.month, now)
        who = (preview.recipient, preview.language)
        approvals.add_preview(db, issue_id, state.content_hash, who, now)
        detail = {"content": state.content_hash, "language": preview.language}
        record(db, state.month, "issue.previewed", detail, actor, now)


def editors(db: Database, settings: Settings) -> tuple[str, ...]:
    """The addresses of the editors: alert.editors, else the people of the desk who edit or approve, else
    the address for replies."""
    working = tuple(one.email for one in people.everybody(db) if one.edits or one.approves)
    answer = (settings.sender.reply_to or settings.sender.address,)
    written = settings.alert.editors or working or answer
    return tuple(dict.fromkeys(str(Address.parse(address)) for address in written))


def number_of(seed: str) -> int:
    """A number for the Message-ID of a message without a delivery; the same for the same seed."""
    return int(hashlib.sha256(seed.encode()).hexdigest()[:15], 16)
