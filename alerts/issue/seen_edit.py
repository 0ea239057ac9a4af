"""Edits by people who may work on the same text at once: each says what they saw before they changed it.

Guarantees that no words are lost: where somebody has changed a text since it was seen, nothing is written,
and the caller gets both texts. What was not changed is not written, whatever others did to it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.article import Article, Translation
from alerts.domain.issue import Actor, Face
from alerts.domain.month import Month
from alerts.issue import editing
from alerts.issue.compose import section_of
from alerts.issue.one_act import one_act
from alerts.store import articles, faces, introductions, transaction
from alerts.store.article_fields import image_fields

INTRODUCTION = "introduction"
ARTICLE_TEXTS = ("title", "summary")


@dataclass(frozen=True, slots=True)
class EditConflict:
    """A text that somebody else has changed: what it is now, and what was to be written."""

    name: str
    now: str
    wanted: str


def write_article(
    db: Database,
    article_id: str,
    language: str,
    texts: Mapping[str, str],
    seen: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> tuple[EditConflict, ...]:
    """Write title and summary of an article in a language, both or none; returns the conflicts."""
    with transaction(db):
        kept = articles.get(db, article_id)
        editing.check_open(db, kept.month)
        present = article_texts(kept.article, language)
        changes, conflicts = _compared(present, texts, seen)
        if conflicts or not changes:
            return conflicts
        own = language == kept.article.language
        said: dict[str, Any] = dict(changes) if own else {"translations": {language: changes}}
        done = "edited" if own else "translated"
        editing.change_inside(db, article_id, done, said, actor, now)
        return ()


def write_place(
    db: Database,
    article_id: str,
    wanted: Mapping[str, str],
    seen: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> tuple[EditConflict, ...]:
    """Write the `section` and `layout` of an article, both or none; returns the conflicts."""
    with transaction(db):
        kept = articles.get(db, article_id)
        editing.check_open(db, kept.month)
        present = {"section": section_of(kept.article), "layout": kept.article.layout}
        changes, conflicts = _compared(present, wanted, seen)
        if conflicts or not changes:
            return conflicts
        actor = one_act(db, actor)
        if "layout" in changes:
            told = {"layout": changes["layout"]}
            editing.change_inside(db, article_id, "edited", told, actor, now)
        if "section" in changes:
            told_section = editing.into_section(changes["section"])
            editing.change_inside(db, article_id, "moved", told_section, actor, now)
        return ()


def write_picture(
    db: Database,
    article_id: str,
    image: Mapping[str, str] | None,
    seen: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> tuple[EditConflict, ...]:
    """Give an article this picture, or none; `seen` are the `url` and `alt` that the person saw. Returns
    the conflicts: the description first, then the address."""
    with transaction(db):
        kept = articles.get(db, article_id)
        editing.check_open(db, kept.month)
        there = kept.article.image
        present = {"alt": there.alt if there else "", "url": there.url if there else ""}
        wanted = {name: image.get(name, "") if image else "" for name in present}
        changes, _ = _compared(present, wanted, present)
        conflicts = tuple(
            EditConflict(name, present[name], wanted[name])
            for name in present
            if changes and present[name] not in (seen.get(name, ""), wanted[name])
        )
        if conflicts or not changes:
            return conflicts
        same = there is not None and there.url == wanted["url"]
        focus = image_fields(there) if there and same else {}
        new = {**focus, **image} if image else None
        editing.change_inside(db, article_id, "edited", {"image": new}, actor, now)
        return ()


def article_texts(article: Article, language: str) -> Mapping[str, str]:
    """Title and summary of an article in exactly that language; empty where there is none."""
    if language == article.language:
        return {"title": article.title, "summary": article.summary}
    said = article.translations.get(language, Translation())
    return {"title": said.title, "summary": said.summary}


def write_opening(
    db: Database,
    month: Month,
    language: str,
    texts: Mapping[str, str],
    seen: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> tuple[EditConflict, ...]:
    """Write what an issue opens with in a language, all or none: the fields of its `Face`, and the
    `introduction`; returns the conflicts."""
    with transaction(db):
        editing.check_open(db, month)
        changes, conflicts = _compared(opening_texts(db, month, language), texts, seen)
        if conflicts or not changes:
            return conflicts
        actor = one_act(db, actor)
        if (words := changes.pop(INTRODUCTION, None)) is not None:
            editing.write_introduction_inside(db, month, language, words, actor, now)
        if changes:
            editing.write_face_inside(db, month, language, changes, actor, now)
        return ()


def opening_texts(db: Database, month: Month, language: str) -> Mapping[str, str]:
    """What the issue opens with in a language, as editors wrote it."""
    face = faces.of_month(db, month).get(language, Face())
    words = introductions.of_month(db, month).get(language, "")
    return {**asdict(face), INTRODUCTION: words}


def _compared(
    present: Mapping[str, str], texts: Mapping[str, str], seen: Mapping[str, str]
) -> tuple[dict[str, str], tuple[EditConflict, ...]]:
    """What is to be written, and what others have changed since it was seen."""
    wanted = {name: text for name, text in texts.items() if text != seen.get(name, "")}
    conflicts = tuple(
        EditConflict(name, present[name], text)
        for name, text in wanted.items()
        if present[name] not in (seen.get(name, ""), text)
    )
    return {name: text for name, text in wanted.items() if text != present[name]}, conflicts
