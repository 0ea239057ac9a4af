"""Queues the issue of a month: freezes it with its editions, and fills the outbox.

Until an issue is queued it is composed from its articles whenever it is needed; queueing freezes its
content, its editions, the bytes of its messages and its recipients, in one transaction. Queueing a
month twice changes nothing. Sends nothing.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from sqlite_utils import Database

from alerts.archive.click_links import counting
from alerts.config.settings import Settings
from alerts.domain.errors import AwaitingApproval, Incomplete, IssueRecalled, TryLater
from alerts.domain.issue import Actor, Edition, Issue
from alerts.domain.month import Month
from alerts.editions.draft import Draft, drafted
from alerts.editions.gaps import below_coverage
from alerts.issue.by_sections import ALL, selected
from alerts.issue.by_sections import keys as keys_of
from alerts.issue.compose import edition_language
from alerts.issue.load import composed
from alerts.issue.machine_drafts import check_signed
from alerts.mail import tokens
from alerts.mail.merge import template
from alerts.outbox import gate_facts, segment, special_moment
from alerts.outbox.drop import check_not_dropped
from alerts.outbox.prepared import EditionKey, PreparedIssue, prepare
from alerts.outbox.queued import Queued, already_queued, recalled_words
from alerts.store import (
    approvals,
    archive,
    audit_log,
    clicks,
    instance,
    issues,
    outbox,
    outbox_figures,
    pictures,
    signing_keys,
    subscriber_import,
    transaction,
    windows,
)
from alerts.store.outbox import Audience


def queue(
    db: Database,
    settings: Settings,
    month: Month,
    now: datetime,
    actor: Actor | None = None,
    draft: Draft | None = None,
    anyway: Collection[str] = (),
    *,
    mended: bool = False,
) -> Queued:
    """Freeze the month's issue and create a delivery for everyone it is for who may be mailed.

    An issue that was recalled is queued only where the caller says that a person has `mended` it: then to
    those who were not mailed; raises `IssueRecalled` otherwise. No process may be sending it.
    `draft` is the issue as the caller has rendered it. Raises `TryLater` if it has changed since,
    `UsageError` if it is dropped or its moment is still to come, `Incomplete` below alert.min_coverage,
    `AwaitingApproval` if review is required and too few people have approved exactly this content,
    `RecipientsDoubted` where its segment has nobody, everybody or many more people than the last issue,
    and `Refused` if the gate finds an obstacle (`anyway` names obstacles that are let through).
    """
    stored = issues.get(db, month)
    if stored is not None and stored.frozen:
        return already_queued(db, stored)
    check_not_dropped(db, month)
    special_moment.check_begun(db, month, settings.zone, now)
    anyway = special_moment.anyway_of(db, month, anyway)
    if stored is not None and stored.recalled_at and not mended:
        raise IssueRecalled(recalled_words(month))
    draft = draft or drafted(db, settings, month)
    if not draft.editions:
        return Queued(month, articles=0, deliveries=0, empty=True)
    wanted = issues.recipients_of(db, month)
    if stored is None or stored.version == 1:
        segment.check(db, month, wanted, anyway)
    gate_facts.check_issue(db, settings, draft, now, anyway)
    _check_review(db, settings, draft)  # before the editions of some sections only are rendered
    prepared = prepare(db, settings, draft, wanted, now)
    with transaction(db, own_keys=True):
        stored = issues.get(db, month)
        if stored is not None and stored.frozen:  # another process was faster
            return already_queued(db, stored)
        _check_unchanged(db, settings, prepared, now)
        return _freeze(db, settings, prepared, _check_review(db, settings, draft), actor, now)


def _check_unchanged(
    db: Database, settings: Settings, prepared: PreparedIssue, now: datetime
) -> None:
    """Raise what `queue` raises where the issue changed, or is not to go any more, since it was prepared."""
    month = prepared.issue.month
    check_not_dropped(db, month)
    special_moment.check_begun(db, month, settings.zone, now)
    if subscriber_import.under_way(db):  # the subscribers not imported yet would be left out
        raise TryLater(f"{month}: not queued while an import is under way; run it again")
    as_before = composed(db, settings, month) == prepared.issue
    if not as_before or issues.recipients_of(db, month) != prepared.wanted:
        raise TryLater(f"{month}: was changed while it was being queued; run it again")


def _freeze(
    db: Database,
    settings: Settings,
    prepared: PreparedIssue,
    approved_by: Sequence[str],
    actor: Actor | None,
    now: datetime,
) -> Queued:
    """Keep an issue as prepared, and owe it to everyone it is for; within a transaction."""
    issue, wanted, month = prepared.issue, prepared.wanted, prepared.issue.month
    secret_id, _ = signing_keys.newest(db)
    issue_id, version = issues.freeze(
        db, month, _content(issue), prepared.frame, secret_id, now, prepared.versions, approved_by
    )
    pictures.freeze(db, issue_id, prepared.shown)
    for language, found in prepared.pieces.items():
        archive.add(db, issue_id, language, found)
    ids = _add_editions(db, settings, issue_id, prepared, now)
    edition_of, unwanted = _owed(issue, settings, outbox.audiences(db), ids)
    fill = outbox.fill if version == 1 else outbox.refill
    deliveries = fill(db, issue_id, edition_of, now, unwanted, wanted)
    if prepared.windows.on:
        windows.plan(db, partial(prepared.windows.closed_until, now=now), now, [month])
    people = deliveries if version == 1 else sum(outbox_figures.counts(db, month).values())
    issues.keep_people(db, issue_id, people)
    _record(db, issue_id, actor, now, deliveries=deliveries, where=wanted.where, version=version)
    here = instance.get(db)
    unsure = here is not None and str(month.calendar) <= here.unsure_through
    held = instance.hold(db, str(month), now) if unsure else 0
    return Queued(
        month, len(issue.articles), deliveries, held=held, version=version, where=wanted.where
    )


def _add_editions(
    db: Database, settings: Settings, issue_id: int, prepared: PreparedIssue, now: datetime
) -> dict[EditionKey, int]:
    """Keep each edition with the bytes of its message; their ids."""
    ids = {}
    for key, edition in prepared.editions.items():
        octets = template(_counting(db, settings, issue_id, edition), prepared.merged, now)
        digest = hashlib.sha256(octets).hexdigest()
        language, sections = key
        calendars = {p.id: p.ics for p in prepared.pieces[language] if p.ics}
        files = calendars if sections == ALL else {}
        ids[key] = issues.add_edition(db, issue_id, edition, octets, digest, sections, files)
    return ids


def _record(
    db: Database,
    issue_id: int,
    actor: Actor | None,
    now: datetime,
    *,
    deliveries: int,
    where: str,
    version: int,
) -> None:
    by = {"by": actor.name, "command": actor.command} if actor else {}
    more = {"where": where} if where else {}
    later = {"version": version} if version > 1 else {}
    detail = {"deliveries": deliveries, **by, **more, **later}
    audit_log.record(db, now, "issue.queued", issue_id=issue_id, detail=detail)


def _check_review(db: Database, settings: Settings, draft: Draft) -> Sequence[str]:
    """Who approved exactly this; raises `Incomplete` or `AwaitingApproval`, as described in `queue`."""
    month = draft.month
    if thin := below_coverage(draft.issue, settings):
        raise Incomplete(f"{month}: {'; '.join(thin)}: `alerts article translate ID LANG`")
    check_signed(db, draft.issue, settings.alert.languages)
    stored = issues.get(db, month)
    standing = approvals.valid_approvals(db, stored.id) if stored else ()
    names = [approval.name for approval in standing if approval.content_hash == draft.content_hash]
    if settings.alert.review == "required" and len(names) < settings.alert.approvals:
        raise AwaitingApproval(
            f"{month}: waits for approval ({len(names)} of {settings.alert.approvals}): look at"
            f" the preview, then `alerts issue approve {month.option}`"
        )
    return names


def _owed(
    issue: Issue, settings: Settings, audiences: Iterable[Audience], ids: Mapping[EditionKey, int]
) -> tuple[dict[Audience, int], frozenset[Audience]]:
    """The edition of each audience, and the audiences for whom the issue has nothing.

    Audiences without an edition of their sections get the edition with all.
    """
    edition_of, unwanted = {}, set()
    for audience in audiences:
        language = edition_language(audience.language, settings)
        part = selected(issue, audience.sections)
        key = (language, keys_of(part, issue))
        edition_of[audience] = ids.get(key, ids[language, ALL])
        if part.empty:
            unwanted.add(audience)
    return edition_of, frozenset(unwanted)


def _counting(db: Database, settings: Settings, issue_id: int, edition: Edition) -> Edition:
    """An edition as it is mailed, with counting as set in `[privacy]`; it is stored without."""
    if not (settings.privacy.count_clicks or settings.privacy.count_opens):
        return edition
    numbers = clicks.numbers(db, issue_id, edition.language)
    key, base = signing_keys.newest(db), settings.web.public_url

    def address(path: str, purpose: tokens.Purpose, number: int) -> str:
        return f"{base}/{path}/{tokens.sign(*key, purpose, number)}"

    privacy = settings.privacy
    link = partial(address, "r", tokens.Purpose.CLICK) if privacy.count_clicks else None
    opens = privacy.count_opens and bool(numbers)
    picture = address("o", tokens.Purpose.OPEN, min(numbers.values())) if opens else ""
    return counting(edition, numbers, link, picture)


def _content(issue: Issue) -> dict[str, Any]:
    """The content of the issue to store: its sections and the ids of their articles."""
    return {
        "month": str(issue.month),
        "sections": [
            {"key": section.key, "articles": [article.id for article in section.articles]}
            for section in issue.sections
        ],
        "profiles": {slug: asdict(profile) for slug, profile in sorted(issue.profiles.items())},
        "letters": dict(sorted(issue.introductions.items())),
        "faces": {tag: asdict(face) for tag, face in sorted(issue.faces.items())},
    }
