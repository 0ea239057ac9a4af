"""Answers a request by its page.

The body of a POST is read here, with a limit on its size and time; a page that accepts any body
(`Page.any_body`) acts without it where it is too long, malformed, slow or cut off. Views and acts run
in threads, each with its own connection. A request is carried out, committed, and only then shown: if
its page cannot be rendered, the act stands, and a plain answer says that it is done. Any other
exception becomes an answer without details, and a line in the log that names only the place in the
code.
"""

import traceback
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import anyio
from sqlite_utils import Database
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from alerts.domain.errors import StoreBusy, TemplateFault
from alerts.editions.catalogue import later
from alerts.library.connections import READERS, WRITERS
from alerts.web.context import Site
from alerts.web.request import (
    NO_FILES,
    Act,
    Page,
    PostResult,
    Values,
    View,
    Visit,
    accepted,
    offered,
)
from alerts.web.uploads import Upload

PATIENCE_OF_FILES = 600
PATIENCE = 20  # seconds in which a visitor must have sent the body
SOON = 1  # seconds; a page that accepts any body waits only so long for it
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_readers, _writers = anyio.CapacityLimiter(READERS), anyio.CapacityLimiter(WRITERS)


class Answering:
    """The ASGI application that answers for one page."""

    def __init__(self, site: Site, page: Page) -> None:
        self._site, self._page = site, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await _response(self._site, self._page, Request(scope, receive))
        await response(scope, receive, send)


