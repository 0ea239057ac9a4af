"""Scripts of other sites in a browser (CORS, Fetch Standard §3.2): none but those of `web.api_origins`."""

from collections.abc import Collection

from starlette.requests import Request
from starlette.responses import Response

MAY_SEND = "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key"
MAY_READ = "ETag, Link, Location, Retry-After, Content-Disposition"
AN_HOUR = "3600"


def preflight(request: Request, origins: Collection[str], allowed: str) -> Response:
    """The answer to OPTIONS; it says what a script may send where its site is named."""
    response = Response(status_code=204, headers={"Allow": allowed})
    if request.headers.get("origin") in origins:
        response.headers["Access-Control-Allow-Methods"] = allowed
        response.headers["Access-Control-Allow-Headers"] = MAY_SEND
        response.headers["Access-Control-Max-Age"] = AN_HOUR
    return response


def add_to(response: Response, request: Request, origins: Collection[str]) -> None:
    """Let a script of a named site read the answer."""
    if not origins:
        return
    response.headers["Vary"] = "Origin"
    origin = request.headers.get("origin", "")
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = MAY_READ
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
