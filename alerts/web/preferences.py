"""The preferences page behind the signed link in each e-mail; no account, no password.

Whoever has the link can change what is sent, and it may have been forwarded. Therefore the address is
masked; data and erasure need a link that is mailed to the mailbox and valid once; nothing is sent to
another address without proof of it; and nothing reveals who else is subscribed. Forms contain a signed
nonce (X12).
"""

import json
from collections.abc import Callable, Sequence
from functools import partial

from starlette.responses import Response

from alerts.config.window_values import known_zone
from alerts.domain.address import Address
from alerts.domain.errors import InputError
from alerts.domain.subscriber import Subscriber, SubscriberStatus
from alerts.editions.view import Viewer
from alerts.library.readers import PAUSES, Choice, clean_name
from alerts.mail.tokens import Purpose
from alerts.store.notices import NoticeKind
from alerts.text.time_zones import cities
from alerts.web.request import Act, Page, PostResult, View, Visit


def shown(view: Callable[[Visit, Subscriber], Response]) -> View:
    """A view for the subscriber named by the token in the path; 404 for anybody else."""

    def show_it(visit: Visit) -> Response:
        person = _named(visit)
        return visit.missing() if person is None else view(visit, person)

    return show_it


def asked(act: Callable[[Visit, Subscriber], PostResult]) -> Act:
    """The same for an act."""

    def do_it(visit: Visit) -> PostResult:
        person = _named(visit)
        return PostResult(Visit.missing, done=False) if person is None else act(visit, person)

    return do_it


def _named(visit: Visit) -> Subscriber | None:
    number = visit.number(Purpose.PREFERENCES)
    person = visit.project.readers.find(number) if number is not None else None
    return None if person is None or person.status is SubscriberStatus.ERASED else person


def show(visit: Visit, person: Subscriber, status: int = 200, said: str = "") -> Response:
    """Show the preferences page."""
    return visit.page(
        "preferences.html",
        status,
        language=person.language,
        person=person,
        address=Address.parse(person.email).masked,
        active=person.status is SubscriberStatus.ACTIVE,
        wanted=visit.project.readers.language(person.language),
        sections=_sections(visit, person),
        paused=_paused(visit, person),
        pauses=PAUSES,
        zones=_zones(visit, person),
        said=said,
        failed=said not in ("", "saved"),
        form=visit.nonce(person.id),
        leave=visit.token(Purpose.UNSUBSCRIBE, person.id),
        here=visit.path["token"],
    )


def _zones(visit: Visit, person: Subscriber) -> Sequence[tuple[str, str]]:
    """(name, city) of each time zone to choose from; none where nothing depends on it."""
    if not visit.site.settings.windows.on and not person.timezone:
        return ()
    known = cities(visit.speaks(person.language))
    if not person.timezone or person.timezone in dict(known):
        return known
    return ((person.timezone, person.timezone), *known)  # an older name of one


def _zone_chosen(visit: Visit) -> str | None:
    """The chosen time zone; None where the form had none, or there is none of that name."""
    zone = visit.field("timezone")
    return zone if visit.field("placed") and (not zone or known_zone(zone)) else None


def _sections(visit: Visit, person: Subscriber) -> list[tuple[str, str, bool]]:
    """(key, title, whether they want it) of each section of the alert."""
    settings = visit.site.settings
    viewer = Viewer(visit.site.pages.catalogue(visit.speaks(person.language)), settings)
    return [
        (key, viewer.section_title(key), not person.sections or key in person.sections)
        for key in settings.alert.sections
    ]


def _ticked(visit: Visit) -> tuple[str, ...] | None:
    """The ticked sections; all and none of them both mean all, and None that the form had no sections."""
    if not visit.field("choose"):
        return None
    known = visit.site.settings.alert.sections
    ticked = tuple(key for key in known if key in visit.form.get("sections", ()))
    return () if len(ticked) == len(known) else ticked


def _paused(visit: Visit, person: Subscriber) -> str:
    """The end of the pause, in the reader's language; empty where there is none."""
    until = visit.project.readers.paused_until(person)
    if until is None:
        return ""
    return visit.site.pages.catalogue(visit.speaks(person.language)).day(until.date())


def _again(person: Subscriber, status: int, said: str) -> PostResult:
    """Show the page again, because the form was not accepted."""
    return PostResult(partial(show, person=person, status=status, said=said), done=False)


