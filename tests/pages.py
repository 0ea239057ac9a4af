"""The public pages for tests: the real server on loopback, in a thread of this process."""

import email
import email.policy
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx2
import pytest
from sqlite_utils import Database

from alerts.cli.serve import address, serving
from alerts.cli.sockets import listening
from alerts.config.load import load
from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.delivery import Envelope
from alerts.domain.job import JobQueue
from alerts.domain.subscriber import Subscriber, SubscriberStatus
from alerts.library.job_worker import JobThread
from alerts.library.links import PERSONAL
from alerts.library.project import Project
from alerts.mail import tokens
from alerts.mail.tokens import Purpose
from alerts.outbox.options import World
from alerts.store import link_numbers, open_database, signing_keys, subscribers
from alerts.subscribers import send_notices
from alerts.transport.connection import Conversation, Transport
from alerts.transport.relay import Null
from alerts.web.context import Site
from tests.relay import Taken

ANSWER_WITHIN = 30.0


class Box(Null):
    """A relay that keeps what it takes."""

    def __init__(self, taken: list[Taken]) -> None:
        self._taken = taken

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Conversation:
        self._taken.append(Taken(envelope.sender, envelope.recipient, message, ""))
        return super().send(envelope, message, following)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def go(self, **far: float) -> None:
        """Move on by that much: `go(days=3)`."""
        self.moment += timedelta(**far)


@dataclass
class Served:
    """A running server; `client` speaks to it without following redirects."""

    settings: Settings
    url: str
    client: httpx2.Client
    db: Database
    clock: Clock
    log: list[str] = field(default_factory=list)

    def get(self, path: str, **more: object) -> httpx2.Response:
        """A GET of `path`."""
        return self.client.get(path.lstrip("/"), **more)  # type: ignore[arg-type]

    def post_office(self, transport: Transport | None = None) -> list[Taken]:
        """Have the notices sent that are due; returns them."""
        taken: list[Taken] = []
        world = World(transport or (lambda: Box(taken)), self.clock, time.monotonic, lambda: 0.5)
        send_notices.send_due(self.db, self.settings, world)
        return taken

    def sign_up(self, address: str = "ana@example.org", **more: str) -> httpx2.Response:
        """Fill in the form to join as a person does, and send it."""
        page = self.get("/join")
        self.clock.go(seconds=10)
        return self.post("/join", data={**fields(page.text), "email": address, **more})

    def subscriber(self, address: str = "ana@example.org", language: str = "en") -> int:
        """An active subscriber; returns their id."""
        person = Subscriber(id=0, email=address, status=SubscriberStatus.ACTIVE, language=language)
        return subscribers.add(self.db, person, self.clock())

    def becomes(self, status: SubscriberStatus, address: str = "ana@example.org") -> None:
        """Set where a person stands."""
        person = subscribers.find(self.db, Address.parse(address))
        assert person is not None
        subscribers.change(self.db, replace(person, status=status), self.clock())

    def token(self, purpose: Purpose, number: int) -> str:
        """A token of ours."""
        keys = signing_keys.all_secrets(self.db)
        if purpose in PERSONAL:
            number = link_numbers.number_of(self.db, number)
        return tokens.sign(max(keys), keys[max(keys)], purpose, number)

    def status(self, address: str = "ana@example.org") -> str:
        """Where a person stands, or an empty text."""
        person = subscribers.find(self.db, Address.parse(address))
        return person.status.value if person else ""

    def post(self, path: str, **more: object) -> httpx2.Response:
        """A POST to `path`."""
        return self.client.post(path.lstrip("/"), **more)  # type: ignore[arg-type]


@contextmanager
def serve(root: Path, **environ: str) -> Iterator[Served]:
    """Serve the project at `root`; settings from the environment, as `ALERTS_…`, without it. In a value,
    `{here}` is the address of the server and `{port}` its port. Drafts are made at once when a page asks
    for one."""
    with serve_with(root, environ) as served:
        yield served


@contextmanager
def serve_with(root: Path, environ: Mapping[str, str], *, drafts: bool = True) -> Iterator[Served]:
    """The same; where `drafts` is false, the jobs that make them wait."""
    clock, log = Clock(), list[str]()
    with ExitStack() as stack:
        bound = stack.enter_context(listening("127.0.0.1", 0))
        here = address(bound).rstrip("/")
        port = here.rpartition(":")[2]
        given = {
            f"ALERTS_{key}": value.replace("{here}", here).replace("{port}", port)
            for key, value in environ.items()
        }
        settings = load(root, given)
        site = Site(
            settings,
            log=log.append,
            warn=log.append,
            now=clock,
            wake_jobs=partial(make_drafts, settings, log.append, clock) if drafts else lambda: None,
        )
        stack.enter_context(serving(site, bound))
        url = address(bound)
        client = stack.enter_context(httpx2.Client(base_url=url, timeout=ANSWER_WITHIN))
        db = open_database(settings.database_path, threads=True)
        stack.callback(db.close)
        yield Served(settings, url, client, db, clock, log)


def make_drafts(
    settings: Settings,
    warn: Callable[[str], None],
    clock: Callable[[], datetime],
    *queues: JobQueue,
) -> None:
    """Do the jobs that make drafts and mail tests, here and now; those of the other queues go on waiting. Or
    those of other `queues`."""
    db = open_database(settings.database_path)
    try:
        project = Project.over(settings, db, clock(), "test")
        for queue in queues or (JobQueue.DRAFTS, JobQueue.TESTS):
            JobThread(settings.root, queue, warn, settings, clock).do_waiting(project)
    finally:
        db.close()


@pytest.fixture
def served(project: Path) -> Iterator[Served]:
    """The pages of a fresh project."""
    with serve(project) as running:
        yield running


def fields(html: str) -> dict[str, str]:
    """The fields that a form of ours sends unless somebody types: names and values."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        ticked = attributes.get("type") not in ("checkbox", "radio") or " checked" in tag
        if "name" in attributes and ticked and attributes["name"] != "sections":
            found[attributes["name"]] = attributes.get("value", "")
    return found


def links(message: bytes) -> list[str]:
    """The addresses in the text part of a message."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    part = parsed.get_body(("plain",))
    assert part is not None
    return re.findall(r"https?://\S+", part.get_content())


def path_of(url: str, served: Served) -> str:
    """A link of an e-mail as a path of the server."""
    assert url.startswith(served.settings.web.base_url), url
    return url.removeprefix(served.settings.web.base_url)


def mailed_link(served: Served, path: str) -> str:
    """Ask for the proof that a page of one reader wants; the path that is mailed to their mailbox."""
    assert served.post(path, data=fields(served.get(path).text)).status_code == 200
    (mail,) = [
        one for one in served.post_office() if f"{path}?proof=" in "".join(links(one.octets))
    ]
    return path_of(links(mail.octets)[0], served)


def mailed_form(served: Served, path: str) -> dict[str, str]:
    """The form behind that link."""
    page = served.get(mailed_link(served, path))
    assert page.status_code == 200
    return fields(page.text)


PROCESS_ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1"}
