"""The ASGI application that answers for one path of the API: token, scope, limits, body, CORS.

A token is checked before a body is read, and is never logged. Whoever guesses tokens is slowed down by
network. Operations run in threads; a fault becomes a problem without details, and a line in the log that
names only its place in the code.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

import anyio
import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from alerts.domain.api_token import ApiToken
from alerts.domain.errors import AlertsError
from alerts.library.api_access import FinalAnswer
from alerts.library.connections import READERS, WRITERS
from alerts.library.project import Project
from alerts.text.mistakes import place_of
from alerts.web.api import cors
from alerts.web.api.carrying import Carrier, Conditions, refusal
from alerts.web.api.decoding import decoded_body, decoded_query
from alerts.web.api.operation import ROOT, ApiCall, CarriedOut, Operation
from alerts.web.api.problems import (
    FAULT,
    MALFORMED,
    MEDIA,
    METHOD,
    MISSING,
    NO_TOKEN,
    TOO_LARGE,
    TOO_MANY,
    ProblemFault,
    problem_of,
)
from alerts.web.context import Site
from alerts.web.rate_limits import HOUR, Limit, network_of

PATIENCE = 60  # seconds in which a caller must have sent the body
_TAGS = re.compile(r'\*|(?:W/)?"[^"]*"(?:\s*,\s*(?:W/)?"[^"]*")*')
_KEY = re.compile(r"[!-~]{1,200}")
_REMEDIES = {
    _TAGS: "send an ETag with its quotation marks, or *",
    _KEY: "send 1 to 200 characters of ASCII without spaces, such as a UUID",
}

_readers, _writers = anyio.CapacityLimiter(READERS), anyio.CapacityLimiter(WRITERS)


class ApiLimits:
    """What is counted for the whole API: requests by token, wrong tokens by network."""

    def __init__(self, site: Site) -> None:
        most = site.settings.web.api_per_hour
        self.requests, self.guesses = Limit(most), Limit(most)
        self.wait = max(1, round(HOUR / most))  # seconds until one more is free


class ApiPath:
    """Answers for one path, by its operations; without any, that there is nothing here."""

    def __init__(
        self, site: Site, carrier: Carrier, limits: ApiLimits, operations: Sequence[Operation] = ()
    ) -> None:
        self._site, self._carrier, self._limits = site, carrier, limits
        self._operations = {one.method: one for one in operations}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._response(request)
        except ProblemFault as fault:
            response = _shown(refusal(fault))
        except AlertsError as fault:
            response = _shown(refusal(problem_of(fault)))
        except Exception as fault:
            self._site.warn(f"fault: {place_of(fault)}")
            response = _shown(refusal(ProblemFault(FAULT, "it has been logged")))
        if response.status_code == 405:
            response.headers["Allow"] = self._allowed
        cors.add_to(response, request, self._site.settings.web.api_origins)
        await response(scope, receive, send)

    @property
    def _allowed(self) -> str:
        heads = ["HEAD"] if "GET" in self._operations else []
        return ", ".join([*self._operations, *heads, "OPTIONS"])

    async def _response(self, request: Request) -> Response:
        if not self._operations:
            raise ProblemFault(MISSING, "there is nothing at this path")
        if request.method == "OPTIONS":
            return cors.preflight(request, self._site.settings.web.api_origins, self._allowed)
        method = "GET" if request.method == "HEAD" else request.method
        if (operation := self._operations.get(method)) is None:
            raise ProblemFault(METHOD, "this path has no such method")
        token = await self._admitted(request, operation)
        octets = await _body(request, operation)
        query = decoded_query(request.query_params.multi_items(), operation.query)
        body = octets if operation.body in (None, bytes) else decoded_body(octets, operation.body)
        making = partial(self._call, request, token, query, body)
        given = _conditions(request, operation, octets)
        work = partial(self._carrier.carry, operation, making, given)
        limiter = _readers if operation.carried is CarriedOut.READ else _writers
        return _shown(await anyio.to_thread.run_sync(work, limiter=limiter))

    def _call(
        self, request: Request, token: ApiToken, query: msgspec.Struct, body: Any, db: Any
    ) -> ApiCall[Any, Any]:
        now = self._site.now()
        path = request.scope["path"].partition(ROOT)[2]
        return ApiCall(
            site=self._site,
            project=Project.over(self._site.settings, db, now, "api"),
            now=now,
            token=token,
            path=request.path_params,
            query=query,
            body=body,
            network=request.client.host if request.client else "",
            here=quote(path, safe="/"),
        )

    async def _admitted(self, request: Request, operation: Operation) -> ApiToken:
        """The token of a request that may be carried out; raises `ProblemFault`."""
        kind, _, told = request.headers.get("authorization", "").partition(" ")
        second = self._site.now().timestamp()
        network = network_of(request.client.host if request.client else "")
        token = None
        if kind.lower() == "bearer" and told.strip():
            find = partial(self._known, told.strip())
            token = await anyio.to_thread.run_sync(find, limiter=_readers)
            if token is None and not self._limits.guesses.take(network, second):
                raise ProblemFault(TOO_MANY, "too many wrong tokens", wait=self._limits.wait)
        if token is None:
            raise ProblemFault(NO_TOKEN, "Authorization: no valid token", "Authorization")
        if not self._limits.requests.take(str(token.id), second):
            raise ProblemFault(
                TOO_MANY, "this token has made too many requests", wait=self._limits.wait
            )
        if not token.scope.covers(operation.scope):
            raise ProblemFault.scope(operation.scope.value, token.scope.value)
        return token

    def _known(self, told: str) -> ApiToken | None:
        """The valid token that this is; the first use of a day is noted."""
        now = self._site.now()
        with self._site.pool.reading() as db:
            token = self._site.project(db, now).tokens.check(told)
        if token is not None and token.used_on != now.date().isoformat():
            self._site.pool.write(lambda db: self._site.project(db, now).tokens.note_use(token))
        return token


async def _body(request: Request, operation: Operation) -> bytes:
    """The body, within the limits of size and time; raises `ProblemFault`."""
    if operation.body is None:
        return b""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if operation.body is not bytes and media != "application/json":
        raise ProblemFault(
            MEDIA, "Content-Type: this takes JSON", "Content-Type", "send application/json"
        )
    most, octets = operation.at_most, bytearray()
    try:
        with anyio.fail_after(PATIENCE):
            async for part in request.stream():
                octets += part
                if len(octets) > most:
                    raise ProblemFault(TOO_LARGE, f"the body has more than {most} octets")
    except TimeoutError:
        raise ProblemFault(MALFORMED, f"the body took more than {PATIENCE} seconds") from None
    except ClientDisconnect:
        raise ProblemFault(MALFORMED, "the body was cut off") from None
    return bytes(octets)


def _conditions(request: Request, operation: Operation, octets: bytes) -> Conditions:
    """What the headers say; raises `ProblemFault` for a malformed one."""
    given = {}
    for name, form in (("If-Match", _TAGS), ("If-None-Match", _TAGS), ("Idempotency-Key", _KEY)):
        value = request.headers.get(name)
        given[name] = (value or "").strip()
        if value is not None and not form.fullmatch(given[name]):
            raise ProblemFault(MALFORMED, f"{name}: malformed", name, _REMEDIES[form])
    digest = hashlib.sha256()
    for part in (operation.method, request.scope["path"], request.url.query):
        digest.update(f"{part}\0".encode("utf-8", "surrogateescape"))
    digest.update(octets)
    tags = (given["If-Match"], given["If-None-Match"])
    return Conditions(*tags, given["Idempotency-Key"], digest.digest())


def _shown(answer: FinalAnswer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers))
