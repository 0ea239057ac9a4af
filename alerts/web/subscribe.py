"""Subscribing: the form, its copy for other sites, and the page that confirms.

A sign-up is recorded and answered without looking anybody up, so the answer is the same for every
address (rule X10). Against bots there are a hidden field, limits, and a signed form; a form that is
sent within seconds counts several times (X9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.responses import JSONResponse, Response

from alerts.domain.address import Address
from alerts.domain.archived import Past
from alerts.domain.errors import InputError
from alerts.domain.picture import picture_path
from alerts.editions.catalogue import later
from alerts.editions.view import Viewer
from alerts.library.readers import JOINS, clean_name, clean_wording
from alerts.mail.tokens import Purpose
from alerts.store.confirmations import Confirmation, ConfirmationState
from alerts.subscribers.confirmation import Confirmed, SignUp
from alerts.web.archive import reading
from alerts.web.rate_limits import network_of
from alerts.web.request import Page, PostResult, Visit

HASTY = timedelta(seconds=3)
HASTY_WEIGHT = 4
LOOK_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
OUR_FRAMES = "frame-src 'self'; "  # the last issue in small
JOIN = 0  # the number in the nonce of the form


def show(visit: Visit) -> Response:
    """The form."""
    return _form(visit)


def _show_asked(visit: Visit) -> Response:
    return _embeddable(visit, _answer(visit, 200, "asked", "asked.html", moves=False))


def _again(status: int, wrong: str) -> PostResult:
    """Show the form again, because it was not accepted."""
    return PostResult(partial(_form, status=status, wrong=wrong), done=False)


def join(visit: Visit) -> PostResult:
    """Accept a sign-up."""
    if visit.field("homepage"):  # people do not see this field
        return PostResult(_show_asked)
    origin = visit.headers.get("origin", "")
    embedded = origin in visit.site.settings.web.embed_origins
    age = visit.form_age(JOIN)
    if age is None and not embedded:
        return _again(422, "once_more")
    try:
        address = Address.parse(visit.field("email"))
    except InputError:
        return _again(422, "address")
    try:
        name = clean_name(visit.field("name"))
    except InputError:
        return _again(422, "name")
    weight = HASTY_WEIGHT if age is not None and age < HASTY else 1
    if not visit.site.limits.open(visit.network, address, visit.now, weight):
        return _again(429, "later")
    sign_up = SignUp(
        address=address,
        name=name,
        language=_wanted(visit),
        consent=wording(visit),
        page=origin if embedded else f"{visit.site.settings.web.public_url}/join",
        network=kept_network(visit),
    )
    if visit.site.limits.welcome(address, visit.now):
        visit.project.readers.ask_to_join(sign_up)
        visit.project.readers.afterwards(visit.site.wake)
    return PostResult(_show_asked)


def wording(visit: Visit) -> str:
    """The text that a person agrees to: the alert's own, or the default."""
    alert = visit.site.settings.alert.in_language(visit.language)
    own = visit.site.settings.web.consent
    if words := own.get(visit.language) or own.get(visit.site.settings.default_language):
        return clean_wording(words)
    write = visit.site.pages.catalogue(visit.language).write
    return str(write(CONSENT, alert=alert.name, organisation=alert.organisation))


CONSENT = later(
    "By subscribing, I agree to receive %(alert)s by email from %(organisation)s. "
    "I can unsubscribe at any time with one click, using the link in every email."
)


PITCH = later(
    "%(alert)s is a monthly newsletter from %(organisation)s: what has been published, what is planned"
    " and what is worth knowing, in one email."
)


def _said(visit: Visit, said: Mapping[str, str]) -> str:
    """A text of the settings in the visitor's language, else in the default language; or nothing."""
    return said.get(visit.language) or said.get(visit.site.settings.default_language) or ""


def _offer(visit: Visit) -> dict[str, Any]:
    """What the sign-up page says of the alert."""
    settings, web = visit.site.settings, visit.site.settings.web
    alert, catalogue = (
        settings.alert.in_language(visit.language),
        visit.site.pages.catalogue(visit.language),
    )
    pitch = _said(visit, web.pitch) or str(
        catalogue.write(PITCH, alert=alert.name, organisation=alert.organisation)
    )
    viewer = Viewer(catalogue, settings)
    pasts = visit.project.archive.listed()
    return {
        "headline": _said(visit, web.sign_up_title),
        "pitch": pitch,
        "notice": _said(visit, web.privacy_notice),
        "topics": [viewer.section_title(key) for key in settings.alert.sections],
        "days": max(1, round(web.confirm_within / timedelta(days=1))),
        "issues": len({past.month for past in pasts}),
        "address": f"{web.public_url}/join",
        **latest(visit, pasts),
    }


