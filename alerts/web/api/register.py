"""Every operation of the API, and the ASGI application that answers for them."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from alerts.web.api import (
    articles,
    cors,
    hook_operations,
    issues,
    joining,
    outbox,
    people,
    source_operations,
)
from alerts.web.api.answering import ApiLimits, ApiPath
from alerts.web.api.carrying import Carrier
from alerts.web.api.openapi import document
from alerts.web.api.operation import ROOT, Operation
from alerts.web.context import Site

OPERATIONS: Sequence[Operation] = (
    *people.OPERATIONS,
    *joining.OPERATIONS,
    *source_operations.OPERATIONS,
    *articles.OPERATIONS,
    *issues.OPERATIONS,
    *outbox.OPERATIONS,
    *hook_operations.OPERATIONS,
)


@lru_cache(maxsize=1)
def description(server: str) -> bytes:
    """The description of the API as JSON."""
    return msgspec.json.encode(document(OPERATIONS, server))


class Description:
    """Answers with the description; public, so that tools can read it without a token."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        headers = {"Cache-Control": "public, max-age=300"}
        body = description(f"{self._site.prefix}{ROOT}")
        response = Response(body, headers=headers, media_type="application/json")
        if request.method == "OPTIONS":
            response = Response(status_code=204, headers={"Allow": "GET, HEAD, OPTIONS"})
        elif request.method not in ("GET", "HEAD"):
            response = Response(status_code=405, headers={"Allow": "GET, HEAD, OPTIONS"})
        cors.add_to(response, request, self._site.settings.web.api_origins)
        await response(scope, receive, send)


def api(site: Site) -> ASGIApp:
    """The application; its paths begin with `ROOT`."""
    shown = {one.path: one for one in OPERATIONS if one.tagged}
    carrier, limits = Carrier(site, shown), ApiLimits(site)
    by_path: dict[str, list[Operation]] = {}
    for one in OPERATIONS:
        by_path.setdefault(one.path, []).append(one)
    routes = [
        Route(f"{ROOT}{path}", ApiPath(site, carrier, limits, there))
        for path, there in by_path.items()
    ]
    routes.insert(0, Route(f"{ROOT}/openapi.json", Description(site)))
    nothing = ApiPath(site, carrier, limits)
    return Router(routes, redirect_slashes=False, default=nothing)
