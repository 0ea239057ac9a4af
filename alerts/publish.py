"""Publishing: the month's articles become an issue, its editions, and the outbox.

Until an issue is queued it is composed anew from the articles at each look; queueing freezes it: its
content, its editions, the bytes of its messages and the list of those it is owed to, in one
transaction. Queueing a month twice changes nothing. Sends nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlite_utils import Database

from alerts import tokens
from alerts.archive import Piece
from alerts.archive.counted import counting
from alerts.archive.event import Maker
from alerts.compose import chain, compose, localised
from alerts.errors import AwaitingApproval, Incomplete, TryLater
from alerts.keyring import Keyring
from alerts.message import Frame, template
from alerts.model import Actor, Edition, Issue, IssueState, Month
from alerts.render import render_edition
from alerts.render.gate import clean, link
from alerts.render.view import LONGEST_TEXT, LONGEST_TITLE
from alerts.review import below_coverage, content_hash
from alerts.selection import ALL, Keys, selected
from alerts.selection import keys as keys_of
from alerts.sentences import shorten
from alerts.settings import Settings
from alerts.store import (
    approvals,
    archive,
    articles,
    counts,
    events,
    home,
    issues,
    letters,
    outbox,
    profiles,
    secrets,
    transaction,
)
from alerts.store.outbox import Audience

MOST_PARTS = 60  # editions of some sections only; whoever is beyond gets all sections
EditionKey = tuple[str, Keys]  # language, and sections or ALL


@dataclass(frozen=True, slots=True)
class Queued:
    """What queueing did: `already` where it had been done before; an empty month queues nothing.

    `held` are those that another copy of the database may have sent.
    """

    month: Month
    articles: int
    deliveries: int
    already: bool = False
    held: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """The month's issue as it stood at one look: composed, and rendered once for all that is asked of it.

    `content_hash` is what an approval of it signs. The articles may have changed since: whoever writes
    by it composes again inside the transaction, and compares.
    """

    month: Month
    issue: Issue
    editions: tuple[Edition, ...]
    content_hash: str


def composed(db: Database, settings: Settings, month: Month) -> Issue:
    """The month's issue, composed from its articles as they stand now.

    The articles of a frozen month can no longer be changed, so this is what was frozen, too.
    """
    found = articles.of_month(db, month)
    known = profiles.all_profiles(db)
    return compose(month, found, known, settings.alert, letters.of_month(db, month))


def editions(db: Database, settings: Settings, month: Month) -> tuple[Edition, ...]:
    """One edition a language: as frozen, or rendered now; none for an empty month."""
    stored = issues.get(db, month)
    if stored is not None and stored.frozen:
        return issues.editions(db, stored.id)
    return _rendered(composed(db, settings, month), settings)


def drafted(db: Database, settings: Settings, month: Month) -> Draft:
    """A look at the month's issue: as frozen, or as its articles are now."""
    issue = composed(db, settings, month)
    stored = issues.get(db, month)
    frozen = stored is not None and stored.frozen
    made = issues.editions(db, stored.id) if stored and frozen else _rendered(issue, settings)
    return Draft(month, issue, made, content_hash(made, Frame.of(settings, month), issue))


def _rendered(issue: Issue, settings: Settings) -> tuple[Edition, ...]:
    if not issue.articles:
        return ()
    return tuple(render_edition(issue, language, settings) for language in settings.alert.languages)


def state(db: Database, month: Month) -> IssueState:
    """How far the month's issue is; `draft` before anything was said about it."""
    stored = issues.get(db, month)
    return stored.state if stored else IssueState.DRAFT


def queue(
    db: Database,
    settings: Settings,
    month: Month,
    now: datetime,
    actor: Actor | None = None,
    draft: Draft | None = None,
) -> Queued:
    """Freeze the month's issue and owe it to everyone who is active and not suppressed.

    `draft`: the issue as the caller has looked at it, to spare another rendering. Raises `TryLater`
    where it has changed since, `Incomplete` below alert.min_coverage, and `AwaitingApproval` where review
    is required and too few have approved exactly this content.
    """
    stored = issues.get(db, month)
    if stored is not None and stored.frozen:
        return _already(db, stored)
    draft = draft or drafted(db, settings, month)
    issue = draft.issue
    if not draft.editions:
        return Queued(month, articles=0, deliveries=0)
    _check_review(db, settings, draft)  # before the editions of some sections only are rendered
    frame = Frame.of(settings, month)
    signed = replace(frame, dkim=Keyring.load(settings).signatures(now))
    parts = _parts(issue, settings, outbox.audiences(db))
    whole = {(edition.language, ALL): edition for edition in draft.editions}
    pieces = {e.language: tuple(told(issue, e.language, settings, now)) for e in draft.editions}
    secret_id, _ = secrets.newest(db)
    with transaction(db, own_keys=True):
        stored = issues.get(db, month)
        if stored is not None and stored.frozen:  # another process was faster
            return _already(db, stored)
        if composed(db, settings, month) != issue:  # an editor was at it while we rendered
            raise TryLater(f"{month}: was changed while it was being queued; run it again")
        _check_review(db, settings, draft)
        issue_id = issues.freeze(db, month, _content(issue), signed.to_json(), secret_id, now)
        for language, found in pieces.items():
            archive.add(db, issue_id, language, found)
        ids = {}
        for key, edition in (whole | parts).items():
            mailed = _counting(db, settings, issue_id, edition)
            octets = template(mailed, frame, now)
            digest = hashlib.sha256(octets).hexdigest()
            files = {p.id: p.ics for p in pieces[edition.language] if p.ics} if key in whole else {}
            ids[key] = issues.add_edition(db, issue_id, edition, octets, digest, key[1], files)
        edition_of, unwanted = _owed(issue, settings, outbox.audiences(db), ids)
        deliveries = outbox.fill(db, issue_id, edition_of, now, unwanted)
        by = {"by": actor.name, "command": actor.command} if actor else {}
        detail = {"deliveries": deliveries, **by}
        events.record(db, now, "issue.queued", issue_id=issue_id, detail=detail)
        here = home.get(db)
        unsure = here is not None and str(month) <= here.unsure_through
        held = home.hold(db, str(month), now) if unsure else 0
    return Queued(month, len(issue.articles), deliveries, held=held)


