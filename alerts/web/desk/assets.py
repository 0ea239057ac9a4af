"""The style sheet of the desk, and its script, which every page works without."""

from starlette.responses import Response

from alerts.web.request import Page, Visit

_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


def show_style(visit: Visit) -> Response:
    """The style sheet."""
    style = visit.site.pages.text("web/desk/desk.css")
    return Response(style, media_type="text/css", headers=_FOR_GOOD)


def show_script(visit: Visit) -> Response:
    """The script."""
    script = visit.site.pages.text("web/desk/desk.js")
    return Response(script, media_type="text/javascript", headers=_FOR_GOOD)


PAGES = (Page("/desk/style.css", show_style), Page("/desk/desk.js", show_script))