async def _response(site: Site, page: Page, request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": page.methods})
    if request.method in ("GET", "HEAD") and page.at_once is not None:
        return page.at_once(site, request)
    if request.method in ("GET", "HEAD") and page.get is not None:
        return await _view(site, request, page.get)
    if request.method != "POST" or page.post is None:
        response = await _view(site, request, lambda visit: visit.page("refused.html", 405))
        response.headers["Allow"] = page.methods
        return response
    form: Values = {}
    files: dict[str, Upload] = {}
    try:
        if page.admits is None or await _admitted(site, request, page.admits):
            form, files = await _form(request, page)
    except ClientDisconnect:  # or the body is too long
        if not page.any_body:
            return _plain(site, 413, _spoken(site, request), TOO_LARGE)
    except (HTTPException, MultiPartException, TimeoutError):
        if not page.any_body:
            return await _view(site, request, lambda visit: visit.page("refused.html", 400))
    acted = _acted_alone if page.alone else _acted
    visitor = _visitor(site, request, form, files)
    work = partial(acted, site, visitor, page.post, _spoken(site, request))
    try:
        return await anyio.to_thread.run_sync(work, limiter=_writers)
    finally:
        for upload in files.values():
            if not site.uploads.holds(upload):
                upload.file.close()


async def _admitted(site: Site, request: Request, admits: Callable[[Visit], bool]) -> bool:
    """Whether the body of this visitor is read."""
    visitor = _visitor(site, request, {})

    def asked() -> bool:
        with site.pool.reading() as db:
            return admits(visitor(db))

    return await anyio.to_thread.run_sync(asked, limiter=_readers)


async def _form(request: Request, page: Page) -> tuple[Values, dict[str, Upload]]:
    """The text fields of a form, in either encoding, and its files; nothing for another kind of body.

    Raises `ClientDisconnect` for a body that is cut off or longer than its page takes, `TimeoutError`
    for one that takes too long, `HTTPException` or `MultiPartException` for a
    malformed one.
    """
    if int(request.headers.get("content-length", "0")) > page.most_octets:
        raise ClientDisconnect
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in FORMS:
        return {}, {}
    limited = Request(request.scope, _Limited(request.receive, page.most_octets))
    patience = PATIENCE_OF_FILES if page.most_files else PATIENCE
    with anyio.fail_after(SOON if page.any_body else patience):
        sent = await limited.form(max_files=page.most_files, max_fields=page.most_fields)
    pairs = sent.multi_items()
    for _, value in pairs:
        if isinstance(value, UploadFile) and not value.size:
            await value.close()  # no file was chosen
    files = {
        name: Upload((value.filename or "file")[:200], value.file)
        for name, value in pairs
        if isinstance(value, UploadFile) and value.size
    }
    texts = ((name, value) for name, value in pairs if isinstance(value, str))
    return _values(texts), files


class _Limited:
    """A body that ends when it is longer than any of our forms, as if the visitor had disconnected."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._left = receive, most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return message if self._left >= 0 else {"type": "http.disconnect"}


def _values(pairs: Any) -> Values:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return found


Visitor = Callable[[Database], Visit]


async def _view(site: Site, request: Request, view: View) -> Response:
    work = partial(_shown, site, _visitor(site, request, {}), view, _spoken(site, request))
    return await anyio.to_thread.run_sync(work, limiter=_readers)


def _shown(site: Site, visitor: Visitor, view: View, language: str) -> Response:
    """Make an answer with a connection for it; an exception becomes an answer."""
    try:
        with site.pool.reading() as db:
            return view(visitor(db))
    except Exception as fault:
        return _failed(site, fault, language)


def _acted(site: Site, visitor: Visitor, act: Act, language: str) -> Response:
    """Carry a request out, and answer once it is on disk; `language` is the visitor's."""
    try:
        then = site.pool.write(lambda db: act(visitor(db)))
    except Exception as fault:
        return _failed(site, fault, language)
    return _answer_to(site, visitor, then, language)


def _answer_to(site: Site, visitor: Visitor, then: PostResult, language: str) -> Response:
    """The answer to a request that was carried out, or was not."""
    if isinstance(then.show, Response):
        return then.show
    if not then.done:
        return _shown(site, visitor, then.show, language)
    try:
        with site.pool.reading() as db:
            return then.show(visitor(db))
    except Exception as fault:
        site.warn(f"done, and the page of it cannot be shown: {_where(fault)}")
        return _plain(site, 200, language, DONE)  # 200, so that nobody repeats it


def _acted_alone(site: Site, visitor: Visitor, act: Act, language: str) -> Response:
    """The same with a connection for this act alone, which commits by itself."""
    try:
        with site.pool.reading() as db:
            then = act(visitor(db))
    except Exception as fault:
        return _failed(site, fault, language)
    return _answer_to(site, visitor, then, language)


DONE = later(
    "Your request has been carried out, but we could not show the confirmation page. There is no need"
    " to try again."
)
TOO_LARGE = later("The form is too large. Please shorten it and try again.")
BUSY = later("The server is busy. Please try again in a minute.")
FAILED = later("Something went wrong on our side. It has been logged. Please try again later.")


def _failed(site: Site, fault: Exception, language: str) -> Response:
    """The answer where nothing could be done or shown."""
    if isinstance(fault, StoreBusy):
        site.warn("the database is held by another program: answered 503")
        return _plain(site, 503, language, BUSY, {"Retry-After": "60"})
    site.warn(f"fault: {_where(fault)}")
    return _plain(site, 500, language, FAILED)


def _visitor(
    site: Site, request: Request, form: Values, files: Mapping[str, Upload] = NO_FILES
) -> Visitor:
    """The data of one request for a page, without a connection; the moment is the same throughout."""
    now = site.now()
    visit = partial(
        Visit,
        site,
        now=now,
        path=request.path_params,
        query=_values(request.query_params.multi_items()),
        form=form,
        files=files,
        headers=request.headers,
        network=request.client.host if request.client else "",
        method=request.method,
        language=_spoken(site, request),
        where=request.scope["path"],
        root="../" * (request.scope["path"].count("/") - 1) or "./",
    )
    return lambda db: visit(site.project(db, now))


def _spoken(site: Site, request: Request) -> str:
    """The language that the visitor asked for, or the one that their browser prefers."""
    query = _values(request.query_params.multi_items())
    return offered(query, site) or accepted(request.headers.get("accept-language", ""), site)


def _plain(
    site: Site, status: int, language: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer for which neither database nor template is needed, in the visitor's language."""
    try:
        words = str(site.pages.catalogue(language).write(message))
    except Exception:  # the project's own catalogue is broken too
        language, words = "en", message
    named = {"Content-Language": language, **(headers or {})}
    return Response(f"{words}\n", status, named, media_type="text/plain")


def _where(fault: Exception) -> str:
    """The type and place of an exception, without its message, which may contain what somebody typed
    (X15)."""
    frames = traceback.extract_tb(fault.__traceback__)
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-3:]]
    if isinstance(fault, TemplateFault) and fault.place:
        places = [fault.place]
    return f"{type(fault).__name__} at {' > '.join(places)}"
