"""One story: its words in each language, its place and form, and what its source says now."""

from collections.abc import Mapping
from functools import partial

from starlette.responses import Response

from alerts.domain.article import FEATURED, STORY_FORMS, Image
from alerts.domain.errors import AlertsError, Conflict
from alerts.editions.catalogue import later
from alerts.editions.view import Viewer
from alerts.issue.seen_edit import ARTICLE_TEXTS, EditConflict
from alerts.store.articles import StoredArticle
from alerts.store.stories import Member
from alerts.text.aliases import site_of
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
    form: Mapping[str, str] | None = None,
) -> Response:
    """The page of a story. `unsaved` are the texts of a form that was not accepted, `comment` one that was
    not, and `form` what another form said."""
    kept = story_of(desk)
    article, settings = kept.article, desk.visit.site.settings
    made = settings.alert.languages
    tags = dict.fromkeys((article.language, *made))
    catalogue = desk.catalogue
    viewer = Viewer(catalogue, settings)
    section = FEATURED if article.featured else article.section
    keys = dict.fromkeys((section, article.section, *settings.alert.sections))
    told = {one.name: one for one in conflicts}
    image, typed = article.image, form or {}
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
        layouts=[(key, catalogue.say(LAYOUTS[key])) for key in ("", *STORY_FORMS)],
        source_mark=kept.source_mark,
        place_seen={"section": section, "layout": article.layout},
        place={"section": section, "layout": article.layout, **typed},
        picture=desk.project.desk.picture_url(kept),
        image={"url": image.url if image else "", "alt": image.alt if image else ""},
        image_typed={"alt": image.alt if image else "", "url": "", **typed},
        members=_members(desk, kept),
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
    """Set its section and its form in the email."""
    kept = story_of(desk)
    names = ("section", "layout")
    wanted = {name: desk.field(name) for name in names}
    seen = {name: desk.field(f"seen-{name}") for name in names}
    again = partial(show, form=wanted)
    try:
        conflicts = desk.project.desk.place(kept, wanted, seen)
    except AlertsError as fault:
        return desk.refused(partial(again, status=422, wrong=str(fault)))
    if conflicts:
        return desk.refused(partial(again, status=409, conflicts=conflicts))
    return back(desk, kept, SAVED)


def picture(desk: DeskVisit) -> PostResult:
    """Describe its picture, choose another one by its address, or none."""
    kept = story_of(desk)
    seen = {name: desk.field(f"seen-{name}") for name in ("url", "alt")}
    typed = {"alt": desk.field("alt"), "url": desk.field("url").strip()}
    url = typed["url"] or seen["url"]
    image = Image(url, typed["alt"]) if url and desk.field("choice") != "none" else None
    again = partial(show, form=typed)
    try:
        chosen = desk.project.desk.picture(kept, image, seen)
    except AlertsError as fault:
        return desk.refused(partial(again, status=422, wrong=str(fault)))
    if chosen.conflicts:
        return desk.refused(partial(again, status=409, conflicts=chosen.conflicts))
    if chosen.notes:  # it is written, and cannot be shown
        return desk.refused(partial(show, status=422, wrong=chosen.notes[0]))
    return back(desk, kept, SAVED)


def settle(desk: DeskVisit) -> PostResult:
    """Take what the source says now, or keep the editor's words."""
    kept, keep = story_of(desk), desk.field("choice") != "source"
    try:
        desk.project.articles.take_source(kept, keep=keep, seen=desk.field("seen"))
    except Conflict:
        words = desk.said(
            later("The source or the text here has changed meanwhile. Please look at both again.")
        )
        return desk.refused(partial(show, status=409, wrong=words))
    return back(desk, kept, SAVED)


def separate(desk: DeskVisit) -> PostResult:
    """Make another article of its story a story of its own, permanently."""
    kept = story_of(desk)
    members = {one.id: one for one in desk.project.articles.story(kept)}
    other = members.get(desk.field("other"))
    if other is not None:
        second = desk.project.articles.find(other.id)
        pair = (kept, second) if other.closed else (second, kept)
        desk.project.articles.part(*pair)
    return back(desk, kept, later("They are two stories now, and will not be joined again."))


def _members(desk: DeskVisit, kept: StoredArticle) -> list[tuple[Member, str, str]]:
    """The other articles of the story, each with its site and month."""
    catalogue = desk.catalogue
    return [
        (one, site_of(one.article.url), catalogue.month(one.month))
        for one in desk.project.articles.story(kept)
    ]


PAGES = (
    desk_page("/story/{id}", show),
    desk_page("/story/{id}/words", post=write),
    desk_page("/story/{id}/place", post=place, may=edits),
    desk_page("/story/{id}/picture", post=picture, may=edits),
    desk_page("/story/{id}/settle", post=settle, may=edits),
    desk_page("/story/{id}/separate", post=separate, may=edits),
)
