"""What every page of the desk is: who may see it, its forms, and the frame around it.

A form is accepted only with the key of the session that it was made in (X7), whatever Origin says. What
cannot be undone asks for a new proof first (`proved`). Answers are never cached. An act runs with a
connection of its own, as it may render; its view is shown by a redirect, so that reloading repeats nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from alerts.domain.errors import AlertsError, DraftFailed, DraftPending, InputError, UsageError
from alerts.domain.month import Month
from alerts.domain.person import Person
from alerts.editions.catalogue import Catalogue
from alerts.library.project import Project
from alerts.people.sign_in import SignedIn
from alerts.web.desk.menu import MENU, anybody
from alerts.web.desk.sentences.told import fault_told, told
from alerts.web.request import Page, PostResult, Visit

SESSION = "alerts_desk"
BROWSER = "alerts_browser"
BEGIN = "/desk/sign-in"
SIGN_IN = 0  # the number in the nonce of the forms that sign in
_SAID = frozenset({"wrong", "words"})
MOST_OCTETS = 1_000_000  # of a form: a whole manuscript is pasted in some
MOST_FIELDS = 2_000
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: {images};"
    " connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class DeskVisit:
    """A visit of somebody who is signed in; what they do is recorded under their proved name.

    `cookie` is that of their session, `mark` where the log of events ended before their act.
    """

    visit: Visit
    signed_in: SignedIn
    cookie: str
    mark: int = 0

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.signed_in.person

    @property
    def project(self) -> Project:
        """The open project."""
        return self.visit.project

    @property
    def catalogue(self) -> Catalogue:
        """The interface texts in the visitor's language."""
        return self.visit.site.pages.catalogue(self.visit.language)

    def said(self, message: str, **values: Any) -> str:
        """A message (`later`) in the visitor's language, as text."""
        return str(self.catalogue.write(message, **values))

    def field(self, name: str) -> str:
        """A form field, or an empty text; line ends are \\n."""
        return self.visit.field(name).replace("\r\n", "\n")

    def asked(self, name: str) -> str:
        """A value of the query, or an empty text."""
        return self.visit.query.get(name, ("",))[0]

    def address(self, path: str, **query: str) -> str:
        """The full address of a page below /desk, `path` beginning with a slash or empty."""
        return desk_address(self.visit, path, **query)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """An answer: a template of `templates/web/desk/`. What went wrong (`wrong`, `words`) is said in the
        person's language, as are the sentences that the template passes to `told`."""
        for name in _SAID & values.keys():
            values[name] = self.told(str(values[name]))
        return shown(
            self.visit,
            template,
            status,
            form=form_key(self.cookie),
            person=self.person,
            menu=menu_of(self),
            told=self.told,
            spoken=self._languages(),
            **values,
        )

    def _languages(self) -> Mapping[str, str]:
        """The languages that the page offers; none where it shows what was typed and is not stored."""
        posted = self.visit.method == "POST"
        return {} if posted else self.visit.site.pages.interface_languages

    def told(self, sentence: str) -> str:
        """What the library or a check says, in the person's language where it is known there."""
        return told(self.catalogue, sentence)

    def gone(self, address: str) -> PostResult:
        """The result of an act: go to that full address."""
        return PostResult(RedirectResponse(address, 303))

    def done(self, path: str, note: str = "", **query: str) -> PostResult:
        """The result of an act: go to that page of the desk, which says `note`, a line for the person."""
        if note:
            query["note"] = note
        return PostResult(RedirectResponse(self.address(path, **query), 303))

    def undo_of(self, month: Month) -> dict[str, str]:
        """The query by which a page offers to undo what the person has just done to a month."""
        act = self.project.changes.since(self.mark, month) if self.mark else None
        return {"undo": str(act.id)} if act else {}

    def refused(self, view: "DeskView") -> PostResult:
        """The result of an act that was not carried out: show that view, which says why."""
        # the connection of the act may be somebody else's by then: the view has one of its own
        return PostResult(lambda visit: view(self._over(visit)), done=False)

    def _over(self, visit: Visit) -> "DeskVisit":
        visit.project.act_as(self.person, visit.site.wake_jobs)
        return replace(self, visit=replace(visit, language=self.visit.language))


def menu_of(desk: DeskVisit) -> list[tuple[str, str]]:
    """The (path, name) of the pages that the person may see."""
    say = desk.catalogue.say
    return [(one.path, str(say(one.name))) for one in MENU if one.may(desk.person)]


DeskView = Callable[[DeskVisit], Response]
DeskAct = Callable[[DeskVisit], PostResult]


def desk_page(
    path: str,
    get: DeskView | None = None,
    post: DeskAct | None = None,
    may: Callable[[Person], bool] = anybody,
    *,
    proof: bool = False,
    most_file: int = 0,
) -> Page:
    """A page of the desk below /desk, for people of whom `may` is true. `proof`: the act asks for a proof
    of who they are that is not older than half an hour. `most_file`: the octets of a file that is sent
    with the form, 0: none is taken."""
    return Page(
        f"/desk{path}",
        partial(_viewed, get, may) if get else None,
        partial(_acted, post, may, proof) if post else None,
        alone=True,
        most_octets=MOST_OCTETS + most_file,
        most_fields=MOST_FIELDS,
        most_files=1 if most_file else 0,
        admits=partial(_admitted, may) if most_file else None,
    )


