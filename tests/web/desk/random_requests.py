"""Random and forged requests for every route of the desk: no fault of ours, and nothing gets through.

Strangers, forged and stale form keys, and a translator who asks for what only others may: none of them may
change what `_GUARDED` names. An editor's own requests may change the issue, and must not break a page.
"""

import random
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database
from starlette.testclient import TestClient

from alerts.library.project import Project
from alerts.web.application import PAGES, application
from alerts.web.context import Site
from tests.factories import MONTH

ROUTES = tuple(page for page in PAGES if page.path.startswith("/desk"))
METHODS = ("GET", "POST", "POST", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE")
NAMES = (
    "form", "month", "language", "languages", "only", "email", "role", "name", "act", "url", "title",
    "summary", "seen-title", "section", "layout", "choice", "content", "version", "people", "text-en",
    "where", "why", "to", "answer", "number", "status", "tags", "query", "page", "after", "mode", "lang",
    "all", "note", "subject", "introduction", "file", "step", "comment", "body", "undo",
    "day", "hour", "anyway", "off", "seen", "of", "doubted",
)  # fmt: skip
ODD = (
    "", "1", "0", "-1", "9" * 40, "2026-10", "2026-13", "en", "es", "tlh", "editor", "translator:es",
    "admin@example.org", "x@example.org", "\u202e\u2066", "\0", "\r\nSet-Cookie: a=b", "%00", "../../etc",
    "<script>alert(1)</script>", "{{ 7*7 }}", "' OR 1=1 --", "é" * 3_000, "\ud7ff\ufffe", "null", "[]",
    "{}", "[" * 900, "http://127.0.0.1:9/", "javascript:alert(1)", "NaN", "1e309", "٣", "²", "\u2028",
)  # fmt: skip
LONG = "a" * 2_000_000
_GUARDED = (
    "people", "roles", "subscribers", "suppressions", "approvals", "deliveries", "passkeys", "issues",
)  # fmt: skip
_EDITED = ("articles", "faces", "letters")  # what a translator may write in part


@dataclass
class RequestsMade:
    """How many requests there were, and those that found a fault or got through, a line each."""

    number: int = 0
    faults: list[str] = field(default_factory=list)
    through: list[str] = field(default_factory=list)


def run_requests(site: Site, db: Database, each: int, seed: int) -> RequestsMade:
    """Make `each` requests of every kind of visitor for every route, together; `db` is another connection
    to the project's database, with the people of `signed_in.py`."""
    made, dice = RequestsMade(), random.Random(seed)
    project = Project.over(site.settings, db, site.now(), "test")
    stories = [article.id for article in project.issues.composed(MONTH).articles]
    visitors = dict(_visitors(site, project))
    for page in ROUTES:
        for kind, (client, key) in visitors.items():
            before = _state(db, kind)
            for _ in range(max(1, each // len(visitors))):
                path = _path(page.path, dice, stories)
                told = _asked(client, path, key, dice)
                made.number += 1
                if told[0] >= 500 and told[0] != 503:
                    made.faults.append(f"{kind} {path}: {told}")
            if before != _state(db, kind):
                made.through.append(f"{kind} {page.path}")
    return made


def _visitors(site: Site, project: Project) -> Iterator[tuple[str, tuple[TestClient, str]]]:
    """Each kind of visitor: a browser, and the form key that it sends; an empty one is made up."""
    from tests.web.desk.signed_in import form_key

    def browser(email: str) -> TestClient:
        base = site.settings.web.public_url
        client = TestClient(
            application(site), base_url=base, raise_server_exceptions=False, follow_redirects=False
        )
        if email:
            client.post(project.people.link(email), data={"form": "enter"})
        return client

    yield "stranger", (browser(""), "")
    yield "forger", (browser("admin@example.org"), "")
    stale = browser("admin@example.org")
    key = form_key(stale)
    yield "replayer", (browser("admin@example.org"), key)
    translator = browser("lucia@example.org")
    yield "translator", (translator, form_key(translator))
    editor = browser("anna@example.org")
    yield "editor", (editor, form_key(editor))


def _path(path: str, dice: random.Random, stories: list[str]) -> str:
    odd = ("x", "%00", "..", "0" * 10, "%E2%80%AE", "a" * 300)
    for name, known in (
        ("{id}", stories),
        ("{act}", ["up", "down", "feature", "exclude", "include"]),
        ("{token}", ["1-1-1-1"]),
    ):
        path = path.replace(name, dice.choice([*known, *known, *odd]))
    while "{" in path:
        path = path[: path.index("{")] + "1" + path[path.index("}") + 1 :]
    pairs = [f"{dice.choice(NAMES)}={dice.choice(_IN_QUERY)}" for _ in range(dice.randrange(4))]
    return f"{path}?{'&'.join(pairs)}" if pairs else path


_IN_QUERY = (
    "2026-10",
    "en",
    "es",
    "%00",
    "%E2%80%AE",
    "%0d%0aX:y",
    "a" * 2_000,
    "1",
    "-1",
    "%ff%fe",
    "",
)


def _asked(
    client: TestClient, path: str, key: str, dice: random.Random
) -> tuple[int, str, dict[str, str]]:
    method = dice.choice(METHODS)
    values = {dice.choice(NAMES): _value(dice) for _ in range(dice.randrange(12))}
    values["form"] = key or dice.choice(("", "0" * 32, "é", "x" * 5_000))
    values.pop("network", None)
    how: Mapping[str, Any] = {"data": values}
    if dice.random() < 0.2:
        octets = bytes(dice.randrange(256) for _ in range(dice.randrange(300)))
        kinds = (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/x",
            "",
        )
        how = {"content": octets, "headers": {"content-type": dice.choice(kinds)}}
    elif dice.random() < 0.02:
        how = {"data": {**values, "title": LONG}}
    answer = client.request(method, path, **how)
    return answer.status_code, method, {name: value[:30] for name, value in values.items()}


def _value(dice: random.Random) -> str:
    if dice.random() < 0.8:
        return dice.choice(ODD).encode("utf-8", "replace").decode()
    return "".join(dice.choice(string.printable) for _ in range(dice.randrange(60)))


def _state(db: Database, kind: str) -> list[Any]:
    """What this kind of visitor may not change; an editor's issue is their own."""
    tables = {"editor": _GUARDED[:4], "translator": _GUARDED}.get(kind, (*_GUARDED, *_EDITED))
    columns = {
        "people": "id, email, address, name, added_at, removed_at"
    }  # anybody chooses a language
    return [
        db.conn.execute(f"SELECT {columns.get(name, '*')} FROM {name}").fetchall()
        for name in tables
    ]
