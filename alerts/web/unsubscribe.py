"""Unsubscribing: one click in a mail program (RFC 8058), or a button on the page.

A POST acts at once, with any body: no cookie, no redirect, no question, and it can be repeated (S5).
The body only decides the form of the answer: our own forms have a field `form`. A GET shows the button
and changes nothing, because scanners follow every link (S6, X8). The link never expires (S7). It can be
undone for an hour.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.responses import Response

from alerts.domain.subscriber import SubscriberStatus
from alerts.mail.tokens import Purpose
from alerts.subscribers.self_service import LeaveReason
from alerts.subscribers.unsubscribe import Way
from alerts.web.request import Act, Page, PostResult, View, Visit

ONE_CLICK = ("List-Unsubscribe", "One-Click")
WAY_BACK = timedelta(hours=1)


NOBODY = 0  # for a reader who no longer has a row, or none in this copy of the database


def shown(view: Callable[[Visit, int], Response]) -> View:
    """A view for the reader named by the token in the path, by the id of their row, or `NOBODY`; 404
    for an invalid token."""

    def show_it(visit: Visit) -> Response:
        if visit.genuine(Purpose.UNSUBSCRIBE) is None:
            return visit.missing()
        return view(visit, visit.number(Purpose.UNSUBSCRIBE) or NOBODY)

    return show_it


def asked(act: Callable[[Visit, int], PostResult]) -> Act:
    """The same for an act."""

    def do_it(visit: Visit) -> PostResult:
        if visit.genuine(Purpose.UNSUBSCRIBE) is None:
            return PostResult(Visit.missing, done=False)
        return act(visit, visit.number(Purpose.UNSUBSCRIBE) or NOBODY)

    return do_it


def _page(visit: Visit, number: int, template: str, status: int = 200, **values: Any) -> Response:
    """A page in the reader's language; in the visitor's, where the reader no longer exists."""
    person = visit.project.readers.find(number)
    return visit.page(template, status, person.language if person else "", **values)


def show(visit: Visit, number: int) -> Response:
    """The button."""
    person = visit.project.readers.find(number)
    if person is None or person.status in (SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.ERASED):
        undo = visit.query.get("undo", ("",))[0]  # the link is from a notice
        said = visit.passed(Purpose.UNDO, undo)
        good = said is not None and said.number == number and said.until >= visit.now.timestamp()
        here = visit.path["token"]
        return _page(visit, number, "left.html", undo=undo if good else "", choices=(), here=here)
    choose = visit.token(Purpose.PREFERENCES, number)
    return _page(visit, number, "leave.html", preferences=choose, here=visit.path["token"])


def leave(visit: Visit, number: int) -> PostResult:
    """Unsubscribe the reader; one-click requests get a plain-text answer."""
    readers = visit.project.readers
    by = Way.PAGE if visit.field("form") else Way.ONE_CLICK
    if number == NOBODY:
        readers.leave_lost(visit.genuine(Purpose.UNSUBSCRIBE) or NOBODY, by=by)
    notify = visit.site.settings.web.tell_leavers
    was_active = readers.leave(number, by=by, notify=notify)
    if notify and was_active:
        readers.afterwards(visit.site.wake)
    name, value = ONE_CLICK
    if visit.field(name) == value:
        return PostResult(Response("You are unsubscribed.\n", media_type="text/plain"))
    return PostResult(partial(_show_left, number=number, was_active=was_active))


def _show_left(visit: Visit, number: int, was_active: bool) -> Response:
    return _page(
        visit,
        number,
        "left.html",
        undo=visit.token(Purpose.UNDO, number, WAY_BACK) if was_active else "",
        choices=[reason.value for reason in LeaveReason],
        here=visit.path["token"],
    )


def undo(visit: Visit, number: int) -> PostResult:
    """Undo an unsubscription, by the button shown after it."""
    said = visit.passed(Purpose.UNDO, visit.field("undo"))
    if said is None or said.number != number:
        return PostResult(Visit.missing, done=False)
    if said.until < visit.now.timestamp() or not visit.project.readers.stay(number):
        return PostResult(lambda after: _page(after, number, "over.html", 410), done=False)
    return PostResult(partial(_show_stayed, number=number))


def _show_stayed(visit: Visit, number: int) -> Response:
    return _page(visit, number, "stayed.html", preferences=visit.token(Purpose.PREFERENCES, number))


def tell_why(visit: Visit, number: int) -> PostResult:
    """Store the reason, if one was chosen."""
    if visit.field("reason") in list(LeaveReason):
        visit.project.readers.tell_why(number, LeaveReason(visit.field("reason")))
    return PostResult(lambda after: _page(after, number, "thanks.html"))


PAGES = (
    Page("/unsubscribe/{token}", shown(show), asked(leave), any_body=True),
    Page("/unsubscribe/{token}/undo", shown(show), asked(undo)),
    Page("/unsubscribe/{token}/reason", shown(show), asked(tell_why)),
)
