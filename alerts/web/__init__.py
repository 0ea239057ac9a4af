"""The public pages: joining, choosing, leaving; an ASGI application for `alerts serve`.

    site.py    what all pages share: settings, database, clock, the look
    pool.py    connections to the database, one for each visit that is under way
    visit.py   one request as a page sees it, and a page as the server sees it
    pages.py   templates, catalogues and the style sheet
    guard.py   what holds for every answer: limits, headers, the log

A page is a pair of functions, one for GET and one for POST, from a visit to a response. A GET changes
nothing; a POST has what it did on disk before it answers. Pages work without JavaScript, set no
cookies, and know where they are only from `web.base_url`: the Host header is never read.
"""

from starlette.routing import Route, Router
from starlette.types import ASGIApp

from alerts.web import choose, join, leave
from alerts.web.guard import Guard
from alerts.web.pages import no_icon, show_style
from alerts.web.site import Site
from alerts.web.visit import Answering, Page, missing

__all__ = ["Site", "application"]

PAGES: tuple[Page, ...] = (
    *join.PAGES,
    *choose.PAGES,
    *leave.PAGES,
    Page("/style.css", show_style),
    Page("/favicon.ico", no_icon),
)


def application(site: Site) -> ASGIApp:
    """All pages, behind the guard."""
    routes = [Route(page.path, Answering(site, page)) for page in PAGES]
    router = Router(routes, redirect_slashes=False, default=Answering(site, missing))
    return Guard(router, site, {page.path.split("/")[1] for page in PAGES})
