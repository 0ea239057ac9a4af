"""The style sheet, the script of one page, and the icon that browsers ask for."""

from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from alerts.web.request import Visit


_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


def show_style(visit: "Visit") -> Response:
    """The style sheet."""
    return Response(visit.site.pages.style, media_type="text/css", headers=_FOR_GOOD)


def show_script(visit: "Visit") -> Response:
    """What copies a text, for pages that have something to copy; they work without it."""
    script = visit.site.pages.text("web/copy.js")
    return Response(script, media_type="text/javascript", headers=_FOR_GOOD)


def no_icon(visit: "Visit") -> Response:
    """The answer for the icon that browsers request by themselves: there is none."""
    return Response(status_code=204, headers={"Cache-Control": "public, max-age=86400"})
