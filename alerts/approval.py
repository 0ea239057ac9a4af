"""Approval: editors see exactly what would go out, and sign it.

Promises that an approval holds for one exact content, the hash of all editions as they would be
mailed: any later change, of an article, a letter, a template or a setting, voids it. Each content is
mailed to each editor once; a crash in between mails it again with the same Message-ID. Hands nothing
over itself: the messages of a preview are made here, and mailed by whoever calls.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from sqlite_utils import Database

from alerts import publish
from alerts.address import Address
from alerts.editing import check_open, record
from alerts.errors import Conflict, Incomplete, UsageError
from alerts.keyring import Keyring
from alerts.message import copy
from alerts.model import Actor, Envelope, IssueState, Month
from alerts.publish import Draft
from alerts.review import Lack, below_coverage, lacks, marked
from alerts.settings import Settings
from alerts.store import approvals, issues, transaction

MARK = "[PREVIEW]"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the approval of a content is; `voided` had signed what it is no longer."""

    month: Month
    content_hash: str
    names: tuple[str, ...]
    needed: int
    voided: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """True once enough people have signed."""
        return len(self.names) >= self.needed


@dataclass(frozen=True, slots=True)
class Preview:
    """One message to one editor."""

    recipient: str
    language: str
    envelope: Envelope
    message: bytes


def standing(db: Database, settings: Settings, draft: Draft) -> Standing:
    """How the approval of the month's issue stands, as it was looked at; changes nothing."""
    month, signed = draft.month, draft.content_hash
    stored = issues.get(db, month)
    given = approvals.standing(db, stored.id) if stored else ()
    names = tuple(one.name for one in given if one.content_hash == signed)
    voided = tuple(one.name for one in given if one.content_hash != signed)
    return Standing(month, signed, names, settings.alert.approvals, voided)


def state(db: Database, settings: Settings, draft: Draft) -> IssueState:
    """How far the month's issue is; what has changed since it was approved is a draft again."""
    known = publish.state(db, draft.month)
    if known is IssueState.APPROVED and not standing(db, settings, draft).complete:
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
    """Void approvals of what the issue is no longer, with an event; returns who had signed.

    `draft`: the issue as the caller has looked at it, to spare another rendering. Where it has changed
    since, nothing is voided: that is for whoever has changed it.
    """
    stored = issues.get(db, month)
    if stored is None or stored.frozen or not approvals.standing(db, stored.id):
        return ()
    draft = draft or publish.drafted(db, settings, month)
    with transaction(db):
        if publish.composed(db, settings, month) != draft.issue:
            return ()
        voided = approvals.void(db, stored.id, draft.content_hash, now)
        if voided:
            issues.mark(db, stored.id, IssueState.DRAFT)
            record(db, month, "issue.voided", {"approved_by": list(voided)}, actor, now)
    return voided


def approve(
    db: Database, settings: Settings, draft: Draft, actor: Actor, now: datetime, content: str = ""
) -> Standing:
    """Sign the month's issue as it was just looked at; `content`, the beginning of a hash, says what
    an editor has seen.

    Raises `UsageError`, `Incomplete` below alert.min_coverage, and `Conflict` where the issue is no
    longer what was looked at. The same person twice counts once.
    """
    month, issue = draft.month, draft.issue
    check_open(db, month)
    if content and not re.fullmatch(r"[0-9a-f]{8,64}", content.lower()):
        raise UsageError(f"--content “{content}”: write at least 8 digits of what the preview says")
    if not issue.articles:
        raise UsageError(f"{month}: no articles, so there is nothing to approve")
    if thin := below_coverage(issue, settings):
        raise Incomplete(f"{month}: {'; '.join(thin)}: `alerts article translate ID LANG`")
    recheck(db, settings, month, actor, now, draft)
    before = standing(db, settings, draft)
    if content and not before.content_hash.startswith(content.lower()):
        raise Conflict(
            f"{month}: has changed since content {content} was looked at; it is"
            f" {before.content_hash[:12]} now: look at it again"
        )
    with transaction(db):
        check_open(db, month)
        issue_id = issues.begin(db, month, now)
        if publish.composed(db, settings, month) != issue:
            raise Conflict(f"{month}: was changed at this very moment; look at it again")
        signed = {name.casefold() for name in before.names}
        if actor.name.casefold() not in signed and approvals.add(
            db, issue_id, before.content_hash, actor.name, now
        ):
            detail = {"content": before.content_hash}
            record(db, month, "issue.approved", detail, actor, now)
        after = standing(db, settings, draft)
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
        and bool(approvals.previewed(db, stored.id) or approvals.standing(db, stored.id))
    )


def unmailed(db: Database, settings: Settings, state: Standing) -> frozenset[tuple[str, str]]:
    """The (editor, language) pairs that were not mailed a preview of this content; renders nothing."""
    stored = issues.get(db, state.month)
    mailed = approvals.previewed(db, stored.id, state.content_hash) if stored else frozenset()
    wanted = frozenset(product(editors(settings), settings.alert.languages))
    return wanted - mailed


def previews(
    db: Database,
    settings: Settings,
    draft: Draft,
    state: Standing,
    now: datetime,
    found: tuple[Lack, ...] = (),
) -> Iterator[Preview]:
    """The messages that are still to be mailed to editors: each edition, above it what was found."""
    waiting = unmailed(db, settings, state)
    short = state.content_hash[:12]
    sign = Keyring.load(settings).signer_of(now)
    head = (
        f"Preview of {state.month}. Nobody but its editors has got this.",
        f"To approve exactly this: alerts issue approve --month {state.month} --content {short}",
        f"Approved by {len(state.names)} of {state.needed} so far.",
        *(f"Void, because the issue has changed: the approval by {name}" for name in state.voided),
    )
    missing = (*lacks(draft.issue, settings), *found)
    for edition in draft.editions:
        ours = [lack for lack in missing if lack.language in ("", edition.language)]
        shown = marked(edition, MARK, (*head, *(f"Found: {lack.text}" for lack in ours)))
        for recipient in editors(settings):
            if (recipient, edition.language) in waiting:
                seed = f"{state.content_hash} {recipient} {edition.language}"
                made = copy(shown, settings, state.month, now, recipient, number_of(seed), sign)
                yield Preview(recipient, edition.language, *made)


def mailed(db: Database, state: Standing, preview: Preview, actor: Actor, now: datetime) -> None:
    """Remember that a preview was handed over."""
    with transaction(db):
        issue_id = issues.begin(db, state.month, now)
        who = (preview.recipient, preview.language)
        approvals.add_preview(db, issue_id, state.content_hash, who, now)
        detail = {"content": state.content_hash, "language": preview.language}
        record(db, state.month, "issue.previewed", detail, actor, now)


def editors(settings: Settings) -> tuple[str, ...]:
    """Who reviews: alert.editors, else the address that answers go to."""
    written = settings.alert.editors or (settings.sender.reply_to or settings.sender.address,)
    return tuple(dict.fromkeys(str(Address.parse(address)) for address in written))


def number_of(seed: str) -> int:
    """A number that stands for a message that no delivery stands for: the same for the same seed."""
    return int(hashlib.sha256(seed.encode()).hexdigest()[:15], 16)
