"""The pages of the preview: a frame around each edition, with all the ways to look at it.

Everything is a link, so it works from the keyboard and without script; the script adds single keys and
reloads when something has changed. Answers to this machine's own names alone, so that no web page can
read an edition by pointing a name of its own at us. An e-mail is shown in a sandbox, in which nothing
runs.
"""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from alerts.errors import AlertsError
from alerts.lint import Finding
from alerts.preview.desk import Desk
from alerts.preview.exhibit import Exhibit
from alerts.render.catalogue import Catalogue
from alerts.render.environment import environment, packaged_templates, render


@dataclass(frozen=True, slots=True)
class View:
    """A way to look at an edition."""

    key: str
    title: str
    template: str


VIEWS = (
    View("desktop", "Desktop", "frame.html"),
    View("phone", "Phone", "frame.html"),
    View("text", "Text", "lines.html"),
    View("source", "Source", "lines.html"),
    View("headers", "Headers", "headers.html"),
    View("checks", "Size and checks", "checks.html"),
)
# (name in the address, the key, what it says); each can be on or off
SWITCHES = (
    ("dark", "d", "Dark"),
    ("images-off", "i", "Images off"),
    ("styles-off", "s", "Styles stripped"),
)
_FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; img-src "


@dataclass(frozen=True, slots=True)
class Look:
    """What the address asks for."""

    language: str
    view: View
    on: frozenset[str]

    @classmethod
    def of(cls, request: Request) -> "Look":
        """What is asked for; anything unknown is as if it had not been said."""
        asked = request.query_params
        view = next((one for one in VIEWS if one.key == asked.get("view")), VIEWS[0])
        on = frozenset(name for name, _, _ in SWITCHES if asked.get(name) == "1")
        return cls(asked.get("language", ""), view, on)

    def url(self, path: str = "./", **changed: Any) -> str:
        """The address of this look, changed so."""
        on = changed.get("on", self.on)
        query = {
            "language": changed.get("language", self.language),
            "view": changed.get("view", self.view.key),
            **{name: "1" for name, _, _ in SWITCHES if name in on},
        }
        return f"{path}?{urlencode(query)}"


def application(desk: Desk) -> Starlette:
    """The preview of what lies on `desk`."""

    async def page(request: Request) -> Response:
        return _page(desk, Look.of(request))

    async def edition(request: Request) -> Response:
        look = Look.of(request)
        exhibit = _chosen(desk.exhibits(), look.language)
        if exhibit is None:
            return PlainTextResponse("no such edition", 404)
        html = exhibit.page(dark="dark" in look.on, styles="styles-off" not in look.on)
        html = html.replace("<head>", '<head><base target="_blank">', 1)
        images = "'none'" if "images-off" in look.on else "https: http: data:"
        return _answer(HTMLResponse(html), _FRAME_POLICY + images)

    async def version(_: Request) -> Response:
        return _answer(PlainTextResponse(desk.version()), "default-src 'none'")

    async def fault(_: Request, exception: Exception) -> Response:
        return _answer(PlainTextResponse(str(exception), 500), "default-src 'none'")

    return Starlette(
        routes=[Route("/", page), Route("/edition", edition), Route("/version", version)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        exception_handlers={AlertsError: fault},
    )


def _page(desk: Desk, look: Look) -> Response:
    version, nonce, said = desk.version(), secrets.token_urlsafe(16), ""
    exhibits: tuple[Exhibit, ...] = ()
    exhibit: Exhibit | None = None
    findings: tuple[Finding, ...] = ()
    try:
        exhibits = desk.exhibits()
        exhibit = _chosen(exhibits, look.language)
        if exhibit and look.view.key == "checks":
            findings = desk.findings(exhibit.language)
    except AlertsError as fault:
        said, exhibit = str(fault), None
    look = Look(exhibit.language if exhibit else "", look.view, look.on)
    values: dict[str, Any] = {
        "month": str(desk.month),
        "state": desk.state.value,
        "version": version,
        "nonce": nonce,
        "fault": said,
        "exhibit": exhibit,
        "looked": look.view,
        "languages": [_language(one.language, look) for one in exhibits],
        "views": [
            {"title": one.title, "url": look.url(view=one.key), "current": one == look.view}
            for one in VIEWS
        ],
        "switches": [
            {
                "title": title,
                "key": key,
                "on": name in look.on,
                "url": look.url(on=look.on ^ {name}),
            }
            for name, key, title in SWITCHES
        ],
        "frame": look.url("edition"),
        "lines": _lines(exhibit, look.view),
        "findings": findings,
    }
    # from the package: a fault in a project's own templates must not take its telling away
    html = render(environment(packaged_templates()), "preview/page.html", values)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'"
    policy += "; img-src data:; frame-src 'self'; connect-src 'self'; base-uri 'none'"
    return _answer(HTMLResponse(html), policy + "; form-action 'none'; frame-ancestors 'none'")


def _chosen(exhibits: tuple[Exhibit, ...], language: str) -> Exhibit | None:
    """The exhibit in that language, or the first."""
    found = (exhibit for exhibit in exhibits if exhibit.language == language)
    return next(found, exhibits[0] if exhibits else None)


def _language(tag: str, look: Look) -> dict[str, Any]:
    catalogue = Catalogue(tag, ())
    return {
        "tag": tag,
        "direction": catalogue.direction,
        "name": catalogue.language_name(tag),
        "url": look.url(language=tag),
        "current": tag == look.language,
    }


def _lines(exhibit: Exhibit | None, view: View) -> list[str]:
    if exhibit is None or view.key not in ("text", "source"):
        return []
    return (exhibit.text if view.key == "text" else exhibit.html).splitlines()


def _answer(response: Response, policy: str) -> Response:
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
