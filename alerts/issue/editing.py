"""Edits the articles and introductions of a month, with an event for each change.

Guarantees that an edit and its event are one transaction, and that a month whose issue is queued or
sent is refused. Does not depend on the command line; the actor names the person and the command.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.article import FEATURED, Article, Profile
from alerts.domain.errors import Conflict, UsageError
from alerts.domain.issue import Actor, Face
from alerts.domain.month import Month
from alerts.issue.compose import arranged, section_of
from alerts.issue.load import composed
from alerts.issue.one_act import one_act
from alerts.issue.order import order_mark
from alerts.store import (
    articles,
    audit_log,
    faces,
    introductions,
    issues,
    machine_texts,
    profiles,
    quarantine,
    transaction,
)
from alerts.store.article_fields import flat


def add(
    db: Database, url: str, edits: Mapping[str, Any], month: Month, actor: Actor, now: datetime
) -> Article | None:
    """Add an article by hand; None, and no change, if its page is known already."""
    with transaction(db):
        check_open(db, month)
        return add_inside(db, url, edits, month, actor, now)


def change(
    db: Database,
    article_id: str,
    done: str,
    changes: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """Apply an editor's `changes` to an article; `done` names the event, such as “translated”."""
    with transaction(db):
        check_open(db, articles.get(db, article_id).month)
        change_inside(db, article_id, done, changes, actor, now)


def move(
    db: Database,
    settings: Settings,
    article_id: str,
    actor: Actor,
    now: datetime,
    *,
    section: str | None = None,
    position: int | None = None,
    to: Month | None = None,
    seen: str = "",
) -> None:
    """Put an article into another section, to a place in its section (from 1), or into a month.

    Raises `Conflict` where the stories are not in the order that the person has `seen` (`order_mark`).
    """
    with transaction(db):
        actor, before = one_act(db, actor), articles.get(db, article_id)
        for month in {before.month, to or before.month}:
            check_open(db, month)
        if seen and seen != order_mark(composed(db, settings, before.month)):
            raise Conflict(f"{before.month}: its stories are in another order by now")
        if to and to != before.month:
            articles.move(db, article_id, to, now)
            detail = {"article": article_id, "title": before.article.title, "to": str(to)}
            for month in (before.month, to):
                record(db, month, "article.moved", detail, actor, now)
        if section:
            change_inside(db, article_id, "moved", into_section(section), actor, now)
        if position:
            kept = articles.get(db, article_id)
            others = [
                a
                for s in composed(db, settings, kept.month).sections
                if s.key == section_of(kept.article)
                for a in s.articles
                if a.id != article_id
            ]
            place = min(position, len(others) + 1)
            others.insert(place - 1, kept.article)
            arrange(db, others, actor, now, pinned=place)


def write_introduction(
    db: Database, month: Month, language: str, text: str, actor: Actor, now: datetime
) -> None:
    """Store the month's introduction in one language; an empty text removes it."""
    with transaction(db):
        check_open(db, month)
        write_introduction_inside(db, month, language, text, actor, now)


def write_face(
    db: Database,
    month: Month,
    language: str,
    texts: Mapping[str, str],
    actor: Actor,
    now: datetime,
    *,
    again: bool = False,
) -> None:
    """Store texts of the month's face in one language, by field; an empty one removes it.

    Raises `UsageError` for a subject that an issue of the last or next twelve months has, unless
    `again`.
    """
    with transaction(db):
        check_open(db, month)
        write_face_inside(db, month, language, texts, actor, now, again=again)


def keep_profile(
    db: Database, slug: str, new: Profile | None, actor: Actor, now: datetime
) -> tuple[Month, ...]:
    """Store or remove a profile; returns the months whose issues change with it."""
    with transaction(db):
        old = profiles.all_profiles(db).get(slug)
        if new is None:
            profiles.remove(db, slug)
        else:
            profiles.put(db, new)
        months = articles.open_months_of_profile(db, slug)
        before, after = ({} if p is None else asdict(p) for p in (old, new))
        changes = {
            name: [before.get(name), after.get(name)]
            for name in sorted({*before, *after})
            if before.get(name) != after.get(name)
        }
        for month in months if changes else ():
            detail = {"profile": slug, "changes": changes}
            record(db, month, "profile.changed", detail, actor, now)
    return months


