"""The style sheet of the desk."""

from starlette.responses import Response

from alerts.web.request import Page, Visit

_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


def show_style(visit: Visit) -> Response:
    """The style sheet."""
    style = visit.site.pages.text("web/desk/desk.css")
    return Response(style, media_type="text/css", headers=_FOR_GOOD)


PAGES = (Page("/desk/style.css", show_style),)
