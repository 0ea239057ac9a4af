"""The shape of the package: imports go down the layers only, and each outside thing has one place.

An `ast` walk over every module; each finding names the offender. A new module must be given a level
here before it can be merged.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import alerts

ROOT = Path(alerts.__file__).parent

# The level of each module or package of alerts/; what lies deeper has the level of its package.
LEVELS = {
    # the words: what everything else speaks of
    "__init__": 0,
    "model": 0,
    "errors": 0,
    "address": 0,
    "colour": 0,
    "headers": 0,
    "server_url": 0,
    "settings": 0,
    "project": 0,
    # values in, values out
    "archive": 1,
    "bounces": 1,
    "canonical": 1,
    "compose": 1,
    "diagnosis": 1,
    "dkim": 1,
    "due": 1,
    "fields": 1,
    "headings": 1,
    "jsonlist": 1,
    "letters": 1,
    "likeness": 1,
    "lint": 1,
    "manuscript": 1,
    "markup": 1,
    "message": 1,
    "notice": 1,
    "query": 1,
    "render": 1,
    "retry": 1,
    "selection": 1,
    "review": 1,
    "roster": 1,
    "sentences": 1,
    "sheet": 1,
    "throttle": 1,
    "tokens": 1,
    # the outside world; these never import each other
    "keyring": 2,
    "postbox": 2,
    "sources": 2,
    "spam": 2,
    "store": 2,
    "transport": 2,
    # use cases, one public act each
    "approval": 3,
    "collect": 3,
    "dispatch": 3,
    "doctor": 3,
    "feedback": 3,
    "notify": 3,
    "optin": 3,
    "preferences": 3,
    "editing": 3,
    "joining": 3,
    "proofread": 3,
    "publish": 3,
    "retention": 3,
    "rewriting": 3,
    "books": 3,
    "home": 3,
    "remake": 3,
    "restore": 3,
    "subscribe": 3,
    "why": 3,
    # entry points
    "__main__": 4,
    "cli": 4,
    "preview": 4,
    "scheduler": 4,
    "web": 4,
}

# What only these may import. A name that ends in a dot is a package.
PLACES = {
    "sqlite3": ("store.", "cli.__init__"),  # cli turns its exceptions into one line
    "sqlite_utils": ("store.",),
    "smtplib": ("transport.",),
    "imaplib": ("postbox",),
    "premailer": ("render.inline",),
    "tinycss2": ("lint.",),
    "subprocess": ("spam", "preview.camera", "cli."),  # cli runs itself
    "apscheduler": ("scheduler",),
    "dns": ("doctor.names",),
    "cryptography": ("dkim",),
    "httpx": ("sources.",),
    "uvicorn": ("cli.preview", "cli.serve"),
    "starlette": ("preview.pages", "web."),
    "feedparser": ("sources.",),
    "trafilatura": ("sources.",),
    "py3langid": ("sources.",),
    "dateparser": ("sources.",),
    "icalendar": ("sources.", "archive.event"),  # what is read, and what is written
    "protego": ("sources.",),
    "brotli": ("sources.",),
}

# Use cases hand a database through without speaking to it: the type alone is theirs to name.
DATABASE_TYPE = ("sqlite_utils", "Database")

# Below level 4 nobody reads a clock or rolls dice, but for these.
CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "localtime", "gmtime"},
    "random": {"*"},
    "secrets": {"token_bytes", "token_hex", "token_urlsafe", "randbelow", "choice", "randbits"},
    "uuid": {"uuid1", "uuid4"},
    "os": {"urandom", "getrandom"},
}
# The deadlines of input and output are measured, not told: waiting for a server has no other clock.
DEADLINES_FROM_LEVEL = 2
DEADLINE_CLOCK = ("time", "monotonic")

SQL = (
    "SELECT ",
    "INSERT INTO ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "BEGIN IMMEDIATE",
    "PRAGMA ",
)

MODULES = sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.rglob("*.py"))


def _name(module: str) -> str:
    return module.replace("/", ".")


def _level(name: str) -> int | None:
    return LEVELS.get(name.partition(".")[0])


def _tree(module: str) -> ast.Module:
    return ast.parse((ROOT / f"{module}.py").read_text(encoding="utf-8"))


def _imports(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """(line, module, name imported from it or "")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import"
            for alias in node.names:
                yield node.lineno, node.module or "", alias.name


def _of_ours(module: str, name: str) -> str | None:
    """The module of alerts that an import names, without the leading `alerts.`."""
    if module == "alerts":
        return name if name in LEVELS else "__init__"
    return module.removeprefix("alerts.") if module.startswith("alerts.") else None


