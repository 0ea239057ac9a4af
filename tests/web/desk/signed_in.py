"""The desk for tests: a served project with people, and browsers of theirs that are signed in."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from alerts.library.project import Project
from tests.pages import ANSWER_WITHIN, Served, fields, serve_with

PEOPLE = {
    "anna@example.org": ("editor", "approver"),
    "lucia@example.org": ("translator:es",),
    "dana@example.org": ("approver",),
    "admin@example.org": ("admin",),
}


@dataclass
class Desk:
    """A served project with a desk."""

    served: Served

    def project(self) -> Project:
        """The project, by the clock of the server."""
        settings = self.served.settings
        return Project.over(settings, self.served.db, self.served.clock(), "test")

    @contextmanager
    def browser(self, email: str = "") -> Iterator[httpx2.Client]:
        """A browser of its own, signed in as that person (or not at all)."""
        with httpx2.Client(
            base_url=self.served.settings.web.public_url, timeout=ANSWER_WITHIN
        ) as client:
            if email:
                link = self.project().people.link(email)
                assert client.post(link, data=fields(client.get(link).text)).status_code == 303
            yield client


@contextmanager
def desk_of(root: Path, **environ: str) -> Iterator[Desk]:
    """Serve the project at `root` with the people above."""
    with desk_with(root, environ) as desk:
        yield desk


@contextmanager
def desk_with(root: Path, environ: Mapping[str, str], *, drafts: bool = True) -> Iterator[Desk]:
    """The same; where `drafts` is false, the jobs that make drafts wait."""
    with serve_with(root, {"WEB__BASE_URL": "{here}", **environ}, drafts=drafts) as served:
        desk = Desk(served)
        for email, roles in PEOPLE.items():
            desk.project().people.add(email, roles)
        yield desk


def form_key(client: httpx2.Client, path: str = "/desk") -> str:
    """The key of that browser's session, as its pages hold it."""
    found = re.search(r'name="form" value="([0-9a-f]{32})"', client.get(path).text)
    assert found
    return found[1]


def press(client: httpx2.Client, path: str, page: str = "/desk", **values: str) -> httpx2.Response:
    """Send a form as its button does."""
    return client.post(path, data={"form": form_key(client, page), **values})
