"""The people of the desk, for admins: roles, removing, ending sessions."""

from collections.abc import Mapping

from starlette.responses import Response

from alerts.domain.errors import AlertsError
from alerts.domain.person import Role
from alerts.editions.catalogue import later
from alerts.web.desk.menu import administers
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.request import PostResult

ROLES = {
    Role.EDITOR: later("editor"),
    Role.TRANSLATOR: later("translator"),
    Role.APPROVER: later("approver"),
    Role.ADMIN: later("admin"),
}
SAVED = later("The change is saved.")
ENDED = later("Sessions ended: %(count)s")


def show(desk: DeskVisit, words: str = "", typed: Mapping[str, str] | None = None) -> Response:
    """Everybody with their roles, and a form for one more."""
    return desk.page(
        "people.html",
        422 if words else 200,
        people=desk.project.people.all(),
        roles=ROLES,
        words=words,
        failed=bool(words),
        typed=typed or dict.fromkeys(("email", "name", "role"), ""),
        languages=desk.visit.site.settings.alert.languages,
    )


def act(desk: DeskVisit) -> PostResult:
    """Add somebody or a role, take a role, remove somebody, or end their sessions."""
    people, email, what = desk.project.people, desk.field("email"), desk.field("act")
    count = 0
    try:
        if what == "add":
            people.add(email, [desk.field("role")], name=desk.field("name"))
        elif what == "take":
            people.take_roles(email, [desk.field("role")])
        elif what == "remove":
            people.remove(email)
        elif what == "sign-out":
            count = people.revoke(email)
        else:
            return desk.refused(lambda d: d.page("stale.html", 403))
    except AlertsError as fault:
        words = str(fault)
        typed = {name: desk.field(name) for name in ("email", "name", "role")}
        return desk.refused(lambda d: show(d, words, typed))
    note = desk.said(ENDED, count=count) if what == "sign-out" else desk.said(SAVED)
    return desk.done("/people", note)


PAGES = (desk_page("/people", show, act, may=administers, proof=True),)
