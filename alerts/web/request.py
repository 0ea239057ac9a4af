"""One request as a page sees it, and the definition of a page: a view, and an act for a POST.

A view reads and shows. A POST acts first, and returns how to show the result once that is committed
(`answering.py`). Pages get the text fields of a form, and files only where
`Page.most_files` says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from alerts.domain.languages import primary, same_language
from alerts.library.project import Project
from alerts.mail.tokens import ExpiringToken, Purpose
from alerts.web.context import Site
from alerts.web.logo import logos
from alerts.web.uploads import Upload

FORM_AGE = timedelta(days=1)

Values = Mapping[str, tuple[str, ...]]

NO_FILES: Mapping[str, Upload] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Visit:
    """One request. `network` is the visitor's network, as far as trusted proxies give it."""

    site: Site
    project: Project
    now: datetime
    path: Mapping[str, str]
    query: Values
    form: Values
    headers: Headers
    network: str
    method: str
    language: str
    root: str
    where: str
    files: Mapping[str, Upload] = field(default_factory=lambda: NO_FILES)

    @property
    def path_and_query(self) -> str:
        """Where the visitor is, below the public address: `/desk/month?languages=es`."""
        said = urlencode([(name, value) for name, values in self.query.items() for value in values])
        return f"{self.where}?{said}" if said else self.where

    def field(self, name: str) -> str:
        """A form field, or an empty text."""
        return self.form.get(name, ("",))[0]

    def page(self, template: str, status: int = 200, language: str = "", **values: Any) -> Response:
        """An answer: a template of `templates/web/`, in the visitor's language or the one given."""
        spoken = self.speaks(language) if language else self.language
        there = logos(self.project, spoken, lambda path: f"{self.root}{path}")
        shown = {**there, **values}
        html = self.site.pages.html(f"web/{template}", spoken, self.root, shown)
        return HTMLResponse(html, status, headers={"Content-Language": spoken})

    def number(self, purpose: Purpose) -> int | None:
        """The id that the token in the path stands for; None for an invalid token.

        For a person it is the id of their row; None where the person no longer exists.
        """
        return self.project.links.number(purpose, self.path["token"])

    def genuine(self, purpose: Purpose) -> int | None:
        """The number in the token in the path, if it is valid; for a person, who may no longer exist."""
        return self.project.links.genuine(purpose, self.path["token"])

    def token(self, purpose: Purpose, number: int, within: timedelta | None = None) -> str:
        """A token signed with our newest key, valid permanently or for `within`; `number` is the id of
        a row."""
        return self.project.links.sign(purpose, number, within)

    def passed(self, purpose: Purpose, token: str) -> ExpiringToken | None:
        """The content of an expiring token, even if it has expired; None for an invalid one."""
        return self.project.links.passed(purpose, token)

    def nonce(self, number: int) -> str:
        """A value in a form, so that only a recent form of ours is accepted."""
        return self.token(Purpose.FORM, number, FORM_AGE)

    def form_age(self, number: int) -> timedelta | None:
        """The age of the form that was sent; None where it is not ours or too old."""
        said = self.passed(Purpose.FORM, self.field("form"))
        if said is None or said.number != number:
            return None
        left = timedelta(seconds=said.until - self.now.timestamp())
        return FORM_AGE - left if timedelta(0) <= left <= FORM_AGE else None

    def missing(self) -> Response:
        """The answer 404 for everything that does not exist, invalid tokens included (X12)."""
        return self.page("missing.html", 404)

    def speaks(self, language: str) -> str:
        """The language of the pages for a reader of `language`, unless the visitor asked for one."""
        asked = offered(self.query, self.site)
        return asked or self.project.readers.language(language)


View = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class PostResult:
    """The result of a POST. `show` makes the answer from committed data.

    `done` is False where the request was not carried out, for example if the form must be sent again.
    """

    show: View | Response
    done: bool = True


Act = Callable[[Visit], PostResult]


@dataclass(frozen=True, slots=True)
class Page:
    """A path of the site, and its handlers. HEAD is GET without a body; OPTIONS changes nothing.

    `any_body`: the POST acts whatever the body is. `at_once` answers a GET without the database.
    `most_files`: how many files are taken with a form. `admits`: of whom a body is read at all; the act of
    others gets an empty form.
    `alone`: the act has a connection of its own and shares no commit with others, as it may take long.
    """

    path: str
    get: View | None = None
    post: Act | None = None
    any_body: bool = False
    alone: bool = False
    most_octets: int = 64_000  # of a body; readers' forms need far less
    most_fields: int = 100
    most_files: int = 0
    admits: Callable[[Visit], bool] | None = None
    at_once: Callable[[Site, Request], Response] | None = None

    @property
    def methods(self) -> str:
        """The value of the header Allow."""
        names = (("GET, HEAD", self.get or self.at_once), ("POST", self.post), ("OPTIONS", True))
        return ", ".join(name for name, there in names if there)


missing = Page("", Visit.missing, lambda visit: PostResult(Visit.missing, done=False))


def offered(query: Values, site: Site) -> str:
    """The language requested by `?lang=`, if the alert has it."""
    wanted = query.get("lang", ("",))[0].strip().lower().replace("_", "-")
    return wanted if wanted in site.settings.alert.languages else ""


def accepted(header: str, site: Site) -> str:
    """The alert's language that Accept-Language (RFC 9110 §12.5.4) prefers."""
    accepted: list[tuple[float, str]] = []
    for part in header[:500].lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            accepted.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    made = site.settings.alert.languages
    for liking, tag in sorted(accepted, key=lambda pair: -pair[0]):
        base = primary(tag)
        for offered in (tag, base, *(one for one in made if same_language(one, tag))):
            if liking > 0 and offered in made:
                return offered
    return site.settings.default_language
