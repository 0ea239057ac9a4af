"""An editor says that two articles are one story, or that they are two.

Guarantees that a decision and its event are one transaction, and that no collection overrules it.
What a collection joins by itself is in `sources/`.
"""

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.errors import UsageError
from alerts.domain.issue import Actor
from alerts.domain.languages import same_language
from alerts.issue import editing
from alerts.store import articles, duplicates, issues, stories, transaction
from alerts.store.articles import StoredArticle
from alerts.store.split import split
from alerts.store.stories import Member

SAME_AS = "same_as"  # the field of an act that joined two articles


def join(db: Database, article_id: str, other: str, actor: Actor, now: datetime) -> None:
    """Mark `article_id` as a duplicate of `other`, or as its translation if it is in another language.

    With an article of a past issue, it is that story again: it is left out. Raises `UsageError` where it
    is the same article.
    """
    if article_id == other:
        raise UsageError(f"{article_id}: an article cannot be a duplicate of itself")
    with transaction(db):
        before, first = articles.get(db, article_id), articles.get(db, other)
        editing.check_open(db, before.month)
        title = before.article.title
        detail: dict[str, Any] = {"article": article_id, "title": title, "same_as": other}
        if first.month in issues.frozen_months(db):
            stories.unite(db, article_id, other)
            editing.change_inside(db, article_id, "excluded", {"excluded": True}, actor, now)
        else:
            alone = before.month == first.month and _alone(db, article_id)
            join_inside(db, before, first, now)
            if alone:  # else more than that is changed, and one click cannot take it back
                detail["changes"] = {SAME_AS: [None, duplicates.primary_of(db, article_id)]}
        editing.record(db, before.month, "article.joined", detail, actor, now)


def join_inside(db: Database, one: StoredArticle, first: StoredArticle, now: datetime) -> None:
    """The same in a transaction of the caller, without an event."""
    mine, theirs = one.article.language, first.article.language
    duplicates.join(
        db,
        one.article.id,
        first.article.id,
        now,
        by_editor=True,
        language="" if same_language(mine, theirs) else mine,
        reason="an editor joined them",
    )


def _alone(db: Database, article_id: str) -> bool:
    """Whether an article is joined with no other."""
    return not duplicates.of(db, article_id) and duplicates.primary_of(db, article_id) is None


def part(
    db: Database, article_id: str, actor: Actor, now: datetime, other: str | None = None
) -> str:
    """Make an article a separate one, permanently; with `other`, another story than that one only.

    An article that is joined with no other, but was updated at another address, becomes two: returns
    the id of the new one, else "".
    """
    new = ""
    with transaction(db):
        before = articles.get(db, article_id)
        editing.check_open(db, before.month)
        detail = {"article": article_id, "title": before.article.title}
        if other is None:
            again = _left_out(db, article_id)
            new = _split(db, article_id, now)
            detail |= {"new": new} if new else {}
            duplicates.part(db, article_id, now)
            if again:
                editing.change_inside(db, article_id, "included", {"excluded": False}, actor, now)
        else:
            _part_from(db, article_id, other, now)
            detail |= {"other": other}
        editing.record(db, before.month, "article.parted", detail, actor, now)
    return new


def _split(db: Database, article_id: str, now: datetime) -> str:
    """Two articles of one that its source has updated at another address, if it is joined with no other
    and was never parted; returns the id of the new one, or ""."""
    story = stories.of_story(db, article_id)
    if len(story) > 1 or story[0].settled:
        return ""
    new = split(db, article_id, now)
    if new:
        duplicates.part(db, new, now)
        stories.settle_apart(db, article_id, new, now)
    return new


def _left_out(db: Database, article_id: str) -> bool:
    """Whether an article is left out because a past issue had its story."""
    story = stories.of_story(db, article_id)
    (mine,) = (one for one in story if one.id == article_id)
    return mine.article.excluded and any(one.closed for one in story)


def _part_from(db: Database, article_id: str, other: str, now: datetime) -> None:
    if article_id == other:
        raise UsageError(f"{article_id}: name two articles")
    together = {one.id for one in stories.of_story(db, article_id)}
    if other in together:
        depends = other in duplicates.of(db, article_id)
        duplicates.part(db, other if depends else article_id, now)
    stories.settle_apart(db, article_id, other, now)


def story(db: Database, article_id: str) -> tuple[Member, ...]:
    """The other articles of the story of that article, over all issues."""
    return tuple(one for one in stories.of_story(db, article_id) if one.id != article_id)
