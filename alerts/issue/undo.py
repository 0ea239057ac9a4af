"""What editors did to an issue, from the log of its events, and taking an act back.

Guarantees: an act is undone whole or not at all, and never over what somebody has written since. Where the
source said what there was before, the editor's change is removed, so the source is followed again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.issue import Actor, Face
from alerts.domain.month import Month
from alerts.issue import editing
from alerts.issue.duplicates import SAME_AS, join_inside
from alerts.issue.one_act import one_act
from alerts.issue.seen_edit import INTRODUCTION
from alerts.store import (
    articles,
    audit_log,
    duplicates,
    faces,
    introductions,
    issues,
    moment,
    transaction,
)
from alerts.store.article_fields import flat
from alerts.store.audit_log import LoggedEvent

_FLAGS = ("featured", "excluded")
_OF_OPENING = ("face.written", "letter.written", "letter.removed")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that an act changed. `article_id` and `title` name its article; without one it is a text of
    the issue in `language`. `now` is what it is today."""

    article_id: str
    title: str
    language: str
    name: str
    before: Any
    after: Any
    now: Any

    @property
    def stands(self) -> bool:
        """Whether the field still has the value that the act gave it."""
        return _same(self.now, self.after)


@dataclass(frozen=True, slots=True)
class EditorAct:
    """What somebody did, by one click or command. `kind` is that of its first event."""

    id: int
    at: datetime
    by: str
    kind: str
    changes: tuple[FieldChange, ...]

    @property
    def can_undo(self) -> bool:
        """Whether all of it is as the act left it."""
        return bool(self.changes) and all(one.stands for one in self.changes)

    @property
    def undone(self) -> bool:
        """Whether all of it is as it was before."""
        return bool(self.changes) and all(_same(one.now, one.before) for one in self.changes)


def acts(db: Database, month: Month, most: int) -> tuple[EditorAct, ...]:
    """What editors did to the issue of a month, the newest first."""
    stored = issues.get(db, month)
    if stored is None:
        return ()
    return _acts(db, month, audit_log.recent(db, stored.id, most))


def act_of(db: Database, act_id: int) -> tuple[Month, EditorAct] | None:
    """The act of that id and the month of its issue; None where there is none that changed a field."""
    issue_id = audit_log.issue_of(db, act_id)
    if issue_id is None:
        return None
    month = issues.by_id(db, issue_id).month
    found = _acts(db, month, audit_log.of_act(db, issue_id, act_id))
    return next(((month, one) for one in found if one.changes), None)


def undo(db: Database, act_id: int, actor: Actor, now: datetime) -> tuple[FieldChange, ...] | None:
    """Undo an act, as an act of its own; returns the fields that are not as it left them, and then nothing
    was undone. None where there is no such act. Raises `UsageError` for a month that is queued or sent."""
    with transaction(db):
        found = act_of(db, act_id)
        if found is None:
            return None
        month, act = found
        editing.check_open(db, month)
        changed = tuple(one for one in act.changes if not one.stands)
        if changed:
            return changed
        actor = one_act(db, actor)
        by_article: dict[str, list[FieldChange]] = {}
        for one in act.changes:
            by_article.setdefault(one.article_id, []).append(one)
        for article_id, changes in by_article.items():
            if changes[0].name == SAME_AS:
                _undo_join(db, changes[0], act_id, actor, now)
            elif article_id:
                _undo_article(db, article_id, changes, act_id, actor, now)
            else:
                _undo_opening(db, month, changes, actor, now)
        return ()


