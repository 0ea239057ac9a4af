"""Signing in at the desk: asking for a link, using it, signing out.

The answer to who asks is the same for every address (X10). A GET of the link uses nothing up, as mail
scanners open links; the button on its page does.
"""

from functools import partial

from starlette.responses import RedirectResponse, Response

from alerts.domain.address import Address
from alerts.domain.errors import InputError
from alerts.library.people import SESSION_SECONDS
from alerts.mail.tokens import Purpose
from alerts.people.sign_in import LINK_WITHIN
from alerts.web.desk.pages import (
    BROWSER,
    SESSION,
    SIGN_IN,
    DeskVisit,
    cookies,
    desk_address,
    desk_page,
    fresh_secret,
    set_cookie,
    shown,
)
from alerts.web.request import Page, PostResult, Visit


def ask_page(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    """The form that asks for a link."""
    if not visit.project.people.any_there():
        return visit.missing()
    return shown(
        visit,
        "sign_in.html",
        status,
        form=visit.nonce(SIGN_IN),
        nonce=visit.nonce(SIGN_IN),
        passkeys=visit.project.passkeys.work,
        wrong=wrong,
        failed=bool(wrong),
        email=visit.field("email")[:300],
    )


def ask(visit: Visit) -> PostResult:
    """Record that somebody asks for a link."""
    people = visit.project.people
    if not people.any_there():
        return PostResult(Visit.missing, done=False)
    if visit.form_age(SIGN_IN) is None:
        return _again(422, "once_more")
    try:
        address = Address.parse(visit.field("email"))
    except InputError:
        return _again(422, "address")
    if not visit.site.limits.open(visit.network, address, visit.now):
        return _again(429, "later")
    browser = fresh_secret()
    if visit.site.limits.welcome(address, visit.now):
        people.ask_to_sign_in(str(address), visit.language, browser)
        visit.project.readers.afterwards(visit.site.wake)
    return PostResult(partial(_asked, browser=browser))


def _asked(visit: Visit, browser: str) -> Response:
    """The page that says that a link may come, and the cookie without which it does nothing."""
    answer = shown(visit, "asked.html", minutes=int(LINK_WITHIN.total_seconds() // 60))
    set_cookie(visit, answer, BROWSER, browser, 2 * int(LINK_WITHIN.total_seconds()))
    return answer


def _again(status: int, wrong: str) -> PostResult:
    return PostResult(partial(ask_page, status=status, wrong=wrong), done=False)


def _link(visit: Visit) -> int | None:
    """The id of the link in the path, if it is ours and has not expired."""
    said = visit.passed(Purpose.SIGN_IN, visit.path["token"])
    return said.number if said and said.until > visit.now.timestamp() else None


def link_page(visit: Visit) -> Response:
    """The page of a link: a button that signs in."""
    if not visit.project.people.any_there():
        return visit.missing()
    number, browser = _link(visit), cookies(visit).get(BROWSER)
    person = visit.project.people.usable(number, browser) if number is not None else None
    if person is None:
        return shown(visit, "over.html", 410)
    return shown(visit, "enter.html", who=person, token=visit.path["token"])


def enter(visit: Visit) -> PostResult:
    """Use a link up, and begin a session in this browser."""
    number, browser, fresh = _link(visit), cookies(visit).get(BROWSER), fresh_secret()
    person = visit.project.people.enter(number, browser, fresh) if number is not None else None
    if person is None:
        return PostResult(lambda v: shown(v, "over.html", 410), done=False)
    return entered(visit, fresh)


def entered(visit: Visit, fresh: str) -> PostResult:
    """Lead to the desk with the cookie of a session that has just begun; that of the request goes."""
    answer = RedirectResponse(desk_address(visit, ""), 303)
    set_cookie(visit, answer, SESSION, fresh, SESSION_SECONDS)
    answer.delete_cookie(BROWSER, path=f"{visit.site.prefix}/desk")
    return PostResult(answer)


def sign_out(desk: DeskVisit) -> PostResult:
    """End the session."""
    desk.project.people.leave(desk.cookie)
    answer = RedirectResponse(desk.address("/sign-in"), 303)
    answer.delete_cookie(SESSION, path=f"{desk.visit.site.prefix}/desk")
    return PostResult(answer)


def prove(desk: DeskVisit) -> PostResult:
    """Mail the person a new link for this browser: entering by it proves who they are."""
    browser = fresh_secret()
    desk.project.people.ask_to_sign_in(desk.person.email, desk.visit.language, browser)
    desk.project.readers.afterwards(desk.visit.site.wake)
    return PostResult(partial(_asked, browser=browser))


PAGES = (
    Page("/desk/sign-in", ask_page, ask),
    Page("/desk/enter/{token}", link_page, enter, alone=True),
    desk_page("/sign-out", post=sign_out),
    desk_page("/prove", post=prove),
)
