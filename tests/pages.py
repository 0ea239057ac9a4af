"""The public pages for tests: the real server on loopback, in a thread of this process."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlite_utils import Database

from alerts.cli.serve import address, listening, serving
from alerts.project import load
from alerts.settings import Settings
from alerts.store import open_database
from alerts.web import Site

ANSWER_WITHIN = 30.0


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
    client: httpx.Client
    db: Database
    clock: Clock
    log: list[str] = field(default_factory=list)

    def get(self, path: str, **more: object) -> httpx.Response:
        """A GET of `path`."""
        return self.client.get(path.lstrip("/"), **more)  # type: ignore[arg-type]

    def post(self, path: str, **more: object) -> httpx.Response:
        """A POST to `path`."""
        return self.client.post(path.lstrip("/"), **more)  # type: ignore[arg-type]


@contextmanager
def serve(root: Path, **environ: str) -> Iterator[Served]:
    """Serve the project at `root`; settings from the environment, as `ALERTS_…`, without it."""
    given = {f"ALERTS_{key}": value for key, value in environ.items()}
    settings, clock, log = load(root, given), Clock(), list[str]()
    with ExitStack() as stack:
        bound = stack.enter_context(listening("127.0.0.1", 0))
        site = Site(settings, log=log.append, now=clock)
        stack.enter_context(serving(site, bound))
        url = address(bound)
        client = stack.enter_context(httpx.Client(base_url=url, timeout=ANSWER_WITHIN))
        db = open_database(settings.database_path, threads=True)
        stack.callback(db.close)
        yield Served(settings, url, client, db, clock, log)


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
        if "name" in attributes and ticked:
            found[attributes["name"]] = attributes.get("value", "")
    return found


Serve = Callable[..., Served]

PROCESS_ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1"}