# --- within a transaction -------------------------------------------------------------------------


def check_open(db: Database, month: Month) -> None:
    """Raise `UsageError` for a month that can no longer be changed."""
    if month in issues.frozen_months(db):
        raise UsageError(
            f"{month} is queued or sent: its articles and introductions can no longer be changed;"
            f" `alerts issue recall {month.option}` stops what has not left and opens it again,"
            f" `alerts issue correct {month.option}` tells those who got it what is right"
        )


def add_inside(
    db: Database, url: str, edits: Mapping[str, Any], month: Month, actor: Actor, now: datetime
) -> Article | None:
    """`add` within an open transaction."""
    new = articles.add(db, url, edits, month, now)
    if new is not None:
        detail = {"article": new.id, "title": new.title, "fields": sorted(edits)}
        record(db, month, "article.added", detail, actor, now)
    return new


def change_inside(
    db: Database,
    article_id: str,
    done: str,
    changes: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """`change` within an open transaction."""
    before = articles.get(db, article_id)
    articles.edit(db, article_id, changes, now)
    machine_texts.sign(db, machine_texts.written_in(article_id, changes))
    if "excluded" in changes:
        quarantine.settle(db, article_id)
    record_change(db, before, done, (), actor, now)


def write_introduction_inside(
    db: Database, month: Month, language: str, text: str, actor: Actor, now: datetime
) -> None:
    """`write_introduction` within an open transaction; the same text again is no change."""
    before = introductions.of_month(db, month).get(language, "")
    if text != before:
        introductions.put(db, issues.begin(db, month, now), language, text, now)
        detail = {"language": language, "changes": {"letter": [before or None, text or None]}}
        record(db, month, "letter.written" if text else "letter.removed", detail, actor, now)


def write_face_inside(
    db: Database,
    month: Month,
    language: str,
    texts: Mapping[str, str],
    actor: Actor,
    now: datetime,
    *,
    again: bool = False,
) -> None:
    """`write_face` within an open transaction; the same texts again are no change."""
    before = faces.of_month(db, month).get(language, Face())
    after = replace(before, **texts)
    if after == before:
        return
    if after.subject and after.subject != before.subject and not again:
        used = faces.month_of_subject(db, after.subject, month)
        if used:
            raise UsageError(
                f"the issue of {used} has this subject, “{after.subject}”: readers would take the new one"
                " for it; write another, or use it all the same: `alerts issue edit --subject … --again`"
            )
    faces.put(db, issues.begin(db, month, now), language, after, now)
    old, new = asdict(before), asdict(after)
    changes = {
        name: [old[name] or None, new[name] or None] for name in old if old[name] != new[name]
    }
    record(db, month, "face.written", {"language": language, "changes": changes}, actor, now)


def arrange(
    db: Database, wanted: Sequence[Article], actor: Actor, now: datetime, *, pinned: int = 0
) -> tuple[str, ...]:
    """Give the articles of one section this order, with fixed positions for the first `pinned`; returns
    those that moved."""
    positions = arranged(wanted, pinned)
    for article_id, position in positions.items():
        change_inside(db, article_id, "moved", {"position": position}, actor, now)
    return tuple(positions)


def into_section(section: str) -> dict[str, Any]:
    """The changes that move an article into a section; outside of “featured” it is not featured."""
    return {"featured": True} if section == FEATURED else {"featured": False, "section": section}


def record(
    db: Database,
    month: Month,
    kind: str,
    detail: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """Append an event to the log of the month's issue: what, when, by whom, from which command."""
    together = {"act": actor.act} if actor.act else {}
    signed = {**detail, **together, "command": actor.command, "by": actor.name}
    audit_log.record(db, now, kind, issue_id=issues.begin(db, month, now), detail=signed)


def record_change(
    db: Database,
    before: articles.StoredArticle,
    done: str,
    names: Iterable[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Record the changes of an article, each field with its old and new value, if there are any."""
    after = articles.get(db, before.article.id).article
    old, new = flat(before.article), flat(after)
    changes = {
        name: [old.get(name), new.get(name)]
        for name in sorted({*old, *new, *names})
        if old.get(name) != new.get(name) or name in names
    }
    if changes:
        detail = {"article": after.id, "title": after.title, "changes": changes}
        record(db, before.month, f"article.{done}", detail, actor, now)