def _undo_article(
    db: Database,
    article_id: str,
    changes: Iterable[FieldChange],
    act_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    before = articles.get(db, article_id)
    said, edits = articles.said(db, article_id), dict[str, Any]()
    followed = [one.name for one in changes if _same(said.get(one.name), one.before)]
    for one in changes:
        if one.name not in followed:
            _set(edits, one.name, one.before)
    if edits:
        articles.edit(db, article_id, edits, now)
    if followed:
        articles.take_source(db, article_id, followed, now)
    told = {one.name: [one.now, one.before] for one in changes}
    detail = {
        "article": article_id,
        "title": before.article.title,
        "changes": told,
        "undoes": act_id,
    }
    editing.record(db, before.month, "article.undone", detail, actor, now)


def _undo_join(db: Database, change: FieldChange, act_id: int, actor: Actor, now: datetime) -> None:
    """Make two stories of one, for good; or join them again where that was undone."""
    before = articles.get(db, change.article_id)
    if change.before:
        join_inside(db, before, articles.get(db, change.before), now)
    else:
        duplicates.part(db, change.article_id, now)
    detail = {
        "article": change.article_id,
        "title": before.article.title,
        "changes": {SAME_AS: [change.now, change.before]},
        "undoes": act_id,
    }
    editing.record(db, before.month, "article.undone", detail, actor, now)


def _set(edits: dict[str, Any], name: str, value: Any) -> None:
    """Put a flat field, such as `translations.es.title`, where an edit has it."""
    if name.startswith("translations."):
        _, language, field = name.split(".", 2)
        edits.setdefault("translations", {}).setdefault(language, {})[field] = value or ""
    else:
        edits[name] = bool(value) if name in _FLAGS else value


def _undo_opening(
    db: Database, month: Month, changes: Iterable[FieldChange], actor: Actor, now: datetime
) -> None:
    texts: dict[str, dict[str, str]] = {}
    for one in changes:
        if one.name == INTRODUCTION:
            text = one.before or ""
            editing.write_introduction_inside(db, month, one.language, text, actor, now)
        else:
            texts.setdefault(one.language, {})[one.name] = one.before or ""
    for language, face in texts.items():
        editing.write_face_inside(db, month, language, face, actor, now, again=True)


def _acts(db: Database, month: Month, events: Iterable[LoggedEvent]) -> tuple[EditorAct, ...]:
    """The acts that these events are, the newest first; those of one act are told together."""
    groups: dict[tuple[str, int], list[LoggedEvent]] = {}
    for event in sorted(events, key=lambda one: one.id):
        if _changes(event):
            act = event.detail.get("act")
            groups.setdefault(("act", act) if act else ("event", event.id), []).append(event)
    present = _Present(db, month)
    found = [_act(present, group) for group in groups.values()]
    return tuple(sorted(found, key=lambda one: one.id, reverse=True))


def _act(present: "_Present", events: list[LoggedEvent]) -> EditorAct:
    first = events[0]
    changes: dict[tuple[str, str, str], FieldChange] = {}
    for event in events:
        for name, (before, after) in _changes(event).items():
            article_id, language = event.detail.get("article", ""), event.detail.get("language", "")
            known = changes.get((article_id, language, name))
            changes[article_id, language, name] = FieldChange(
                article_id,
                event.detail.get("title", ""),
                language,
                name,
                known.before if known else before,
                after,
                present.value(article_id, language, name),
            )
    made = tuple(one for one in changes.values() if not _same(one.before, one.after))
    return EditorAct(first.id, moment(first.at), first.detail.get("by", ""), first.kind, made)


def _changes(event: LoggedEvent) -> Mapping[str, tuple[Any, Any]]:
    """The fields of an event with their values before and after it; none of what is no change by hand."""
    if event.kind == "article.added":
        return {"excluded": (True, None)}
    told = event.detail.get("changes")
    if not isinstance(told, dict):
        return {}
    if event.kind in _OF_OPENING:
        return {INTRODUCTION if n == "letter" else n: (a, b) for n, (a, b) in told.items()}
    if not event.kind.startswith("article."):
        return {}
    return {name: (before, after) for name, (before, after) in told.items()}


class _Present:
    """The values of today, each article read once."""

    def __init__(self, db: Database, month: Month) -> None:
        self._db = db
        self._articles = {
            kept.article.id: flat(kept.article) for kept in articles.kept_of_month(db, month)
        }
        self._faces = faces.of_month(db, month)
        self._introductions = introductions.of_month(db, month)

    def value(self, article_id: str, language: str, name: str) -> Any:
        if name == SAME_AS:
            return duplicates.primary_of(self._db, article_id)
        if article_id:
            if article_id not in self._articles:
                self._articles[article_id] = flat(articles.get(self._db, article_id).article)
            return self._articles[article_id].get(name)
        if name == INTRODUCTION:
            return self._introductions.get(language, "")
        return asdict(self._faces.get(language, Face())).get(name)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same; an empty one is like none."""
    return (one or None) == (other or None)