def _calls(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """(line, object, attribute) of each `object.attribute`, the object's last name alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            yield node.lineno, owner, node.attr


def _misplaced_imports(name: str, tree: ast.AST) -> Iterator[str]:
    level = _level(name)
    if level is None:
        yield f"alerts.{name} has no level: give it one in {Path(__file__).name}"
        return
    top = name.partition(".")[0]
    for line, module, imported in _imports(tree):
        ours = _of_ours(module, imported)
        if ours is not None:
            target = ours.partition(".")[0]
            reached = _level(ours)
            if reached is None:
                yield f"alerts.{name}, line {line}: imports alerts.{ours}, which has no level"
            elif reached > level:
                yield f"alerts.{name} (level {level}), line {line}: imports alerts.{ours} ({reached})"
            elif reached == level == 2 and target != top:
                yield f"alerts.{name}, line {line}: imports its sibling alerts.{ours}"
        outside = module.partition(".")[0]
        if outside in PLACES and not _allowed(name, PLACES[outside]):
            if (module, imported) == DATABASE_TYPE and level >= 3:
                continue
            yield f"alerts.{name}, line {line}: imports {outside}, which belongs in {PLACES[outside]}"


def _allowed(name: str, places: tuple[str, ...]) -> bool:
    return any(name == p or (p.endswith(".") and name.startswith(p)) for p in places)


def _misplaced_clocks(name: str, tree: ast.AST) -> Iterator[str]:
    level = _level(name)
    if level is None or level >= 4:
        return
    aliases = {imported for _, module, imported in _imports(tree) if module in CLOCKS}
    for line, owner, attribute in _calls(tree):
        known = CLOCKS.get(owner, set())
        if not (attribute in known or "*" in known):
            continue
        if (owner, attribute) == DEADLINE_CLOCK and level >= DEADLINES_FROM_LEVEL:
            continue
        yield f"alerts.{name} (level {level}), line {line}: reads {owner}.{attribute}"
    for banned in aliases:
        for clock, names in CLOCKS.items():
            if clock not in ("datetime", "date") and (banned in names or clock == "random"):
                for line, module, imported in _imports(tree):
                    if module == clock and imported == banned:
                        yield f"alerts.{name}, line {line}: imports {clock}.{banned}"


def _misplaced_sql(name: str, tree: ast.AST) -> Iterator[str]:
    if name.startswith("store."):
        return
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documented
            and node.value.lstrip().startswith(SQL)
        ):
            yield f"alerts.{name}, line {node.lineno}: SQL outside alerts.store"


@pytest.mark.parametrize("module", MODULES)
def test_every_module_keeps_its_place(module: str) -> None:
    name, tree = _name(module), _tree(module)
    found = [
        *_misplaced_imports(name, tree),
        *_misplaced_clocks(name, tree),
        *_misplaced_sql(name, tree),
    ]
    assert not found, "\n".join(found)


def test_the_walk_sees_the_whole_package() -> None:
    assert len(MODULES) >= 15
    assert {"model", "store/__init__", "cli/__init__"} <= set(MODULES)
    assert not [
        p for p in ROOT.rglob("*.py") if p.stem in ("utils", "helpers", "common", "manager")
    ]


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("model", "from alerts.store import stamp", "imports alerts.store (2)"),
        ("compose", "import alerts.cli.session", "imports alerts.cli.session (4)"),
        ("store.outbox", "from alerts.transport import open_transport", "sibling alerts.transport"),
        ("transport.smtp", "def f():\n    from alerts import store", "sibling alerts.store"),
        ("stray", "x = 1", "has no level"),
        ("collect", "from alerts.stray import x", "which has no level"),
        ("collect", "import sqlite3", "imports sqlite3"),
        ("compose", "from sqlite_utils import Database", "imports sqlite_utils"),
        ("cli.send", "from smtplib import SMTP", "imports smtplib"),
        ("render.environment", "import premailer", "imports premailer"),
        ("cli.schedule", "from apscheduler.triggers import cron", "imports apscheduler"),
        ("collect", "import httpx", "imports httpx"),
        ("publish", "import icalendar", "imports icalendar"),
        ("archive.feeds", "from icalendar import Event", "imports icalendar"),
        ("publish", "import datetime\nx = datetime.datetime.now()", "reads datetime.now"),
        ("publish", "from datetime import date\nx = date.today()", "reads date.today"),
        ("retry", "import random\nx = random.uniform(0, 1)", "reads random.uniform"),
        ("retry", "from random import uniform", "imports random.uniform"),
        ("retry", "import time\nx = time.monotonic()", "reads time.monotonic"),
        ("dispatch", "import time\nx = time.time()", "reads time.time"),
        ("tokens", "import secrets\nx = secrets.token_bytes(8)", "reads secrets.token_bytes"),
        ("tokens", "from secrets import token_hex", "imports secrets.token_hex"),
        ("message", "import uuid\nx = uuid.uuid4()", "reads uuid.uuid4"),
        ("collect", "db.execute('SELECT 1')", "SQL outside"),
        ("publish", "db.execute(f'DELETE FROM x WHERE {y}')", "SQL outside"),
    ],
)
def test_an_offender_is_named(name: str, source: str, words: str) -> None:
    tree = ast.parse(source)
    found = [
        *_misplaced_imports(name, tree),
        *_misplaced_clocks(name, tree),
        *_misplaced_sql(name, tree),
    ]
    assert any(words in finding and name in finding for finding in found), found


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("collect", "from sqlite_utils import Database"),
        ("transport.smtp", "import time\nx = time.monotonic()"),
        ("cli.__init__", "import sqlite3"),
        ("cli.session", "from datetime import datetime\nx = datetime.now()"),
        ("store.outbox", "db.execute('SELECT 1')"),
        ("archive.event", "import icalendar"),
        ("sources.calendar", "import icalendar"),
        ("publish", "'''Freeze.'''\nfrom alerts.store import issues"),
        ("settings", "def option(): '''SELECT is a word.'''"),
    ],
)
def test_what_is_right_is_let_through(name: str, source: str) -> None:
    tree = ast.parse(source)
    assert not [
        *_misplaced_imports(name, tree),
        *_misplaced_clocks(name, tree),
        *_misplaced_sql(name, tree),
    ]
