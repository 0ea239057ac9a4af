"""The pages of the preview: each edition in a frame, in several modes.

Everything is a link, so it works from the keyboard and without scripts; a script adds single keys and
reloads after changes. Answers only to this machine's own host names, so that no web page can read an
edition by DNS rebinding. An e-mail is shown in a sandboxed frame without scripts.
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

from alerts.domain.errors import AlertsError
from alerts.editions.catalogue import Catalogue
from alerts.editions.environment import environment, render
from alerts.editions.template_files import packaged_templates
from alerts.lint.place import Finding
from alerts.preview.clients import CLIENTS
from alerts.preview.editions import PreviewEditions
from alerts.preview.sample import EditionPreview


@dataclass(frozen=True, slots=True)
class PreviewMode:
    """One way of showing an edition."""

    key: str
    title: str
    template: str


VIEWS = (
    PreviewMode("desktop", "Desktop", "frame.html"),
    PreviewMode("phone", "Phone", "frame.html"),
    PreviewMode("text", "Text", "lines.html"),
    PreviewMode("source", "Source", "lines.html"),
    PreviewMode("headers", "Headers", "headers.html"),
    PreviewMode("checks", "Size and checks", "checks.html"),
)
# (name in the URL, key, label); each can be on or off
SWITCHES = (
    ("dark", "d", "Dark"),
    ("images-off", "i", "Images off"),
    ("styles-off", "s", "Styles stripped"),
    ("word", "w", "Classic Outlook"),
    ("gmail", "g", "Gmail"),
    ("outlook-dark", "o", "Outlook.com, dark"),
)
_FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; img-src "


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """The options in a URL of the preview."""

    language: str
    view: PreviewMode
    on: frozenset[str]

    @classmethod
    def of(cls, request: Request) -> "PreviewRequest":
        """The options of a request; unknown values are ignored."""
        asked = request.query_params
        view = next((one for one in VIEWS if one.key == asked.get("view")), VIEWS[0])
        on = frozenset(name for name, _, _ in SWITCHES if asked.get(name) == "1")
        return cls(asked.get("language", ""), view, on)

    def url(self, path: str = "./", **changed: Any) -> str:
        """The URL with these options, and the `changed` ones."""
        on = changed.get("on", self.on)
        query = {
            "language": changed.get("language", self.language),
            "view": changed.get("view", self.view.key),
            **{name: "1" for name, _, _ in SWITCHES if name in on},
        }
        return f"{path}?{urlencode(query)}"


def application(desk: PreviewEditions) -> Starlette:
    """The web application that shows the editions of `desk`."""

    async def page(request: Request) -> Response:
        return _page(desk, PreviewRequest.of(request))

    async def edition(request: Request) -> Response:
        look = PreviewRequest.of(request)
        preview = _chosen(desk.previews(), look.language)
        if preview is None:
            return PlainTextResponse("no such edition", 404)
        html = preview.page(dark="dark" in look.on, styles="styles-off" not in look.on)
        for client, left in CLIENTS.items():
            html = left(html) if client in look.on else html
        html = html.replace("<head>", '<head><base target="_blank">', 1)
        images = "'none'" if "images-off" in look.on else "https: http: data:"
        return _answer(HTMLResponse(html), _FRAME_POLICY + images)

    async def version(_: Request) -> Response:
        return _answer(PlainTextResponse(desk.version()), "default-src 'none'")

    async def fault(_: Request, exception: Exception) -> Response:
        words = str(exception) if isinstance(exception, AlertsError) else ""
        return _answer(PlainTextResponse(words, 500), "default-src 'none'")

    return Starlette(
        routes=[Route("/", page), Route("/edition", edition), Route("/version", version)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        exception_handlers={AlertsError: fault},
    )


def _page(desk: PreviewEditions, look: PreviewRequest) -> Response:
    version, nonce, said = desk.version(), secrets.token_urlsafe(16), ""
    previews: tuple[EditionPreview, ...] = ()
    preview: EditionPreview | None = None
    findings: tuple[Finding, ...] = ()
    try:
        previews = desk.previews()
        preview = _chosen(previews, look.language)
        if preview and look.view.key == "checks":
            findings = desk.findings(preview.language)
    except AlertsError as fault:
        said, preview = str(fault), None
    look = PreviewRequest(preview.language if preview else "", look.view, look.on)
    values: dict[str, Any] = {
        "month": str(desk.month),
        "state": desk.state.value,
        "version": version,
        "nonce": nonce,
        "fault": said,
        "exhibit": preview,
        "looked": look.view,
        "languages": [_language(one.language, look) for one in previews],
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
        "lines": _lines(preview, look.view),
        "findings": findings,
    }
    # from the package: an error in a project's own templates must not prevent its report
    html = render(environment(packaged_templates()), "preview/page.html", values)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'"
    policy += "; img-src data:; frame-src 'self'; connect-src 'self'; base-uri 'none'"
    return _answer(HTMLResponse(html), policy + "; form-action 'none'; frame-ancestors 'none'")


def _chosen(previews: tuple[EditionPreview, ...], language: str) -> EditionPreview | None:
    """The preview in that language, or the first."""
    found = (preview for preview in previews if preview.language == language)
    return next(found, previews[0] if previews else None)


def _language(tag: str, look: PreviewRequest) -> dict[str, Any]:
    catalogue = Catalogue(tag, ())
    return {
        "tag": tag,
        "direction": catalogue.direction,
        "name": catalogue.language_name(tag),
        "url": look.url(language=tag),
        "current": tag == look.language,
    }


def _lines(preview: EditionPreview | None, view: PreviewMode) -> list[str]:
    if preview is None or view.key not in ("text", "source"):
        return []
    return (preview.text if view.key == "text" else preview.html).splitlines()


def _answer(response: Response, policy: str) -> Response:
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-LintOptions"] = "nosniff"
    return response
