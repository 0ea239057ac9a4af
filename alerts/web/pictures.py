"""The pictures of issues: `/pictures/<SHA-256>.jpg`, or `.png`.

A name means these octets permanently, so caches may keep them. Mail programs and other sites may show
them. Whoever knows a name may see the picture, also before its issue is sent: editors do, in previews.
"""

from starlette.responses import Response

from alerts.domain.picture import NAME
from alerts.web.request import Page, Visit

_FOR_GOOD = "public, max-age=31536000, immutable"


def show_picture(visit: Visit) -> Response:
    """One picture, whole: a part that is asked for (Range) is answered with all of it (RFC 9110 §14.2)."""
    name = visit.path["name"]
    if not NAME.fullmatch(name):
        return visit.missing()
    tag = f'"{name}"'
    headers = {
        "ETag": tag,
        "Cache-Control": _FOR_GOOD,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Security-Policy": "default-src 'none'",
        "X-Robots-Tag": "",
        "Accept-Ranges": "none",
    }
    asked = visit.headers.get("if-none-match", "")
    known = [one.strip().removeprefix("W/") for one in asked.split(",")]
    picture = visit.project.pictures.get(name)
    if picture is None:
        return visit.missing()
    if asked.strip() == "*" or tag in known:
        return Response(status_code=304, headers=headers)
    return Response(picture.octets, media_type=picture.type, headers=headers)


PAGES = (Page("/pictures/{name}", show_picture),)
