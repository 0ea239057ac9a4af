"""The public pages: subscribe, preferences, unsubscribe, archive; an ASGI application for `alerts serve`.

    context.py      what all pages share: settings, database, clock, templates
    request.py      one request, and the definition of a page
    answering.py    answers a request by its page
    templates.py    templates, catalogues and the style sheet
    middleware.py   limits, headers and log of every answer
    api/            the HTTP API for other programs
    relay_reports   what relays report of bounces and complaints

A page is a pair of functions: a view for GET, from a visit to a response, and an act for POST, from a
visit to a view. A GET changes nothing; what a POST did is on disk before its view is called (P6). Pages
work without JavaScript, set no cookies, and make links only from `web.base_url`: the Host header is
never used.
"""

from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from alerts.web import (
    accessibility,
    archive,
    clicks,
    metrics,
    pictures,
    preferences,
    subscribe,
    unsubscribe,
)
from alerts.web.answering import Answering
from alerts.web.api.operation import ROOT
from alerts.web.api.register import api
from alerts.web.assets import no_icon, show_script, show_style
from alerts.web.context import Site
from alerts.web.desk import assets as desk_assets
from alerts.web.desk import (
    changes,
    comments,
    compare,
    language,
    month,
    opening,
    own,
    people,
    send,
    settle,
    sign_in,
    special,
    state,
    story,
    subscriber_import,
    subscribers,
    translate,
    view,
    year,
)
from alerts.web.middleware import SecurityMiddleware
from alerts.web.relay_reports import ROOT as HOOKS
from alerts.web.relay_reports import relay_reports
from alerts.web.request import Page, missing

__all__ = ["Site", "application"]

PAGES: tuple[Page, ...] = (
    *subscribe.PAGES,
    *preferences.PAGES,
    *unsubscribe.PAGES,
    *archive.PAGES,
    *clicks.PAGES,
    *pictures.PAGES,
    *accessibility.PAGES,
    *desk_assets.PAGES,
    *sign_in.PAGES,
    *special.PAGES,
    *story.PAGES,
    *changes.PAGES,
    *comments.PAGES,
    *compare.PAGES,
    *settle.PAGES,
    *month.PAGES,
    *opening.PAGES,
    *translate.PAGES,
    *subscribers.PAGES,
    *subscriber_import.PAGES,
    *people.PAGES,
    *language.PAGES,
    *own.PAGES,
    *year.PAGES,
    *state.PAGES,
    *view.PAGES,
    *send.PAGES,
    *metrics.PAGES,
    Page("/style.css", show_style),
    Page("/copy.js", show_script),
    Page("/favicon.ico", no_icon),
)


def application(site: Site) -> ASGIApp:
    """All pages and the API, behind the middleware."""
    routes = [Route(page.path, Answering(site, page)) for page in PAGES]
    pages = Router(routes, redirect_slashes=False, default=Answering(site, missing))
    programs = api(site)
    hooks = relay_reports(site)

    async def router(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        there = programs if path.startswith(f"{ROOT}/") else pages
        there = hooks if path.startswith(f"{HOOKS}/") else there
        await there(scope, receive, send)

    kinds = {path.split("/")[1] for path in (ROOT, HOOKS, *(page.path for page in PAGES))}
    return SecurityMiddleware(router, site, kinds)
