"""Choosing: the page behind the signed link in each e-mail; no account, no password.

Whoever has the link is taken for the reader it was sent to, so nothing here can send mail elsewhere
without proof of the new address, and nothing tells who else is subscribed. Forms carry a nonce of the
page they were on (X12).
"""

import json
from collections.abc import Callable
from datetime import datetime

from starlette.responses import Response

from alerts import fields, optin, preferences
from alerts.address import Address
from alerts.errors import InputError
from alerts.model import Subscriber, SubscriberStatus
from alerts.preferences import PAUSES, Choice
from alerts.publish import edition_language
from alerts.render.view import Viewer
from alerts.store import moment, stamp, subscribers
from alerts.tokens import Purpose
from alerts.web.visit import Handler, Page, Visit

Known = Callable[[Visit, Subscriber], Response]


def known(handler: Known) -> Handler:
    """A handler for whoever the token in the path names; it is missing for anybody else."""

    def handle(visit: Visit) -> Response:
        number = visit.number(Purpose.PREFERENCES)
        person = subscribers.by_id(visit.db, number) if number is not None else None
        if person is None or person.status is SubscriberStatus.ERASED:
            return visit.missing()
        return handler(visit, person)

    return handle


def show(visit: Visit, person: Subscriber, status: int = 200, said: str = "") -> Response:
    """What is chosen, and all that can be done about it."""
    return visit.page(
        "preferences.html",
        status,
        language=person.language,
        person=person,
        active=person.status is SubscriberStatus.ACTIVE,
        wanted=edition_language(person.language, visit.site.settings),
        sections=_sections(visit, person),
        paused=_paused(visit, person),
        pauses=PAUSES,
        said=said,
        form=visit.nonce(person.id),
        leave=visit.token(Purpose.UNSUBSCRIBE, person.id),
        here=visit.path["token"],
    )


def _sections(visit: Visit, person: Subscriber) -> list[tuple[str, str, bool]]:
    """(key, title, whether they want it) of each section of the alert."""
    settings = visit.site.settings
    viewer = Viewer(visit.site.pages.catalogue(visit.speaks(person.language)), settings)
    return [
        (key, viewer.section_title(key), not person.sections or key in person.sections)
        for key in settings.alert.sections
    ]


def _ticked(visit: Visit) -> tuple[str, ...] | None:
    """The sections ticked; all and none of them both mean all, and None that nobody was asked."""
    if not visit.field("choose"):
        return None
    known = visit.site.settings.alert.sections
    ticked = tuple(key for key in known if key in visit.form.get("sections", ()))
    return () if len(ticked) == len(known) else ticked


def _paused(visit: Visit, person: Subscriber) -> str:
    """Until when, in the reader's words; empty where they are not paused."""
    if person.paused_until <= stamp(visit.now):
        return ""
    until: datetime = moment(person.paused_until).astimezone(visit.site.settings.zone)
    return visit.site.pages.catalogue(visit.speaks(person.language)).day(until.date())


def save(visit: Visit, person: Subscriber) -> Response:
    """Keep what was chosen."""
    if visit.form_age(person.id) is None:
        return show(visit, person, 422, "once_more")
    try:
        name = fields.clean(visit.field("name"), fields.MAX_NAME, "name")
    except InputError:
        return show(visit, person, 422, "name")
    language, pause = visit.field("language"), visit.field("pause")
    choice = Choice(
        name=name,
        language=language if language in visit.site.settings.alert.languages else person.language,
        pause=int(pause) if pause in {"0", *map(str, PAUSES)} else None,
        sections=_ticked(visit),
    )
    preferences.choose(visit.db, person.id, choice, visit.now)
    return show(visit, subscribers.by_id(visit.db, person.id) or person, said="saved")


def move(visit: Visit, person: Subscriber) -> Response:
    """Ask for proof of a new address. The answer is the same for every address (X10)."""
    if visit.form_age(person.id) is None or person.status is not SubscriberStatus.ACTIVE:
        return show(visit, person, 422, "once_more")
    try:
        address = Address.parse(visit.field("email"))
    except InputError:
        return show(visit, person, 422, "address")
    if not visit.site.limits.open(visit.network, address, visit.now):
        return show(visit, person, 429, "later")
    if visit.site.limits.welcome(address, visit.now):
        optin.ask_to_move(visit.db, person, address, visit.now)
        visit.site.stir()
    return visit.page("asked.html", language=person.language, moves=True)


def download(visit: Visit, person: Subscriber) -> Response:
    """All that is held about the reader, as a file (S19)."""
    text = json.dumps(preferences.held(visit.db, person), ensure_ascii=False, indent=2)
    saved = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(f"{text}\n", media_type="application/json", headers=saved)


def show_erase(visit: Visit, person: Subscriber, status: int = 200) -> Response:
    """The last question."""
    return visit.page(
        "erase.html",
        status,
        language=person.language,
        address=person.email,
        form=visit.nonce(person.id),
        here=visit.path["token"],
    )


def erase(visit: Visit, person: Subscriber) -> Response:
    """Forget the reader."""
    if visit.form_age(person.id) is None:
        return show_erase(visit, person, 422)
    preferences.forget(visit.db, person.id, visit.now)
    return visit.page("erased.html", language=person.language)


_PATH = "/preferences/{token}"
PAGES = (
    Page(_PATH, known(show), known(save)),
    Page(f"{_PATH}/address", known(show), known(move)),
    Page(f"{_PATH}/data", known(download)),
    Page(f"{_PATH}/erase", known(show_erase), known(erase)),
)