def _check_review(db: Database, settings: Settings, draft: Draft) -> None:
    """Raises `Incomplete` and `AwaitingApproval` as `queue` says."""
    month = draft.month
    if thin := below_coverage(draft.issue, settings):
        raise Incomplete(f"{month}: {'; '.join(thin)}: `alerts article translate ID LANG`")
    if settings.alert.review != "required":
        return
    stored = issues.get(db, month)
    standing = approvals.standing(db, stored.id) if stored else ()
    names = [approval.name for approval in standing if approval.content_hash == draft.content_hash]
    if len(names) < settings.alert.approvals:
        raise AwaitingApproval(
            f"{month}: waits for approval ({len(names)} of {settings.alert.approvals}): look at"
            f" the preview, then `alerts issue approve --month {month}`"
        )


def _parts(
    issue: Issue, settings: Settings, audiences: Iterable[Audience]
) -> dict[EditionKey, Edition]:
    """The editions of what those read who want some sections only; the largest audiences first."""
    made: dict[EditionKey, Edition] = {}
    for audience in audiences:
        part = selected(issue, audience.sections)
        key = (edition_language(audience.language, settings), keys_of(part, issue))
        if part is issue or not part.articles or key in made or len(made) >= MOST_PARTS:
            continue
        made[key] = render_edition(part, key[0], settings)
    return made


def _owed(
    issue: Issue, settings: Settings, audiences: Iterable[Audience], ids: Mapping[EditionKey, int]
) -> tuple[dict[Audience, int], frozenset[Audience]]:
    """The edition of each audience, and the audiences to whom the issue has nothing to say.

    Where there is none of just their sections, they get the one of all.
    """
    edition_of, unwanted = {}, set()
    for audience in audiences:
        language = edition_language(audience.language, settings)
        part = selected(issue, audience.sections)
        key = (language, keys_of(part, issue))
        edition_of[audience] = ids.get(key, ids[language, ALL])
        if not part.articles:
            unwanted.add(audience)
    return edition_of, frozenset(unwanted)


def _counting(db: Database, settings: Settings, issue_id: int, edition: Edition) -> Edition:
    """An edition as it is mailed: its copies count what `[privacy]` says. It is kept without."""
    if not (settings.privacy.count_clicks or settings.privacy.count_opens):
        return edition
    rows = counts.rows(db, issue_id, edition.language)
    key, base = secrets.newest(db), settings.web.base_url.rstrip("/")

    def address(path: str, purpose: tokens.Purpose, row: int) -> str:
        return f"{base}/{path}/{tokens.sign(*key, purpose, row)}"

    privacy = settings.privacy
    link = partial(address, "r", tokens.Purpose.CLICK) if privacy.count_clicks else None
    opens = privacy.count_opens and bool(rows)
    picture = address("o", tokens.Purpose.OPEN, min(rows.values())) if opens else ""
    return counting(edition, rows, link, picture)


def told(issue: Issue, language: str, settings: Settings, now: datetime) -> Iterator[Piece]:
    """The articles in the words of one edition, those included for which the e-mail has no room;
    events with their files, made `now`."""
    understood, maker = chain(language, settings.alert), Maker.of(settings, now)
    for article in issue.articles:
        words = localised(article, understood)
        piece = Piece(
            article.id,
            link(article.url),
            link(article.image.url) if article.image else "",
            clean(shorten(words.title, LONGEST_TITLE)),
            words.title_language,
            clean(shorten(words.summary, LONGEST_TEXT)),
            words.summary_language,
        )
        yield replace(piece, ics=maker.file(piece, article.event)) if article.event else piece


def edition_language(language: str, settings: Settings) -> str:
    """The edition that a reader of `language` gets: their own, its parent, their fallback, the default."""
    made = settings.alert.languages
    base = language.partition("-")[0]
    fallback = settings.alert.fallback.get(language, settings.alert.fallback.get(base, ()))
    wished = (language, base, *fallback, *(tag for tag in made if tag.partition("-")[0] == base))
    return next((tag for tag in wished if tag in made), settings.default_language)


def _already(db: Database, stored: issues.StoredIssue) -> Queued:
    deliveries = sum(outbox.counts(db, stored.month).values())
    content = stored.content or {}
    shown = sum(len(section["articles"]) for section in content.get("sections", ()))
    return Queued(stored.month, shown, deliveries, already=True)


def _content(issue: Issue) -> dict[str, Any]:
    """What the issue held, for the record: its sections and the ids of their articles."""
    return {
        "month": str(issue.month),
        "sections": [
            {"key": section.key, "articles": [article.id for article in section.articles]}
            for section in issue.sections
        ],
        "profiles": {slug: asdict(profile) for slug, profile in sorted(issue.profiles.items())},
        "letters": dict(sorted(issue.letters.items())),
    }
