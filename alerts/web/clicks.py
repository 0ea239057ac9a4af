"""The links and the picture for counting, where `[privacy]` allows it; see `archive/click_links.py`.

The request is answered first and counted afterwards (`count_writer.py`); the picture needs no database. A
redirect leads only to the URL in the article's row. Old links stay valid permanently, counted or not.
No cookie is set, and the visitor's address is not used.
"""

import base64

from starlette.requests import Request
from starlette.responses import Response

from alerts.mail.tokens import Purpose
from alerts.web.context import Site
from alerts.web.request import Page, Visit

DOT = base64.b64decode(
    "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
)  # 1×1, transparent
REDIRECT = 302


def follow(visit: Visit) -> Response:
    """Redirect to an article, and count it."""
    response = follow_uncounted(visit)
    counts = visit.site.settings.privacy.count_clicks and visit.method == "GET"
    if counts and response.status_code == REDIRECT:
        visit.site.counts.add(Purpose.CLICK, visit.path["token"], visit.now)
    return response


def follow_uncounted(visit: Visit) -> Response:
    """Redirect to an article, for a reader who said no to being counted."""
    there = visit.project.links.target(visit.path["token"])
    return Response(status_code=REDIRECT, headers={"Location": there}) if there else visit.missing()


def opened(site: Site, request: Request) -> Response:
    """A transparent picture, also for an invalid token: the token is verified when it is counted."""
    if site.settings.privacy.count_opens and request.method == "GET":
        site.counts.add(Purpose.OPEN, request.path_params["token"], site.now())
    return opened_uncounted(site, request)


def opened_uncounted(site: Site, request: Request) -> Response:
    """The same picture, for a reader who said no to being counted."""
    anywhere = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(DOT, media_type="image/gif", headers=anywhere)


PAGES = (
    Page("/r/{token}", follow),
    Page("/r/{token}/n", follow_uncounted),
    Page("/o/{token}", at_once=opened),
    Page("/o/{token}/n", at_once=opened_uncounted),
)
