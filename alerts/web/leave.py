"""Leaving: one click from a mail program (RFC 8058), or a button for whoever follows the link.

A POST acts at once, whatever it says: no cookie, no redirect, no question, and twice is as good as
once (S5). A GET shows the button and changes nothing, for scanners follow every link (S6, X8). The
link never expires and needs no issue (S7). Afterwards there is a way back for an hour.
"""

from datetime import timedelta

from starlette.responses import Response

from alerts import preferences
from alerts.model import SubscriberStatus
from alerts.preferences import LeaveReason
from alerts.store import subscribers
from alerts.tokens import Purpose
from alerts.web.visit import Page, Visit

ONE_CLICK = ("List-Unsubscribe", "One-Click")
WAY_BACK = timedelta(hours=1)


def show(visit: Visit) -> Response:
    """The button."""
    number = visit.number(Purpose.UNSUBSCRIBE)
    if number is None:
        return visit.missing()
    person = subscribers.by_id(visit.db, number)
    if person is None or person.status in (SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.ERASED):
        return visit.page(
            "left.html", language=person.language if person else "", undo="", choices=(), here=""
        )
    choose = visit.token(Purpose.PREFERENCES, number)
    here = visit.path["token"]
    return visit.page("leave.html", language=person.language, preferences=choose, here=here)


def leave(visit: Visit) -> Response:
    """Let the reader go."""
    number = visit.number(Purpose.UNSUBSCRIBE)
    if number is None:
        return visit.missing()
    name, value = ONE_CLICK
    if visit.field(name) == value:
        preferences.leave(visit.db, number, visit.now, by="one-click")
        return Response("You are unsubscribed.\n", media_type="text/plain")
    was_active = preferences.leave(visit.db, number, visit.now, by="page")
    person = subscribers.by_id(visit.db, number)
    return visit.page(
        "left.html",
        language=person.language if person else "",
        undo=visit.token(Purpose.UNDO, number, WAY_BACK) if was_active else "",
        choices=[reason.value for reason in LeaveReason],
        here=visit.path["token"],
    )


def undo(visit: Visit) -> Response:
    """Take it back, by the button that was shown to whoever has just left."""
    number = visit.number(Purpose.UNSUBSCRIBE)
    said = visit.passed(Purpose.UNDO, visit.field("undo"))
    if number is None or said is None or said.number != number:
        return visit.missing()
    person = subscribers.by_id(visit.db, number)
    language = person.language if person else ""
    if said.until < visit.now.timestamp() or not preferences.stay(visit.db, number, visit.now):
        return visit.page("over.html", 410, language=language)
    choose = visit.token(Purpose.PREFERENCES, number)
    return visit.page("stayed.html", language=language, preferences=choose)


def tell_why(visit: Visit) -> Response:
    """Keep the reason, if one was chosen."""
    number = visit.number(Purpose.UNSUBSCRIBE)
    if number is None:
        return visit.missing()
    if visit.field("reason") in list(LeaveReason):
        preferences.tell_why(visit.db, number, LeaveReason(visit.field("reason")), visit.now)
    person = subscribers.by_id(visit.db, number)
    return visit.page("thanks.html", language=person.language if person else "")


PAGES = (
    Page("/unsubscribe/{token}", show, leave),
    Page("/unsubscribe/{token}/undo", show, undo),
    Page("/unsubscribe/{token}/reason", show, tell_why),
)
