"""A person's own page: their passkeys; and signing in with one. Without JavaScript the link by mail remains.

A browser asks for options (JSON) by a POST, has its device sign them, and sends the answer in a form. A
challenge is bound to the browser by its cookie.
"""

from datetime import datetime
from functools import partial

from starlette.responses import JSONResponse, Response

from alerts.domain.errors import AlertsError
from alerts.editions.catalogue import later
from alerts.web.desk.pages import (
    BROWSER,
    SESSION,
    SIGN_IN,
    DeskVisit,
    cookies,
    desk_page,
    fresh_secret,
    set_cookie,
)
from alerts.web.desk.sign_in import ask_page, entered
from alerts.web.request import Page, PostResult, Visit

_COOKIE_SECONDS = 600


def show(desk: DeskVisit, status: int = 200, wrong: str = "") -> Response:
    """The page."""
    keys = desk.project.passkeys.of(desk.person)
    return desk.page(
        "own.html",
        status,
        keys=[(one, _when(desk, one.added_at), _when(desk, one.used_at)) for one in keys],
        work=desk.project.passkeys.work,
        wrong=wrong,
        failed=bool(wrong),
    )


def _when(desk: DeskVisit, stored: str) -> str:
    """A stored moment in words; empty for none."""
    if not stored:
        return ""
    zone = desk.visit.site.settings.zone
    return desk.catalogue.moment(datetime.fromisoformat(stored), zone)


def begin(desk: DeskVisit) -> PostResult:
    """Tell the browser how to make a passkey."""
    browser = fresh_secret()
    options = desk.project.passkeys.options_to_add(desk.person, browser)
    return PostResult(_options(desk.visit, options, browser))


def add(desk: DeskVisit) -> PostResult:
    """Add what it made."""
    browser = cookies(desk.visit).get(BROWSER, "")
    try:
        keys = desk.project.passkeys
        keys.add(desk.person, desk.field("answer"), desk.field("name"), browser)
    except AlertsError as fault:
        return desk.refused(partial(show, status=422, wrong=str(fault)))
    return desk.done("/own", desk.said(later("The passkey is added. You can sign in with it now.")))


def remove(desk: DeskVisit) -> PostResult:
    """Remove one."""
    number = desk.field("number")
    if number.isascii() and number.isdigit() and len(number) < 16:
        desk.project.passkeys.remove(desk.person, int(number))
    return desk.done("/own", desk.said(later("The passkey is removed.")))


def begin_entering(visit: Visit) -> PostResult:
    """Tell a browser how to sign in; the same for everybody."""
    if not visit.project.people.any_there() or not visit.project.passkeys.work:
        return PostResult(Visit.missing, done=False)
    if visit.form_age(SIGN_IN) is None:
        return PostResult(JSONResponse({}, 422), done=False)
    browser = fresh_secret()
    return PostResult(_options(visit, visit.project.passkeys.options_to_enter(browser), browser))


def enter(visit: Visit) -> PostResult:
    """Sign in by what the device answered; a session that there was ends."""
    if not visit.project.people.any_there() or not visit.project.passkeys.work:
        return PostResult(Visit.missing, done=False)
    fresh, browser = fresh_secret(), cookies(visit).get(BROWSER, "")
    person = visit.project.passkeys.enter(visit.field("answer"), browser, fresh)
    if person is None:
        return PostResult(partial(ask_page, status=422, wrong="passkey"), done=False)
    if former := cookies(visit).get(SESSION):
        visit.project.people.leave(former)
    return entered(visit, fresh)


def _options(visit: Visit, options: str, browser: str) -> Response:
    answer = Response(options, media_type="application/json")
    set_cookie(visit, answer, BROWSER, browser, _COOKIE_SECONDS)
    return answer


PAGES = (
    desk_page("/own", show),
    desk_page("/own/begin", post=begin, proof=True),
    desk_page("/own/add", post=add, proof=True),
    desk_page("/own/remove", post=remove, proof=True),
    Page("/desk/passkey/begin", post=begin_entering, alone=True),
    Page("/desk/passkey", post=enter, alone=True),
)