def latest(visit: Visit, pasts: Sequence[Past]) -> dict[str, Any]:
    """The last issue, as templates show it in small."""
    pages = reading(visit)
    past = pages.latest(pasts, visit.language)
    if past is None:
        return {"latest": None, "share": ""}
    catalogue = visit.site.pages.catalogue(visit.language)
    month = catalogue.month(past.month)
    share = visit.project.archive.share_picture(past.month, past.language)
    base = visit.site.settings.web.public_url
    return {
        "latest": past,
        "latest_title": pages.shown(past).title,
        "latest_month": month[:1].upper() + month[1:],
        "latest_language": visit.site.pages.own_name(past.language),
        "share": f"{base}/{picture_path(share)}" if share else "",
    }


def kept_network(visit: Visit) -> str:
    """The part of a visitor's IP address that the settings allow to store."""
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
        "failed": wrong in ("address", "name", "later"),
        **_offer(visit),
    }
    return _embeddable(visit, _answer(visit, status, wrong, "join.html", **values))


def _answer(visit: Visit, status: int, word: str, template: str, **values: Any) -> Response:
    """A page, or for scripts of other sites one word as JSON."""
    if "application/json" in visit.headers.get("accept", ""):
        return JSONResponse({"answer": word}, status)
    return visit.page(template, status, **values)


def _embeddable(visit: Visit, response: Response) -> Response:
    """Allow other sites to show the form, and to read the answer (CORS)."""
    origins = visit.site.settings.web.embed_origins
    response.headers["Content-Security-Policy"] = visit.site.policy(more=OUR_FRAMES)
    if origins:
        policy = visit.site.policy(" ".join(origins), OUR_FRAMES)
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Frame-Options"] = ""
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Vary"] = "Origin"
        if (origin := visit.headers.get("origin", "")) in origins:
            response.headers["Access-Control-Allow-Origin"] = origin
    return response


def show_widget(visit: Visit) -> Response:
    """The form as a piece of HTML for other sites."""
    response = visit.page("widget.html", base=visit.site.settings.web.public_url)
    more = f"script-src 'self'; {OUR_FRAMES}"
    response.headers["Content-Security-Policy"] = visit.site.policy(more=more)
    return response


def show_look(visit: Visit) -> Response:
    """That piece alone, for a frame of the page that hands it out."""
    response = visit.page("widget_look.html", base=visit.site.settings.web.public_url)
    response.headers["Content-Security-Policy"] = LOOK_POLICY
    response.headers["X-Frame-Options"] = ""
    return response


def show_confirm(visit: Visit, status: int = 200) -> Response:
    """The button that confirms. Opening the link does nothing, because mail scanners open it too (S6)."""
    said = visit.passed(Purpose.CONFIRM, visit.path["token"])
    if said is None:
        return visit.missing()
    request = visit.project.readers.confirmation(said.number)
    if (
        request is None
        or request.state is ConfirmationState.OVER
        or said.until < visit.now.timestamp()
    ):
        return visit.page("over.html", 410)
    if request.state is ConfirmationState.DONE:
        return _confirmed(visit, "already", "", request.language)
    return visit.page(
        "confirm.html",
        status,
        language=request.language,
        joins=request.subscriber_id == JOINS,
        address=request.email,
        wanted=request.language,
        consent=_agreed(visit, request),
        form=visit.nonce(request.id),
    )


def _agreed(visit: Visit, request: Confirmation) -> str:
    """The wording that is agreed to: that of the request, or ours where an admin made the request."""
    if request.consent or request.subscriber_id != JOINS:
        return request.consent
    return wording(replace(visit, language=visit.speaks(request.language)))


def confirm(visit: Visit) -> PostResult:
    """Confirm the request."""
    said = visit.passed(Purpose.CONFIRM, visit.path["token"])
    if said is None or said.until < visit.now.timestamp() or visit.form_age(said.number) is None:
        return PostResult(partial(show_confirm, status=422), done=False)
    request = visit.project.readers.confirmation(said.number)
    shown = _agreed(visit, request) if request else ""
    readers, network = visit.project.readers, kept_network(visit)
    done = readers.confirm(said.number, network=network, shown=shown)
    if request is None or done is Confirmed.OVER:
        return PostResult(lambda after: after.page("over.html", 410), done=False)
    readers.afterwards(visit.site.wake)  # there may be a welcome
    return PostResult(partial(_show_confirmed, request=request, done=done))


def _show_confirmed(visit: Visit, request: Confirmation, done: Confirmed) -> Response:
    after = visit.project.readers.confirmation(request.id)
    link = ""
    if after is not None and done in (Confirmed.JOINED, Confirmed.MOVED):
        link = visit.token(Purpose.PREFERENCES, after.subscriber_id)
    return _confirmed(visit, done.value, link, request.language)


def _confirmed(visit: Visit, confirmed: str, link: str, language: str) -> Response:
    """The page after confirming, with the last issue in the reader's language."""
    reader = replace(visit, language=visit.speaks(language))
    shown = latest(reader, visit.project.archive.listed())
    response = reader.page("confirmed.html", confirmed=confirmed, preferences=link, **shown)
    response.headers["Content-Security-Policy"] = visit.site.policy(more=OUR_FRAMES)
    return response


PAGES = (
    Page("/", show),
    Page("/join", show, join),
    Page("/widget", show_widget),
    Page("/widget/look", show_look),
    Page("/confirm/{token}", show_confirm, confirm),
)
