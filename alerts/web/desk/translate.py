"""The translator's table: what is missing in a language, source beside target."""

from collections.abc import Container, Iterator, Sequence

from starlette.responses import JSONResponse, Response

from alerts.domain.errors import AlertsError
from alerts.editions.catalogue import later
from alerts.editions.view import Viewer
from alerts.issue.translating import TEXTS
from alerts.library.translations import (
    JOB,
    TextConflict,
    TextGiven,
    TranslationTable,
    text_digest,
)
from alerts.web.desk.menu import translates_anything
from alerts.web.desk.month import month_asked
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.desk.unsaved import UnsavedField, unsaved_field
from alerts.web.request import PostResult

MOST_STORIES = 500  # of one form
SAVED = later("Texts saved: %(count)s")


def _language(desk: DeskVisit) -> str:
    """The language asked for, or the first that the person may write; empty if they may not."""
    settings = desk.visit.site.settings
    default = settings.default_language
    asked = desk.asked("language").lower()
    if asked in settings.alert.languages:
        return asked if desk.person.translates(asked) else ""
    theirs = [tag for tag in settings.alert.languages if desk.person.translates(tag)]
    return next((tag for tag in theirs if tag != default), "".join(theirs[:1]))


def show(
    desk: DeskVisit,
    status: int = 200,
    typed: Sequence[TextGiven] = (),
    conflicts: tuple[TextConflict, ...] = (),
    words: str = "",
    saved: str = "",
) -> Response:
    """The table; `typed` are texts that were typed and are not stored, `words` says why."""
    language = _language(desk)
    if not language:
        return desk.page("forbidden.html", 403)
    site = desk.visit.site
    table = desk.project.translations.table(language, month_asked(desk))
    job = desk.project.jobs.newest(JOB, table.month) if table.translator else None
    catalogue = desk.catalogue
    everything = desk.asked("all") == "1"
    theirs = {(one.given.article_id, one.given.name): one.theirs for one in conflicts}
    fields = dict(_unsaved(table, typed, theirs))
    unsaved = {article_id for article_id, _ in fields}
    shown = [one for one in table.stories if everything or one.missing or one.article.id in unsaved]
    viewer = Viewer(catalogue, site.settings)
    return desk.page(
        "translate.html",
        status,
        table=table,
        stories=shown,
        everything=everything,
        unsaved=fields,
        theirs=theirs,
        words=words,
        saved=saved,
        failed=bool(words or conflicts),
        job=job if job is not None and job.arguments.get("language") == language else None,
        month=str(table.month),
        month_name=catalogue.month(table.month),
        target_name=catalogue.language_name(language),
        languages=[
            (tag, catalogue.language_name(tag))
            for tag in site.settings.alert.languages
            if desk.person.translates(tag)
        ],
        section_title=viewer.section_title,
        when=catalogue.month,
    )


def _unsaved(
    table: TranslationTable, typed: Sequence[TextGiven], told: Container[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], UnsavedField]]:
    """The fields that were typed and are not stored, as they are shown again."""
    given = {(one.article_id, one.name): one for one in typed}
    for row in (row for story in table.stories for row in story.texts):
        key = (row.article_id, row.name)
        if one := given.get(key):
            field = unsaved_field(
                row.target, one.text, one.seen, told=key in told, digest=text_digest
            )
            if field.text != row.target:
                yield key, field


def _given(desk: DeskVisit) -> list[TextGiven]:
    """The texts of the form; of one that the person gives up for somebody else's, nothing."""
    found = []
    for name in list(desk.visit.form)[: MOST_STORIES * 4]:
        kind, _, rest = name.partition(":")
        article_id, _, field = rest.partition(":")
        if kind != "text" or field not in TEXTS or desk.field(f"theirs:{rest}"):
            continue
        found.append(TextGiven(article_id, field, desk.field(name), desk.field(f"seen:{rest}")))
    return found


def save(desk: DeskVisit) -> PostResult:
    """Write all texts of the form, or (`only`) those of one story, and keep the others as typed."""
    language, only = _language(desk), desk.field("only")
    if not language:
        return desk.refused(lambda d: d.page("forbidden.html", 403))
    given, month = _given(desk), month_asked(desk)
    chosen = [one for one in given if not only or one.article_id == only]
    try:
        done = desk.project.translations.save(language, chosen, month)
    except AlertsError as fault:
        words = str(fault)
        return desk.refused(lambda d: show(d, 422, given, words=words))
    if done.conflicts:
        return desk.refused(lambda d: show(d, 409, given, done.conflicts))
    note = desk.said(SAVED, count=done.written + done.signed)
    others = [one for one in given if one not in chosen and one.text]
    if only and others:
        return desk.refused(lambda d: show(d, 200, given, saved=note))
    query = {"language": language, "month": str(month), "all": desk.asked("all")}
    return desk.done("/translate", note, **query, **desk.undo_of(month))


def draft(desk: DeskVisit) -> PostResult:
    """Ask for a machine's drafts of what is missing."""
    language, month = _language(desk), month_asked(desk)
    if not language:
        return desk.refused(lambda d: d.page("forbidden.html", 403))
    try:
        desk.project.translations.ask_drafts(language, month)
    except AlertsError as fault:
        words = str(fault)
        return desk.refused(lambda d: show(d, 422, words=words))
    desk.visit.site.wake_jobs()
    return desk.done("/translate", language=language, month=str(month))


def progress(desk: DeskVisit) -> Response:
    """How far the job is that drafts, for the script of a page that waits for it."""
    job = desk.project.jobs.newest(JOB, month_asked(desk))
    if job is None or not job.state.is_open:
        return JSONResponse({"open": False, "done": 1, "total": 1})
    return JSONResponse({"open": True, "done": job.done, "total": job.total})


PAGES = (
    desk_page("/translate", show, save, may=translates_anything),
    desk_page("/translate/draft", post=draft, may=translates_anything),
    desk_page("/translate/progress", progress, may=translates_anything),
)
