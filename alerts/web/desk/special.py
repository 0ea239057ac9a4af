"""Special alerts: one is begun, and the moment at which it goes is chosen, changed or taken back."""

from functools import partial

from starlette.responses import Response

from alerts.domain.errors import AlertsError, Conflict, RecipientsDoubted, UsageError
from alerts.domain.month import Month
from alerts.editions.catalogue import later
from alerts.outbox.gate import Fatal
from alerts.web.desk import send
from alerts.web.desk.moment import may_time, moment_values, moment_words, written
from alerts.web.desk.month import edits, month_asked
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.request import PostResult

_BEGUN = later("Begun. Put stories into it, or write an introduction.")
_GOES = later("It goes by itself: %(moment)s.")
_BY_NAME = later("It goes only when someone sends it.")
_CHANGED = later("Someone has chosen another moment meanwhile. It is shown here.")
_BOTH = later("Write a day and an hour.")


def show(desk: DeskVisit, status: int = 200, wrong: str = "") -> Response:
    """The form that begins one; what was typed and not accepted is shown again."""
    settings = desk.visit.site.settings
    return desk.page(
        "special.html",
        status,
        tags=settings.alert.languages,
        zone=settings.zone.key,
        may_time=may_time(desk, desk.person),
        typed={name: desk.field(name)[:300] for name in ("title", "language", "day", "hour")},
        wrong=wrong,
        failed=bool(wrong),
    )


def begin(desk: DeskVisit) -> PostResult:
    """Begin it; nothing is begun with a moment that there is not. Where its readers are doubted, it is begun
    without a moment, and the page asks."""
    issues, when = desk.project.issues, written(desk)
    try:
        if when and not may_time(desk, desk.person):
            return desk.refused(lambda d: d.page("forbidden.html", 403))
        at = issues.moment(_both(desk)) if when else None
        language = desk.field("language")
        if language not in desk.visit.site.settings.alert.languages:
            raise UsageError(desk.said(later("Choose a language of the list.")))
        begun = issues.begin_special(desk.field("title")[:300], language=language)
    except AlertsError as fault:
        return desk.refused(partial(show, status=422, wrong=str(fault)))
    key = str(begun.month)
    try:
        if at is not None:
            issues.schedule(at, begun.month)
    except RecipientsDoubted as fault:
        asked = {"month": key, "day": desk.field("day"), "hour": desk.field("hour"), "doubted": "1"}
        return desk.done("/send", desk.told(str(fault)), **asked)
    goes = f" {desk.said(_GOES, moment=moment_words(desk, at))}" if at else ""
    return desk.done("", desk.said(_BEGUN) + goes, month=key)


def choose(desk: DeskVisit) -> PostResult:
    """Choose, change or take back the moment of one."""
    month, issues = month_asked(desk), desk.project.issues
    if not may_time(desk, desk.person):
        return desk.refused(lambda d: d.page("forbidden.html", 403))
    try:
        if desk.field("seen") != moment_values(desk, month)["moment_seen"]:
            raise Conflict(desk.said(_CHANGED))
        if desk.field("off"):
            issues.unschedule(month)
            return _done(desk, month, desk.said(_BY_NAME))
        at = issues.moment(_both(desk))
        allowed = (Fatal.RECIPIENTS.value,) if desk.field("anyway") else ()
        issues.schedule(at, month, anyway=allowed)
    except AlertsError as fault:
        doubted = isinstance(fault, RecipientsDoubted)
        return desk.refused(partial(send.show, status=422, wrong=str(fault), doubted=doubted))
    return _done(desk, month, desk.said(_GOES, moment=moment_words(desk, at)))


def _both(desk: DeskVisit) -> str:
    if not (desk.field("day") and desk.field("hour")):
        raise UsageError(desk.said(_BOTH))
    return written(desk)


def _done(desk: DeskVisit, month: Month, note: str) -> PostResult:
    return desk.done("/send", note, month=str(month))


PAGES = (
    desk_page("/special", show, begin, may=edits),
    desk_page("/send/moment", post=choose),
)
