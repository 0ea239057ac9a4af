"""The shape of the package: imports go down the layers only, and each outside thing has one place.

An `ast` walk over every module; each finding names the offender. A new module must be given a level
here before it can be merged.
"""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import alerts

ROOT = Path(alerts.__file__).parent

# The folders of alerts/ by the way of the data: each imports only itself and those before it.
ORDER = (
    "domain",
    "text",
    "config",
    "mailbox",
    "store",
    "sources",
    "translation",
    "issue",
    "mail",
    "replies",
    "transport",
    "editions",
    "lint",
    "preview",
    "archive",
    "outbox",
    "people",
    "hub",
    "subscribers",
    "hooks",
    "channels",
    "bounces",
    "instance",
    "schedule",
    "library",
    "doctor",
    "setup",
    "web",
    "cli",
)
MOST_LINES = 300
LOOSE = {"__init__", "__main__"}  # what lies beside the folders

# What only these may import. A name that ends in a dot is a folder.
PLACES = {
    "sqlite3": ("store.", "cli.__init__"),  # cli turns its exceptions into one line
    "sqlite_utils": ("store.",),
    "smtplib": ("transport.",),
    "imaplib": ("mailbox.imap",),
    "aiosmtpd": ("bounces.lmtp",),
    "premailer": ("editions.css",),
    "tinycss2": ("lint.",),
    "subprocess": (
        "config.token_command",
        "hooks.command",
        "lint.spamassassin",
        "preview.screenshots",
        "sources.cell.servers",
        "schedule.ticks",  # runs our own commands
        "doctor.timetables",  # asks for the crontab
        "cli.issue.edit",
        "setup.install",  # the crontab
    ),
    "apscheduler": ("schedule.cron",),
    "tomlkit": ("config.edit",),
    "dns": ("doctor.dns",),
    "cryptography": ("mail.dkim", "bounces.relays.public_keys"),
    "httpx2": ("sources.", "translation.libretranslate", "hooks.post", "channels.request"),
    "uvicorn": ("cli.issue.preview", "cli.serve", "web.http", "web.forwarded"),
    "webauthn": ("people.passkeys",),
    "rich": ("cli.terminal", "cli.context"),
    "msgspec": ("web.api.",),
    "starlette": ("preview.pages", "web."),
    "feedparser": ("sources.",),
    "trafilatura": ("sources.",),
    "py3langid": ("sources.",),
    "dateparser": ("sources.",),
    "icalendar": ("sources.", "archive.calendar_file"),  # what is read, and what is written
    "protego": ("sources.",),
    "PIL": (
        "sources.picture.",
    ),  # in cells alone: `test_the_process_that_sends_decodes_no_picture`
    "weasyprint": ("archive.pdf",),
    "prometheus_client": ("web.figures",),
    "psycopg": ("hub.database",),
    "publicsuffixlist": ("domain.organisational_domain",),
}

# Use cases hand a database through without speaking to it: the type alone is theirs to name.
DATABASE_TYPE = ("sqlite_utils", "Database")

# Only entry points read a clock or roll dice; below them both are arguments.
ENTRY_POINTS = ("cli", "web", "preview", "schedule", "library", "__main__")
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
DEADLINES_FROM = "store"  # this folder and those after it, but for the pure ones
PURE = ("issue", "mail", "archive")
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


def _folder(name: str) -> str:
    return name.partition(".")[0]


def _rank(name: str) -> int | None:
    """Where a module's folder stands in the order; None for one that has no place."""
    folder = _folder(name)
    if folder == "__init__":
        return -1
    if folder == "__main__":
        return len(ORDER)
    return ORDER.index(folder) if folder in ORDER else None


def _tree(module: str) -> ast.Module:
    """A module; of `__init__` without what it says to type checkers: at run time it hands the names
    of the library out when they are asked for, and imports nothing."""
    tree = ast.parse((ROOT / f"{module}.py").read_text(encoding="utf-8"))
    if module == "__init__":
        tree.body = [node for node in tree.body if not isinstance(node, ast.If)]
    return tree


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
        return name if name in ORDER else "__init__"
    return module.removeprefix("alerts.") if module.startswith("alerts.") else None


