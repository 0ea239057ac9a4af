"""Leaving: one click from a mail program (RFC 8058), or a button for whoever follows the link.

A POST acts at once, whatever it says: no cookie, no redirect, no question, and twice is as good as
once (S5). A GET shows the button and changes nothing, for scanners follow every link (S6, X8). The
link never expires and needs no issue (S7). Afterwards there is a way back for an hour.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from alerts import preferences
from alerts.model import SubscriberStatus
from alerts.preferences import LeaveReason
from alerts.store import subscribers
from alerts.tokens import Purpose
from alerts.web.visit import Handler, Page, Visit

ONE_CLICK = ("List-Unsubscribe", "One-Click")
WAY_BACK = timedelta(hours=1)


Addressed = Callable[[Visit, int], Response]


def addressed(handler: Addressed) -> Handler:
    """A handler for the reader whom the token in the path names, by number; missing for others."""

    def handle(visit: Visit) -> Response:
        number = visit.number(Purpose.UNSUBSCRIBE)
        return visit.missing() if number is None else handler(visit, number)

    return handle


def _page(visit: Visit, number: int, template: str, status: int = 200, **values: Any) -> Response:
    """A page in the reader's language; in the visitor's, where no reader is left."""
    person = subscribers.by_id(visit.db, number)
    return visit.page(template, status, person.language if person else "", **values)


def show(visit: Visit, number: int) -> Response:
    """The button."""
    person = subscribers.by_id(visit.db, number)
    if person is None or person.status in (SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.ERASED):
        return _page(visit, number, "left.html", undo="", choices=(), here="")
    choose = visit.token(Purpose.PREFERENCES, number)
    return _page(visit, number, "leave.html", preferences=choose, here=visit.path["token"])


def leave(visit: Visit, number: int) -> Response:
    """Let the reader go."""
    name, value = ONE_CLICK
    if visit.field(name) == value:
        preferences.leave(visit.db, number, visit.now, by="one-click")
        return Response("You are unsubscribed.\n", media_type="text/plain")
    was_active = preferences.leave(visit.db, number, visit.now, by="page")
    return _page(
        visit,
        number,
        "left.html",
        undo=visit.token(Purpose.UNDO, number, WAY_BACK) if was_active else "",
        choices=[reason.value for reason in LeaveReason],
        here=visit.path["token"],
    )


def undo(visit: Visit, number: int) -> Response:
    """Take it back, by the button that was shown to whoever has just left."""
    said = visit.passed(Purpose.UNDO, visit.field("undo"))
    if said is None or said.number != number:
        return visit.missing()
    if said.until < visit.now.timestamp() or not preferences.stay(visit.db, number, visit.now):
        return _page(visit, number, "over.html", 410)
    return _page(visit, number, "stayed.html", preferences=visit.token(Purpose.PREFERENCES, number))


def tell_why(visit: Visit, number: int) -> Response:
    """Keep the reason, if one was chosen."""
    if visit.field("reason") in list(LeaveReason):
        preferences.tell_why(visit.db, number, LeaveReason(visit.field("reason")), visit.now)
    return _page(visit, number, "thanks.html")


PAGES = (
    Page("/unsubscribe/{token}", addressed(show), addressed(leave)),
    Page("/unsubscribe/{token}/undo", addressed(show), addressed(undo)),
    Page("/unsubscribe/{token}/reason", addressed(show), addressed(tell_why)),
)