def save(visit: Visit, person: Subscriber) -> PostResult:
    """Save the preferences."""
    if visit.form_age(person.id) is None:
        return _again(person, 422, "once_more")
    try:
        name = clean_name(visit.field("name"))
    except InputError:
        return _again(person, 422, "name")
    language, pause = visit.field("language"), visit.field("pause")
    choice = Choice(
        name=name,
        language=language if language in visit.site.settings.alert.languages else person.language,
        pause=int(pause) if pause in {"0", *map(str, PAUSES)} else None,
        sections=_ticked(visit),
        timezone=_zone_chosen(visit),
        counted=visit.field("count") == "yes" if visit.field("counting") else None,
        specials=visit.field("specials") == "yes" if visit.field("special") else None,
    )
    visit.project.readers.choose(person.id, choice)
    return PostResult(partial(_show_saved, person=person))


def _show_saved(visit: Visit, person: Subscriber) -> Response:
    return show(visit, visit.project.readers.find(person.id) or person, said="saved")


def move(visit: Visit, person: Subscriber) -> PostResult:
    """Ask for proof of a new address. The answer is the same for every address (X10)."""
    if visit.form_age(person.id) is None or person.status is not SubscriberStatus.ACTIVE:
        return _again(person, 422, "once_more")
    try:
        address = Address.parse(visit.field("email"))
    except InputError:
        return _again(person, 422, "address")
    if not visit.site.limits.open(visit.network, address, visit.now):
        return _again(person, 429, "later")
    if visit.site.limits.welcome(address, visit.now):
        visit.project.readers.ask_to_move(person, address)
        visit.project.readers.afterwards(visit.site.wake)
    return PostResult(lambda after: after.page("asked.html", language=person.language, moves=True))


def _proof(visit: Visit, person: Subscriber, kind: NoticeKind) -> tuple[str, int] | None:
    """The mailed proof that the visitor reads the mailbox, and its notice; None where it is missing or
    used."""
    proof = visit.field("proof") or visit.query.get("proof", ("",))[0]
    said = visit.passed(Purpose.MAILBOX, proof)
    if said is None or said.until < visit.now.timestamp():
        return None
    there = visit.project.readers.proves(said.number, kind, person.id)
    return (proof, said.number) if there else None


def _guarded(kind: NoticeKind) -> Callable[[Visit, Subscriber], Response]:
    """The page of an action that needs proof: it offers to mail a link or, opened by that link, shows
    the button that acts."""

    def show_guarded(visit: Visit, person: Subscriber, status: int = 200) -> Response:
        proof = _proof(visit, person, kind)
        if proof is None and visit.query.get("proof"):
            return visit.page("over_proof.html", 410, person.language, here=visit.path["token"])
        return visit.page(
            f"{kind.value}.html",
            status,
            language=person.language,
            address=Address.parse(person.email).masked,
            form=visit.nonce(person.id),
            proof=proof[0] if proof else "",
            here=visit.path["token"],
        )

    return show_guarded


def _acting(
    kind: NoticeKind, act: Callable[[Visit, Subscriber], PostResult]
) -> Callable[[Visit, Subscriber], PostResult]:
    """The POST of that page: with a proof, it acts once; without, it mails a link."""

    def do_it(visit: Visit, person: Subscriber) -> PostResult:
        if visit.form_age(person.id) is None:
            return _refused("refused.html", 422, person)
        readers = visit.project.readers
        if visit.field("proof"):
            proof = _proof(visit, person, kind)
            if proof is None or not readers.use_proof(proof[1], kind, person.id):
                return _refused("over_proof.html", 410, person, here=visit.path["token"])
            return act(visit, person)
        readers.prove(person, kind)
        readers.afterwards(visit.site.wake)
        masked = Address.parse(person.email).masked
        return PostResult(
            lambda after: after.page("mailed.html", language=person.language, address=masked)
        )

    return do_it


def _refused(template: str, status: int, person: Subscriber, **values: str) -> PostResult:
    """A page that says why nothing was done."""
    return PostResult(
        lambda visit: visit.page(template, status, person.language, **values), done=False
    )


def download(visit: Visit, person: Subscriber) -> PostResult:
    """Download all data stored about the reader, as a file (S19)."""
    text = json.dumps(visit.project.readers.held(person), ensure_ascii=False, indent=2)
    saved = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return PostResult(Response(f"{text}\n", media_type="application/json", headers=saved))


def erase(visit: Visit, person: Subscriber) -> PostResult:
    """Erase the reader's data."""
    visit.project.readers.forget(person.id)
    return PostResult(lambda after: after.page("erased.html", language=person.language))


show_data, act_data = _guarded(NoticeKind.DATA), _acting(NoticeKind.DATA, download)
show_erase, act_erase = _guarded(NoticeKind.ERASE), _acting(NoticeKind.ERASE, erase)

_PATH = "/preferences/{token}"
PAGES = (
    Page(_PATH, shown(show), asked(save)),
    Page(f"{_PATH}/address", shown(show), asked(move)),
    Page(f"{_PATH}/data", shown(show_data), asked(act_data)),
    Page(f"{_PATH}/erase", shown(show_erase), asked(act_erase)),
)
