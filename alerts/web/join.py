"""Joining: the form."""

from starlette.responses import Response

from alerts.web.visit import Page, Visit


def show(visit: Visit) -> Response:
    """The form."""
    return visit.page("join.html")


PAGES = (Page("/", show), Page("/join", show))
