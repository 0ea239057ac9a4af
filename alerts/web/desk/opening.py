"""What the issue opens with, by language: subject, preheader, headline, standfirst, introduction."""

from functools import partial

from markupsafe import Markup
from starlette.responses import Response

from alerts.editions.catalogue import later
from alerts.issue.seen_edit import INTRODUCTION, EditConflict
from alerts.web.desk.month import month_asked
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.desk.unsaved import SAVED, UnsavedTexts, form_fields, save_texts
from alerts.web.request import PostResult

_FIELDS = {
    "subject": (later("Subject"), 70),
    "preheader": (later("Preview line in the inbox"), 110),
    "headline": (later("Headline"), 60),
    "standfirst": (later("Standfirst, below the headline"), 180),
    INTRODUCTION: (later("Introduction"), 600),
}


def show(
    desk: DeskVisit,
    status: int = 200,
    wrong: str = "",
    unsaved: UnsavedTexts | None = None,
    conflicts: tuple[EditConflict, ...] = (),
) -> Response:
    """The page. `unsaved` are the texts of a form that was not accepted."""
    month = month_asked(desk)
    catalogue = desk.catalogue
    made = desk.visit.site.settings.alert.languages
    told = {one.name: one for one in conflicts}
    return desk.page(
        "words.html",
        status,
        month=month,
        month_name=catalogue.month(month),
        tags=[tag for tag in made if desk.person.translates(tag)],
        texts=form_fields(
            {tag: desk.project.desk.opening(month, tag) for tag in made}, unsaved, told
        ),
        names=[(name, catalogue.say(words), most) for name, (words, most) in _FIELDS.items()],
        unsaved_language=unsaved.language if unsaved else "",
        conflicts=told,
        lines=_lines,
        wrong=wrong,
        failed=bool(wrong or conflicts),
    )


def _lines(text: str) -> Markup:
    """A text for a form with its line ends, which templates set as spaces elsewhere."""
    return Markup("&#10;").join(text.split("\n"))


def write(desk: DeskVisit) -> PostResult:
    """Write them in one language."""
    month, language = month_asked(desk), desk.field("language")
    made = desk.visit.site.settings.alert.languages
    if language not in made or not desk.person.translates(language):
        return desk.refused(lambda d: d.page("forbidden.html", 403))
    return save_texts(
        desk,
        language,
        _FIELDS,
        partial(desk.project.desk.write_opening, month, language),
        show,
        lambda: desk.done("/words", desk.said(SAVED), month=str(month), **desk.undo_of(month)),
    )


PAGES = (desk_page("/words", show), desk_page("/words/write", post=write))