def _admitted(may: Callable[[Person], bool], visit: Visit) -> bool:
    """Whether a large body is read: only of who may send it."""
    desk = of_visit(visit)
    return desk is not None and may(desk.person)


def _viewed(view: DeskView, may: Callable[[Person], bool], visit: Visit) -> Response:
    if not visit.project.people.any_there():
        return visit.missing()
    desk = of_visit(visit)
    if desk is None:
        return RedirectResponse(desk_address(visit, "/sign-in", to=visit.path_and_query), 303)
    if not may(desk.person):
        return desk.page("forbidden.html", 403)
    try:
        return view(desk)
    except (UsageError, InputError) as fault:  # such as a story or a person who does not exist
        return desk.page("failed.html", 404, words=fault_told(desk.catalogue, fault))
    except DraftPending:
        return being_made(desk)
    except DraftFailed as fault:
        return desk.page(
            "not_made.html", 500, words=fault_told(desk.catalogue, fault), month=desk.asked("month")
        )


def being_made(desk: DeskVisit) -> Response:
    """The page while the draft that it shows is being made: how far it is; it comes by itself."""
    return desk.page("being_made.html", 202, month=desk.asked("month"))


def _acted(act: DeskAct, may: Callable[[Person], bool], proof: bool, visit: Visit) -> PostResult:
    if not visit.project.people.any_there():
        return PostResult(Visit.missing, done=False)
    desk = of_visit(visit)
    if desk is None:
        return PostResult(RedirectResponse(desk_address(visit, "/sign-in"), 303), done=False)
    if not hmac.compare_digest(visit.field("form").encode(), form_key(desk.cookie).encode()):
        return desk.refused(lambda d: d.page("stale.html", 403))
    if not may(desk.person):
        return desk.refused(lambda d: d.page("forbidden.html", 403))
    if proof and not desk.signed_in.proved:
        return desk.refused(prove_page)
    try:
        return act(replace(desk, mark=visit.project.changes.mark()))
    except AlertsError as fault:
        words = fault_told(desk.catalogue, fault)
        return desk.refused(lambda d: d.page("failed.html", 422, words=words))


def prove_page(desk: DeskVisit) -> Response:
    """Asks for a new sign-in: by mail or, where there are any, by a passkey."""
    nonce = desk.visit.nonce(SIGN_IN)
    return desk.page("prove.html", 403, nonce=nonce, passkeys=desk.project.passkeys.work)


def of_visit(visit: Visit) -> DeskVisit | None:
    """The visit of somebody who is signed in."""
    cookie = cookies(visit).get(SESSION, "")
    who = visit.project.people.signed_in(cookie) if cookie else None
    if who is None:
        return None
    visit.project.act_as(who.person, visit.site.wake_jobs)
    return DeskVisit(_spoken(visit, who.person.language), who, cookie)


def _spoken(visit: Visit, language: str) -> Visit:
    """The visit in a person's language, unless the address asks for another."""
    asked = visit.query.get("lang", ("",))[0]
    known = visit.site.pages.interface_languages
    chosen = asked if asked in known else language
    return replace(visit, language=chosen) if chosen in known else visit


def form_key(cookie: str) -> str:
    """What a form must send back: only who holds the session's cookie can make it."""
    return hashlib.blake2b(b"form", key=cookie.encode()[:64], digest_size=16).hexdigest()


def cookies(visit: Visit) -> Mapping[str, str]:
    """The cookies of a visit."""
    try:
        jar = SimpleCookie(visit.headers.get("cookie", "")[:4_000])
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def set_cookie(visit: Visit, response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie for the desk alone; it is sent along when a link of a mail leads here."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=f"{visit.site.prefix}/desk",
        secure=visit.project.people.cookies_secure,
        httponly=True,
        samesite="lax",
    )


def fresh_secret() -> str:
    """A random cookie."""
    return secrets.token_urlsafe(32)


def desk_address(visit: Visit, path: str, **query: str) -> str:
    """The full address of a page below /desk."""
    base = f"{visit.site.settings.web.public_url}/desk{quote(path)}"
    said = urlencode({name: value for name, value in query.items() if value})
    return f"{base}?{said}" if said else base


def shown(visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
    """An answer with the frame of the desk, for anybody."""
    response = visit.page(
        f"desk/{template}",
        status,
        desk=partial(desk_address, visit),
        here=visit.path_and_query,
        number=visit.site.pages.catalogue(visit.language).number,
        note=visit.query.get("note", ("",))[0][:300],
        undo=visit.query.get("undo", ("",))[0][:16],
        **{"person": None, "menu": (), "form": "", "spoken": {}, "told": str, **values},
    )
    images = visit.site.images
    response.headers["Content-Security-Policy"] = POLICY.format(images=images)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
