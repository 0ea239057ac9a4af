"""Joining: the form, the same on other sites, and the page that confirms.

A sign-up is written down and answered; nobody is looked up, so the answer is the same for every
address (rule X10). Bots meet a field that people don't see, limits, and a form that must be ours; one
sent back within seconds counts for several, as no person is that quick (X9).
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from alerts import fields, optin, tokens
from alerts.address import Address
from alerts.errors import InputError
from alerts.optin import Confirmed, SignUp
from alerts.render.catalogue import later
from alerts.store import confirmations
from alerts.store.confirmations import Confirmation, WishState
from alerts.web.limits import network_of
from alerts.web.visit import Page, Visit

HASTY = timedelta(seconds=3)
HASTY_WEIGHT = 4
JOIN = 0  # the number that the form to join is signed for


def show(visit: Visit) -> Response:
    """The form."""
    return _form(visit)


def join(visit: Visit) -> Response:
    """Take a sign-up."""
    if visit.field("homepage"):  # no person sees this field
        return _embeddable(visit, _answer(visit, 200, "asked", "asked.html", moves=False))
    origin = visit.headers.get("origin", "")
    embedded = origin in visit.site.settings.web.embed_origins
    age = visit.form_age(JOIN)
    if age is None and not embedded:
        return _form(visit, 422, "once_more")
    try:
        address = Address.parse(visit.field("email"))
        name = fields.clean(visit.field("name"), fields.MAX_NAME, "name")
    except InputError:
        return _form(visit, 422, "address")
    weight = HASTY_WEIGHT if age is not None and age < HASTY else 1
    if not visit.site.limits.open(visit.network, address, visit.now, weight):
        return _form(visit, 429, "later")
    wish = SignUp(
        address=address,
        name=name,
        language=_wanted(visit),
        consent=wording(visit),
        page=origin if embedded else f"{visit.site.settings.web.base_url.rstrip('/')}/join",
        network=kept_network(visit),
    )
    if visit.site.limits.welcome(address, visit.now):
        optin.ask_to_join(visit.db, wish, visit.now)
        visit.site.stir()
    return _embeddable(visit, _answer(visit, 200, "asked", "asked.html", moves=False))


def wording(visit: Visit) -> str:
    """What the form says that a person agrees to: the alert's own words, or ours."""
    alert = visit.site.settings.alert
    own = visit.site.settings.web.consent
    if words := own.get(visit.language) or own.get(visit.site.settings.default_language):
        return fields.evidence(words)
    write = visit.site.pages.catalogue(visit.language).write
    return str(write(CONSENT, alert=alert.name, organisation=alert.organisation))


CONSENT = later(
    "By subscribing I ask %(organisation)s to send me %(alert)s by e-mail. "
    "I can leave at any time, with one click in each e-mail."
)


def kept_network(visit: Visit) -> str:
    """As much of a visitor's IP address as the settings allow to keep."""
    match visit.site.settings.web.keep_network:
        case "address":
            return visit.network
        case "network":
            return network_of(visit.network)
    return ""


def _wanted(visit: Visit) -> str:
    asked = visit.field("language")
    return asked if asked in visit.site.settings.alert.languages else visit.language


def _form(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    values: dict[str, Any] = {
        "wrong": wrong,
        "email": visit.field("email")[:300],
        "name": visit.field("name")[:300],
        "wanted": _wanted(visit),
        "consent": wording(visit),
        "form": visit.nonce(JOIN),
    }
    return _embeddable(visit, _answer(visit, status, wrong, "join.html", **values))


def _answer(visit: Visit, status: int, word: str, template: str, **values: Any) -> Response:
    """A page, or for scripts of other sites one word as JSON."""
    if "application/json" in visit.headers.get("accept", ""):
        return JSONResponse({"answer": word}, status)
    return visit.page(template, status, **values)


def _embeddable(visit: Visit, response: Response) -> Response:
    """Let the sites that may show the form show it, and read the answer (CORS)."""
    origins = visit.site.settings.web.embed_origins
    if origins:
        policy = visit.site.policy(" ".join(origins))
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Frame-Options"] = ""
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Vary"] = "Origin"
        if (origin := visit.headers.get("origin", "")) in origins:
            response.headers["Access-Control-Allow-Origin"] = origin
    return response


def show_widget(visit: Visit) -> Response:
    """The form as a piece of HTML for other sites."""
    return visit.page("widget.html", base=visit.site.settings.web.base_url.rstrip("/"))


def show_confirm(visit: Visit, status: int = 200) -> Response:
    """The button that confirms. Opening the link does nothing: scanners of mail do that too (S6)."""
    said = visit.passed(tokens.Purpose.CONFIRM, visit.path["token"])
    if said is None:
        return visit.missing()
    wish = confirmations.get(visit.db, said.number)
    if wish is None or wish.state is WishState.OVER or said.until < visit.now.timestamp():
        return visit.page("over.html", 410)
    if wish.state is WishState.DONE:
        return visit.page("confirmed.html", confirmed="already", preferences="")
    return visit.page(
        "confirm.html",
        status,
        language=wish.language,
        joins=wish.subscriber_id == confirmations.JOINS,
        address=wish.email,
        wanted=wish.language,
        consent=_agreed(visit, wish),
        form=visit.nonce(wish.id),
    )


def _agreed(visit: Visit, wish: Confirmation) -> str:
    """What is agreed to by confirming: as it was asked, or our wording where an admin asked."""
    if wish.consent or wish.subscriber_id != confirmations.JOINS:
        return wish.consent
    return wording(replace(visit, language=visit.speaks(wish.language)))


def confirm(visit: Visit) -> Response:
    """Carry the wish out."""
    said = visit.passed(tokens.Purpose.CONFIRM, visit.path["token"])
    if said is None or said.until < visit.now.timestamp() or visit.form_age(said.number) is None:
        return show_confirm(visit, 422)
    wish = confirmations.get(visit.db, said.number)
    done = optin.confirm(
        visit.db,
        said.number,
        visit.now,
        within=visit.site.settings.web.confirm_within,
        network=kept_network(visit),
        shown=_agreed(visit, wish) if wish else "",
    )
    if wish is None or done is Confirmed.OVER:
        return visit.page("over.html", 410)
    after = confirmations.get(visit.db, said.number)
    link = ""
    if after is not None and done in (Confirmed.JOINED, Confirmed.MOVED):
        link = visit.token(tokens.Purpose.PREFERENCES, after.subscriber_id)
    return visit.page(
        "confirmed.html", language=wish.language, confirmed=done.value, preferences=link
    )


PAGES = (
    Page("/", show),
    Page("/join", show, join),
    Page("/widget", show_widget),
    Page("/confirm/{token}", show_confirm, confirm),
)
