"""`POST /hooks/RELAY` and `/hooks/RELAY/SECRET`: a relay reports bounces and complaints.

Answered with 204 once it is on disk; with 401 to whoever cannot prove to be the relay, 400 to a body that
cannot be read, and 5xx to everything that may pass, so that the relay tries again. The log names neither
path nor body.
"""

import os
import traceback

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from alerts.bounces.relays.proof import ProofFault
from alerts.bounces.relays.request import MOST_OCTETS, RelayRequest
from alerts.domain.errors import AlertsError, FetchError, InputError
from alerts.library.connections import WRITERS
from alerts.library.relay_reports import RelayReportReader
from alerts.web.context import Site

ROOT = "/hooks"
PATIENCE = 30  # seconds in which the body must have come

_limiter = anyio.CapacityLimiter(WRITERS)


def relay_reports(site: Site, reader: RelayReportReader | None = None) -> ASGIApp:
    """The ASGI application below `ROOT`."""
    reads = reader or RelayReportReader(site.settings, os.environ)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        _, _, relay, *rest = f"{scope['path']}/".split("/")
        response = await _answer(site, reads, request, relay, "/".join(rest).strip("/"))
        await response(scope, receive, send)

    return answer


async def _answer(
    site: Site, reader: RelayReportReader, request: Request, relay: str, secret: str
) -> Response:
    if not reader.knows(relay):
        return Response("Not found.\n", 404)
    if request.method != "POST":
        return Response("Only POST.\n", 405, {"Allow": "POST"})
    try:
        with anyio.fail_after(PATIENCE):
            body = await _body(request)
    except (ClientDisconnect, TimeoutError):
        return Response("The body did not come.\n", 400)
    if body is None:
        return Response("Too large.\n", 413)
    network = request.client.host if request.client else ""
    headers = {name.lower(): value for name, value in request.headers.items()}
    asked = RelayRequest(headers, body, site.now(), secret, network)
    return await anyio.to_thread.run_sync(
        lambda: taken(site, reader, relay, asked), limiter=_limiter
    )


async def _body(request: Request) -> bytes | None:
    """The body; None for one that is too long."""
    whole = bytearray()
    async for octets in request.stream():
        whole += octets
        if len(whole) > MOST_OCTETS:
            return None
    return bytes(whole)


def taken(site: Site, reader: RelayReportReader, relay: str, request: RelayRequest) -> Response:
    """The answer to a request, with its effects on disk."""
    try:
        batch = reader.read(relay, request)
        site.pool.write(lambda db: site.project(db, request.now).relay_reports.take(relay, batch))
    except ProofFault as fault:
        site.warn(f"a report of {relay} is not believed: {fault}")
        return Response("Not believed.\n", 401)
    except FetchError as fault:
        site.warn(f"a report of {relay}: {fault}")
        return Response("Try again.\n", 503, {"Retry-After": "60"})
    except InputError as fault:
        site.warn(f"a report of {relay} cannot be read: {fault}")
        return Response("This cannot be read.\n", 400)
    except AlertsError as fault:
        site.warn(f"a report of {relay}: {fault}")
        return Response("Try again.\n", 503, {"Retry-After": "60"})
    except Exception as fault:
        frames = traceback.extract_tb(fault.__traceback__)
        where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
        site.warn(f"a report of {relay}: {type(fault).__name__} at {where}")
        return Response("Something went wrong on our side.\n", 500)
    return Response(status_code=204)