def _calls(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """(line, object, attribute) of each `object.attribute`, the object's last name alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            yield node.lineno, owner, node.attr


def _misplaced_imports(name: str, tree: ast.AST) -> Iterator[str]:
    rank = _rank(name)
    if rank is None:
        yield f"alerts.{name} lies in no folder of the order in {Path(__file__).name}"
        return
    for line, module, imported in _imports(tree):
        ours = _of_ours(module, imported)
        if ours is not None:
            reached = _rank(ours)
            if reached is None:
                yield f"alerts.{name}, line {line}: imports alerts.{ours}, which has no place"
            elif reached > rank:
                yield f"alerts.{name}, line {line}: imports alerts.{ours}, which comes after it"
        outside = module.partition(".")[0]
        if outside in PLACES and not _allowed(name, PLACES[outside]):
            if (module, imported) == DATABASE_TYPE and rank > ORDER.index("store"):
                continue
            yield f"alerts.{name}, line {line}: imports {outside}, which belongs in {PLACES[outside]}"


def _allowed(name: str, places: tuple[str, ...]) -> bool:
    return any(name == p or (p.endswith(".") and name.startswith(p)) for p in places)


def _misplaced_clocks(name: str, tree: ast.AST) -> Iterator[str]:
    rank = _rank(name)
    if rank is None or _folder(name) in ENTRY_POINTS:
        return
    waits = rank >= ORDER.index(DEADLINES_FROM) and _folder(name) not in PURE
    aliases = {imported for _, module, imported in _imports(tree) if module in CLOCKS}
    for line, owner, attribute in _calls(tree):
        known = CLOCKS.get(owner, set())
        if not (attribute in known or "*" in known):
            continue
        if (owner, attribute) == DEADLINE_CLOCK and waits:
            continue
        yield f"alerts.{name}, line {line}: reads {owner}.{attribute}"
    for banned in aliases:
        for clock, names in CLOCKS.items():
            if clock not in ("datetime", "date") and (banned in names or clock == "random"):
                for line, module, imported in _imports(tree):
                    if module == clock and imported == banned:
                        yield f"alerts.{name}, line {line}: imports {clock}.{banned}"


def _misplaced_sql(name: str, tree: ast.AST) -> Iterator[str]:
    if name.startswith(("store.", "hub.")):  # SQLite; and PostgreSQL, beside its functions
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
    assert len(MODULES) >= 100
    assert {"domain/month", "store/__init__", "cli/__init__"} <= set(MODULES)
    assert not [
        p for p in ROOT.rglob("*.py") if p.stem in ("utils", "helpers", "common", "manager")
    ]


def test_no_file_is_longer_than_a_stranger_reads_at_a_sitting() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in ROOT.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long


def test_nothing_lies_loose_beside_the_folders() -> None:
    assert {path.stem for path in ROOT.glob("*.py")} == LOOSE
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == set(ORDER)


def test_no_two_files_import_each_other_in_a_circle() -> None:
    found = list(_circles({_name(module): _targets(module) for module in MODULES}))
    assert not found, found


def test_a_circle_is_found() -> None:
    assert list(_circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}})) == [("b", "c")]


def _targets(module: str) -> set[str]:
    """The modules of alerts that a module imports, wherever in it."""
    known = {_name(other).removesuffix(".__init__"): _name(other) for other in MODULES}
    found = set()
    for _, imported_from, imported in _imports(_tree(module)):
        if imported_from == "alerts" or imported_from.startswith("alerts."):
            package = imported_from.removeprefix("alerts").removeprefix(".")
            whole = f"{package}.{imported}".strip(".")
            found.add(known.get(whole) or known.get(package) or "__init__")
    return found - {_name(module)}


def _circles(imports: dict[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """Each set of modules that reach each other (graphlib names one circle at a time)."""
    left = {module: set(targets) for module, targets in imports.items()}
    while True:
        try:
            graphlib.TopologicalSorter(left).prepare()
        except graphlib.CycleError as fault:
            circle = set(fault.args[1])
            yield tuple(sorted(circle))
            left = {m: t - circle if m in circle else t for m, t in left.items()}
        else:
            return


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("domain.month", "from alerts.store import stamp", "imports alerts.store, which comes"),
        ("issue.compose", "import alerts.cli.context", "imports alerts.cli.context, which comes"),
        ("store.outbox", "from alerts.transport import relay", "imports alerts.transport"),
        ("store.outbox", "def f():\n    from alerts import mail", "imports alerts.mail"),
        ("stray", "x = 1", "lies in no folder"),
        ("sources.collect", "from alerts.stray import x", "which has no place"),
        ("sources.collect", "import sqlite3", "imports sqlite3"),
        ("config.load", "from sqlite_utils import Database", "imports sqlite_utils"),
        ("cli.send", "from smtplib import SMTP", "imports smtplib"),
        ("editions.environment", "import premailer", "imports premailer"),
        ("cli.schedule", "from apscheduler.triggers import cron", "imports apscheduler"),
        ("issue.load", "import httpx2", "imports httpx2"),
        ("outbox.queue", "import icalendar", "imports icalendar"),
        ("archive.feeds", "from icalendar import Event", "imports icalendar"),
        ("outbox.queue", "import datetime\nx = datetime.datetime.now()", "reads datetime.now"),
        ("outbox.queue", "from datetime import date\nx = date.today()", "reads date.today"),
        ("transport.replies", "import random\nx = random.uniform(0, 1)", "reads random.uniform"),
        ("transport.replies", "from random import uniform", "imports random.uniform"),
        ("mail.merge", "import time\nx = time.monotonic()", "reads time.monotonic"),
        ("outbox.send", "import time\nx = time.time()", "reads time.time"),
        ("mail.tokens", "import secrets\nx = secrets.token_bytes(8)", "reads secrets.token_bytes"),
        ("mail.tokens", "from secrets import token_hex", "imports secrets.token_hex"),
        ("mail.merge", "import uuid\nx = uuid.uuid4()", "reads uuid.uuid4"),
        ("sources.collect", "db.execute('SELECT 1')", "SQL outside"),
        ("outbox.queue", "db.execute(f'DELETE FROM x WHERE {y}')", "SQL outside"),
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
        ("sources.collect", "from sqlite_utils import Database"),
        ("transport.smtp_connect", "import time\nx = time.monotonic()"),
        ("cli.__init__", "import sqlite3"),
        ("cli.context", "from datetime import datetime\nx = datetime.now()"),
        ("store.outbox", "db.execute('SELECT 1')"),
        ("archive.calendar_file", "import icalendar"),
        ("sources.calendar", "import icalendar"),
        ("outbox.queue", "'''Freeze.'''\nfrom alerts.store import issues"),
        ("config.option", "def option(): '''SELECT is a word.'''"),
    ],
)
def test_what_is_right_is_let_through(name: str, source: str) -> None:
    tree = ast.parse(source)
    assert not [
        *_misplaced_imports(name, tree),
        *_misplaced_clocks(name, tree),
        *_misplaced_sql(name, tree),
    ]
