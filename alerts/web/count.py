"""The links and the picture that count, where `[privacy]` says so; see `archive/counted.py`.

A redirect leads to where the article's row says, and nowhere else. Old links lead on for
good, counted or not. No cookie is set, and no address of a visitor is looked at.
"""

import base64

from starlette.responses import Response

from alerts.store import counts
from alerts.tokens import Purpose
from alerts.web.visit import Page, Visit

DOT = base64.b64decode(
    "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
)  # 1×1, transparent


def follow(visit: Visit) -> Response:
    """Lead to an article."""
    row = visit.number(Purpose.CLICK)
    there = counts.target(visit.db, row) if row is not None else ""
    if row is None or not there:
        return visit.missing()
    if visit.site.settings.privacy.count_clicks and visit.method == "GET":
        counts.count(visit.db, row, visit.now, opened=False)
    return Response(status_code=302, headers={"Location": there})


def opened(visit: Visit) -> Response:
    """A picture of nothing."""
    row = visit.number(Purpose.OPEN)
    if row is None:
        return visit.missing()
    if visit.site.settings.privacy.count_opens and visit.method == "GET":
        counts.count(visit.db, row, visit.now, opened=True)
    anywhere = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(DOT, media_type="image/gif", headers=anywhere)


PAGES = (Page("/r/{token}", follow), Page("/o/{token}", opened))
