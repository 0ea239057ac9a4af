"""What was done to the month lately, and taking it back."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from starlette.responses import RedirectResponse, Response

from alerts.domain.errors import AlertsError, UsageError
from alerts.domain.person import Person
from alerts.editions.catalogue import later
from alerts.issue.undo import EditorAct, FieldChange
from alerts.web.desk.fields import field_name, field_value
from alerts.web.desk.month import month_asked
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.request import PostResult

_KINDS = {
    "article.added": later("added a story"),
    "article.edited": later("edited"),
    "article.translated": later("translated"),
    "article.excluded": later("left out"),
    "article.included": later("put in"),
    "article.featured": later("featured"),
    "article.unfeatured": later("does not come first any more"),
    "article.moved": later("moved"),
    "article.taken": later("took the source’s text"),
    "article.joined": later("joined with another story"),
    "article.undone": later("undid something"),
    "face.written": later("wrote words of the issue"),
    "letter.written": later("wrote the introduction"),
    "letter.removed": later("removed the introduction"),
}
_OTHER = later("changed")
_OF_ARTICLE = ("title", "summary")


def show(
    desk: DeskVisit, status: int = 200, wrong: str = "", clash: EditorAct | None = None
) -> Response:
    """The page. `clash` is an act that was not undone, as somebody has changed its fields since."""
    month = month_asked(desk)
    catalogue, zone = desk.catalogue, desk.visit.site.settings.zone
    frozen = not desk.project.desk.is_open(month)
    return desk.page(
        "changes.html",
        status,
        month=month,
        month_name=catalogue.month(month),
        acts=[
            (one, catalogue.moment(one.at, zone), catalogue.say(_KINDS.get(one.kind, _OTHER)), rows)
            for one in desk.project.changes.list(month)
            if (rows := list(_rows(desk, one)))
        ],
        may_undo=lambda act: not frozen and act.can_undo and may_undo(desk, act),
        clash=clash,
        clash_rows=list(_rows(desk, clash)) if clash else (),
        wrong=wrong,
        failed=bool(wrong or clash),
    )


def _rows(desk: DeskVisit, act: EditorAct) -> Iterator[dict[str, Any]]:
    """The fields of an act in words; places within a section only once."""
    placed = False
    for one in act.changes:
        if one.name == "position":
            if placed:
                continue
            placed = len(act.changes) > 1
        yield {
            "story": one.title,
            "id": one.article_id,
            "name": field_name(desk, one.name, one.language),
            "before": field_value(desk, one.name, one.before),
            "after": field_value(desk, one.name, one.after),
            "now": field_value(desk, one.name, one.now),
            "stands": one.stands,
            "had": one.before not in (None, "") or one.name in ("featured", "excluded"),
        }


def may_undo(desk: DeskVisit, act: EditorAct) -> bool:
    """Whether the person may write all that the act wrote."""
    return desk.person.edits or all(_translates(desk, one) for one in act.changes)


def _translates(desk: DeskVisit, change: FieldChange) -> bool:
    person: Person = desk.person
    if change.name.startswith("translations."):
        return person.translates(change.name.split(".")[1])
    if not change.article_id:
        return person.translates(change.language)
    article = desk.project.articles.find(change.article_id).article
    return change.name in _OF_ARTICLE and person.translates(article.language)


def undo(desk: DeskVisit) -> PostResult:
    """Undo an act."""
    number = desk.field("act")
    known = number.isascii() and number.isdigit() and len(number) < 16
    act = desk.project.changes.find(int(number)) if known else None
    if act is None:
        raise UsageError("there is no such change")
    if not may_undo(desk, act):
        return desk.refused(lambda d: d.page("forbidden.html", 403))
    try:
        done = desk.project.changes.undo(act.id)
    except AlertsError as fault:
        return desk.refused(partial(show, status=422, wrong=str(fault)))
    if done is None or done.changed:
        return desk.refused(partial(show, status=409, clash=act))
    note = desk.said(later("Undone."))
    query = {"month": str(done.month), "note": note, **desk.undo_of(done.month)}
    if desk.field("from") == "list":
        return PostResult(RedirectResponse(desk.address("/changes", **query), 303))
    ids = {one.article_id for one in act.changes}
    if ids == {""}:
        return PostResult(RedirectResponse(desk.address("/words", **query), 303))
    place = f"#story-{act.changes[0].article_id}"
    return PostResult(RedirectResponse(desk.address("", **query) + place, 303))


PAGES = (desk_page("/changes", show), desk_page("/changes/undo", post=undo))
