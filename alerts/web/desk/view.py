"""The view: an edition as mail programs show it, in a frame without scripts, with what the linter found.

Every mode is a link, so it works without JavaScript. What is shown is parsed from the finished message,
as by a mail program.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from markupsafe import Markup
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from alerts.domain.errors import AlertsError, DraftFailed, DraftPending, TemplateFault
from alerts.domain.job import JobRecord
from alerts.editions.catalogue import later
from alerts.editions.draft import Draft
from alerts.library.readiness import LintedDraft
from alerts.lint.place import Level
from alerts.preview.clients import CLIENTS
from alerts.preview.sample import EditionPreview
from alerts.web.desk.mending import mend_links
from alerts.web.desk.month import month_asked
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.request import PostResult

MODES: Mapping[str, str] = {
    "desktop": later("Desktop"),
    "phone": later("Phone"),
    "dark": later("Dark"),
    "images-off": later("Without pictures"),
    "word": later("Classic Outlook"),
    "gmail": later("Gmail"),
    "outlook-dark": later("Outlook.com, dark"),
    "text": later("Text"),
}
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {images}; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'; sandbox allow-popups"
    " allow-top-navigation-by-user-activation"
)

_NEW = timedelta(hours=1)  # how long a test that has ended is spoken of
_PIN = Markup(
    '<a href="{}" target="_top" aria-label="{}" style="display:inline-block;min-width:22px;height:22px;'
    "padding:0;margin:0 6px 0 0;border-radius:50% 50% 50% 3px;background:#a8201a;color:#fff;"
    "font:700 13px/22px sans-serif;"
    'text-align:center;text-decoration:none">{}</a>'
)


def show(desk: DeskVisit, status: int = 200, wrong: str = "") -> Response:
    """The page around the edition."""
    month = month_asked(desk)
    catalogue = desk.catalogue
    try:
        made = desk.visit.site.drafts.get(desk.project, month)
    except TemplateFault as fault:
        return desk.page("failed.html", 500, words=str(fault))
    except (DraftPending, DraftFailed) as fault:
        if desk.visit.method != "POST":
            raise
        # the answer to a form: what became of it matters more than a page that is not there yet
        return desk.page("failed.html", status if wrong else 202, words=wrong or str(fault))
    tags = [one.language for one in made.draft.editions]
    language = _language(desk, tags)
    preview = _preview(desk, made.draft, language)
    mode = _mode(desk)
    return desk.page(
        "view.html",
        status,
        month=month,
        month_name=catalogue.month(month),
        tags=tags,
        shown_language=language,
        modes=[(key, catalogue.say(words)) for key, words in MODES.items()],
        mode=mode,
        preview=preview,
        text=preview.text if preview and mode == "text" else "",
        causes=mend_links(desk, made, language),
        posts=desk.project.channels.preview_of(made.draft, language),
        as_of=as_of(desk, made),
        was_approved=desk.project.desk.was_approved(month),
        is_error=lambda one: one.level is Level.ERROR,
        test=_test(desk, language),
        wrong=wrong,
        failed=bool(wrong),
    )


def as_of(desk: DeskVisit, made: LintedDraft) -> str:
    """When the draft that is shown was made, if something has changed since; else an empty text."""
    if made.current or made.made_at is None:
        return ""
    return desk.catalogue.moment(made.made_at, desk.visit.site.settings.zone)


def progress(desk: DeskVisit) -> Response:
    """How far the job is that makes the draft, or looks whether approvals hold, or mails a test (`?of=`), for
    the script of a page that waits for it."""
    month, of = month_asked(desk), desk.asked("of")
    if of == "test":
        job = desk.project.previews.last_test(desk.asked("language"), month)
        job = job if job is not None and job.state.is_open else None
    elif of == "approval":
        job = desk.project.drafts.rechecking(month)
    else:
        job = desk.project.drafts.job(month)
    done, total = (job.done, job.total) if job is not None else (1, 1)
    return JSONResponse({"open": job is not None, "done": done, "total": total})


def make_again(desk: DeskVisit) -> PostResult:
    """Ask once more for a draft that could not be made."""
    month = month_asked(desk)
    with suppress(DraftPending):
        desk.visit.site.drafts.get(desk.project, month, again=True)
    return desk.done("/view", month=str(month))


def frame(desk: DeskVisit) -> Response:
    """The edition itself, for the frame; it runs no script, and its links open elsewhere."""
    made = desk.visit.site.drafts.get(desk.project, month_asked(desk))
    tags = [one.language for one in made.draft.editions]
    preview = _preview(desk, made.draft, _language(desk, tags))
    if preview is None:
        return PlainTextResponse("no such edition\n", 404)
    mode = _mode(desk)
    html = preview.page(dark=mode == "dark")
    html = CLIENTS[mode](html) if mode in CLIENTS else html
    if desk.asked("pins"):
        html = desk.project.linter.pinned(
            html, made.draft, _pins(desk, made, _language(desk, tags))
        )
    html = html.replace("<head>", '<head><base target="_blank">', 1)
    images = "'none'" if mode == "images-off" else "'self' data: https:"
    headers = {
        "Content-Security-Policy": FRAME_POLICY.format(images=images),
        "X-Frame-Options": "SAMEORIGIN",
    }
    return HTMLResponse(html, headers=headers)


def _pins(desk: DeskVisit, made: LintedDraft, language: str) -> Mapping[str, str]:
    """The pins on an edition, by story: links to where its first finding is mended."""
    pins: dict[str, str] = {}
    for _, places in mend_links(desk, made, language):
        for number, place, address in places:
            if place.article_id and number:
                words = desk.said(later("To mend: %(number)s"), number=number)
                pins.setdefault(place.article_id, str(_PIN.format(address, words, number)))
    return pins


def _mode(desk: DeskVisit) -> str:
    return desk.asked("mode") if desk.asked("mode") in MODES else "desktop"


def _language(desk: DeskVisit, tags: list[str]) -> str:
    """The edition asked for; by default the first."""
    asked = desk.asked("language")
    return asked if asked in tags else next(iter(tags), "")


def _preview(desk: DeskVisit, draft: Draft, language: str) -> EditionPreview | None:
    """The edition as a made-up reader gets it."""
    found = next((one for one in draft.editions if one.language == language), None)
    if found is None:
        return None
    return EditionPreview.of(found, desk.visit.site.settings, draft.month, desk.visit.now)


def test_mail(desk: DeskVisit) -> PostResult:
    """Ask for the edition to be mailed to the person who asks for it; `serve` does it."""
    month, language = month_asked(desk), desk.field("language")
    try:
        desk.project.previews.ask_test(language, month)
    except AlertsError as fault:
        return desk.refused(partial(show, status=422, wrong=str(fault)))
    desk.visit.site.wake_jobs()
    query: dict[str, Any] = {"month": str(month), "language": language}
    return desk.done("/view", **query)


def _test(desk: DeskVisit, language: str) -> JobRecord | None:
    """The last test that the person has asked for, while it is new enough to be spoken of."""
    job = desk.project.previews.last_test(language, month_asked(desk)) if language else None
    if job is None or job.state.is_open:
        return job
    return job if desk.visit.now - datetime.fromisoformat(job.ended_at) < _NEW else None


PAGES = (
    desk_page("/view", show),
    desk_page("/view/edition", frame),
    desk_page("/view/progress", progress),
    desk_page("/view/again", post=make_again),
    desk_page("/view/test", post=test_mail),
)
