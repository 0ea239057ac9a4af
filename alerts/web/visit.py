"""One request as a page sees it, and a page as the server sees it.

The body is read here, within the guard's limits and a time; pages get text fields and nothing else.
Handlers run in threads, each with a connection of its own. What a handler raises becomes an answer
that says nothing about it, and a line in the log that says no more than where it happened.
"""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import anyio
from sqlite_utils import Database
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from alerts import tokens
from alerts.errors import StoreBusy
from alerts.publish import edition_language
from alerts.store import secrets
from alerts.web.pool import READERS, WRITERS
from alerts.web.site import Site

PATIENCE = 20  # seconds in which a visitor must have sent the body
MOST_FIELDS = 100
FORM_AGE = timedelta(days=1)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request. `network` is the visitor's address, as far as trusted proxies tell it."""

    site: Site
    db: Database
    now: datetime
    path: Mapping[str, str]
    query: Values
    form: Values
    headers: Headers
    network: str
    method: str
    language: str
    root: str

    def field(self, name: str) -> str:
        """A form field, or an empty text."""
        return self.form.get(name, ("",))[0]

    def page(self, template: str, status: int = 200, language: str = "", **values: Any) -> Response:
        """An answer: a template of `templates/web/`, in the visitor's language or the one given."""
        spoken = self.speaks(language) if language else self.language
        html = self.site.pages.html(f"web/{template}", spoken, self.root, values)
        return HTMLResponse(html, status, headers={"Content-Language": spoken})

    def number(self, purpose: tokens.Purpose) -> int | None:
        """Whom or what the token in the path stands for, or None where it is not ours."""
        return tokens.verify(secrets.all_secrets(self.db), purpose, self.path["token"])

    def token(self, purpose: tokens.Purpose, number: int, within: timedelta | None = None) -> str:
        """A token of our newest key, good for ever or for that long."""
        key = secrets.newest(self.db)
        if within is None:
            return tokens.sign(*key, purpose, number)
        until = int((self.now + within).timestamp())
        return tokens.sign_until(*key, purpose, number, until)

    def passed(self, purpose: tokens.Purpose, token: str) -> tokens.Pass | None:
        """What an expiring token says, over or not; None where it is not ours."""
        return tokens.verify_until(secrets.all_secrets(self.db), purpose, token)

    def nonce(self, number: int) -> str:
        """What a form carries so that only a form of ours, not long ago, can be sent."""
        return self.token(tokens.Purpose.FORM, number, FORM_AGE)

    def form_age(self, number: int) -> timedelta | None:
        """How old the form is that was sent; None where it is not ours, or too old."""
        said = self.passed(tokens.Purpose.FORM, self.field("form"))
        if said is None or said.number != number:
            return None
        left = timedelta(seconds=said.until - self.now.timestamp())
        return FORM_AGE - left if timedelta(0) <= left <= FORM_AGE else None

    def missing(self) -> Response:
        """What stands for everything that is not here, a token that is not ours included (X12)."""
        return self.page("missing.html", 404)

    def speaks(self, language: str) -> str:
        """The language of the pages for a reader of `language`, unless the visitor asked for one."""
        asked = _offered(self.query.get("lang", ("",))[0], self.site)
        return asked or edition_language(language, self.site.settings)


Handler = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """A path of the site, and what it answers. HEAD is GET without a body; OPTIONS changes nothing."""

    path: str
    get: Handler | None = None
    post: Handler | None = None

    @property
    def methods(self) -> str:
        """For the header Allow."""
        names = (("GET, HEAD", self.get), ("POST", self.post), ("OPTIONS", True))
        return ", ".join(name for name, there in names if there)


missing = Page("", lambda visit: visit.missing(), lambda visit: visit.missing())

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
    handler = page.post if request.method == "POST" else page.get
    if handler is None or request.method not in ("GET", "HEAD", "POST"):
        response = await _in_thread(
            site, request, {}, lambda visit: visit.page("refused.html", 405)
        )
        response.headers["Allow"] = page.methods
        return response
    try:
        form = await _form(request) if request.method == "POST" else {}
    except ClientDisconnect:  # or the guard has cut off a body that is too long
        return _plain(413, "Too large.")
    except (HTTPException, MultiPartException, TimeoutError):
        return await _in_thread(site, request, {}, lambda visit: visit.page("refused.html", 400))
    return await _in_thread(site, request, form, handler)


async def _form(request: Request) -> Values:
    """The text fields of a form, in either encoding; no fields for another kind of body."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in FORMS:
        return {}
    with anyio.fail_after(PATIENCE):
        async with request.form(max_files=0, max_fields=MOST_FIELDS) as sent:
            return _values((name, str(value)) for name, value in sent.multi_items())


def _values(pairs: Any) -> Values:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return found


async def _in_thread(site: Site, request: Request, form: Values, handler: Handler) -> Response:
    work = partial(_handled, site, request, form, handler)
    limiter = _writers if request.method == "POST" else _readers
    return await anyio.to_thread.run_sync(work, limiter=limiter)


def _handled(site: Site, request: Request, form: Values, handler: Handler) -> Response:
    """Call a handler; what it raises becomes an answer."""
    query = _values(request.query_params.multi_items())
    try:
        if request.method == "POST":
            return site.pool.write(lambda db: handler(_visit(site, request, form, query, db)))
        with site.pool.reading() as db:
            return handler(_visit(site, request, form, query, db))
    except StoreBusy:
        site.warn("the database is held by another program: answered 503")
        return _plain(503, "Busy. Please try again in a minute.", {"Retry-After": "60"})
    except Exception as fault:
        site.warn(f"fault: {_where(fault)}")
        return _plain(500, "Something went wrong here. It has been noted; please try again later.")


def _visit(site: Site, request: Request, form: Values, query: Values, db: Database) -> Visit:
    asked = _offered(query.get("lang", ("",))[0], site)
    return Visit(
        site=site,
        db=db,
        now=site.now(),
        path=request.path_params,
        query=query,
        form=form,
        headers=request.headers,
        network=request.client.host if request.client else "",
        method=request.method,
        language=asked or accepted(request.headers.get("accept-language", ""), site),
        root="../" * (request.scope["path"].count("/") - 1) or "./",
    )


def _offered(tag: str, site: Site) -> str:
    """The language asked for by `?lang=`, if the alert speaks it."""
    wanted = tag.strip().lower().replace("_", "-")
    return wanted if wanted in site.settings.alert.languages else ""


def accepted(header: str, site: Site) -> str:
    """The language of the alert that Accept-Language (RFC 9110 §12.5.4) likes best."""
    wishes: list[tuple[float, str]] = []
    for part in header[:500].lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wishes.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    made = site.settings.alert.languages
    for liking, wish in sorted(wishes, key=lambda pair: -pair[0]):
        base = wish.partition("-")[0]
        for offered in (wish, base, *(one for one in made if one.partition("-")[0] == base)):
            if liking > 0 and offered in made:
                return offered
    return site.settings.default_language


def _plain(status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer for which neither database nor template is needed."""
    return Response(f"{words}\n", status, headers, media_type="text/plain")


def _where(fault: Exception) -> str:
    """A fault without its words, which may hold what somebody typed (X15)."""
    frames = traceback.extract_tb(fault.__traceback__)
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-3:]]
    return f"{type(fault).__name__} at {' > '.join(places)}"
