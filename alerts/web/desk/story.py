"""One story: its words in each language, its place and form, and what its source says now."""

from functools import partial
from typing import Any

from starlette.responses import Response

from alerts.domain.article import STORY_LAYOUTS
from alerts.domain.errors import AlertsError
from alerts.editions.view import Viewer
from alerts.issue.seen_edit import ARTICLE_TEXTS, EditConflict
from alerts.store.articles import StoredArticle
from alerts.web.desk.fields import LAYOUTS, field_name
from alerts.web.desk.month import back, edits, story_of
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.desk.thread import thread
from alerts.web.desk.unsaved import SAVED, UnsavedTexts, form_fields, save_texts
from alerts.web.request import PostResult


def show(
    desk: DeskVisit,
    status: int = 200,
    wrong: str = "",
    unsaved: UnsavedTexts | None = None,
    conflicts: tuple[EditConflict, ...] = (),
    comment: str = "",
) -> Response:
    """The page of a story. `unsaved` are the texts of a form that was not accepted, `comment` one that was
    not."""
    kept = story_of(desk)
    article, settings = kept.article, desk.visit.site.settings
    made = settings.alert.languages
    tags = dict.fromkeys((article.language, *made))
    catalogue = desk.catalogue
    viewer = Viewer(catalogue, settings)
    keys = dict.fromkeys((article.section, *settings.alert.sections))
    told = {one.name: one for one in conflicts}
    return desk.page(
        "story.html",
        status,
        story=article,
        month=kept.month,
        month_name=catalogue.month(kept.month),
        tags=[tag for tag in tags if desk.person.translates(tag)],
        texts=form_fields({tag: desk.project.desk.texts(kept, tag) for tag in tags}, unsaved, told),
        unsaved_language=unsaved.language if unsaved else "",
        conflicts=told,
        differences=[(field_name(desk, one.name), one) for one in kept.changed_at_source],
        sections=[(key, viewer.section_title(key)) for key in keys],
        layouts=[(key, catalogue.say(LAYOUTS[key])) for key in ("", *STORY_LAYOUTS)],
        may_edit=desk.person.edits,
        wrong=wrong,
        failed=bool(wrong or conflicts),
        limits={"title": 90, "summary": 260},
        **thread(desk, desk.project.comments.of_article(kept), kept.month, article.id, comment),
    )


def write(desk: DeskVisit) -> PostResult:
    """Write title and summary in one language."""
    kept, language = story_of(desk), desk.field("language")
    known = (kept.article.language, *desk.visit.site.settings.alert.languages)
    if language not in known or not desk.person.translates(language):
        return desk.refused(lambda d: d.page("forbidden.html", 403))
    return save_texts(
        desk,
        language,
        ARTICLE_TEXTS,
        partial(desk.project.desk.write_article, kept, language),
        show,
        lambda: back(desk, kept, SAVED),
    )


def place(desk: DeskVisit) -> PostResult:
    """Set its section and its form in the e-mail."""
    kept = story_of(desk)
    changes: dict[str, Any] = {}
    if desk.field("layout") != kept.article.layout:
        changes["layout"] = desk.field("layout")
    try:
        if changes:
            desk.project.articles.edit(kept, **changes)
        if desk.field("section") not in ("", kept.article.section):
            desk.project.articles.move(kept, section=desk.field("section"))
    except AlertsError as fault:
        return desk.refused(partial(show, status=422, wrong=str(fault)))
    return back(desk, kept, SAVED)


def settle(desk: DeskVisit) -> PostResult:
    """Take what the source says now, or keep the editor's words."""
    kept: StoredArticle = story_of(desk)
    desk.project.articles.take_source(kept, keep=desk.field("choice") != "source")
    return back(desk, kept, SAVED)


PAGES = (
    desk_page("/story/{id}", show),
    desk_page("/story/{id}/words", post=write),
    desk_page("/story/{id}/place", post=place, may=edits),
    desk_page("/story/{id}/settle", post=settle, may=edits),
)
