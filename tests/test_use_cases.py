"""The command line and the pages act through the library alone.

A module of `cli/` or `web/` reads what a person asks for, calls the library (`alerts/library/`, and
`alerts/doctor/` after it), and shows what came back. So of the folders before the library it may import:

- everything of `domain`, `config` and `text`: values, settings and words;
- values of the others: enums, named tuples, faults, constants, and dataclasses that hold nothing which
  can act, neither a database nor a function;
- what only shows, named in `SHOWS` below: catalogues, templates, and functions from values to words.

A function, a module or any other class is an act: it belongs behind a method of the library, where
another program can call it, too. What is imported for type checkers alone is free.
"""

import ast
import dataclasses
import enum
import importlib
import inspect
from collections.abc import Iterator

import pytest

from tests.test_architecture import MODULES, ORDER, ROOT, _imports, _name

FREE = ("domain", "config", "text")
BELOW = ORDER[: ORDER.index("library")]

# What shows and does nothing else: a whole module, or a function of one.
SHOWS = {
    "archive.feeds": "an archive as Atom, JSON Feed or site map: values in, octets out",
    "archive.calendar_feed": "frozen calendar files as one: octets in, octets out",
    "archive.section_feeds": "the stories of a section as Atom or JSON Feed: values in, octets out",
    "archive.public_page": "an e-mail as a page: text in, text out",
    "editions.catalogue": "the words of the interface in a language",
    "editions.environment": "templates",
    "editions.template_files": "templates",
    "editions.escaping": "how a template writes a link",
    "editions.themed": "the colours and fonts of a theme",
    "editions.view": "the words of an edition",
    "replies.remedies.remedy_for": "what to do about a reply, in a sentence",
    "schedule.owed.overdue_words": "a sentence about a late issue",
    "sources.public_only.is_public": "what kind of network an address is of",
    "store.article_fields.shown_fields": "an article as JSON",
    "store.translated": "a fault of SQLite in a sentence",
    "subscribers.fields.shown": "a text of a file on one line",
}
CANNOT_STAND_IN_A_VALUE = ("Database", "Callable")


def _without_types(tree: ast.Module) -> ast.Module:
    """A module without what it imports for type checkers alone."""
    tree.body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
    ]
    return tree


def _acts(module: str, imported: str) -> bool:
    """Whether a name of a module below the library is more than a value."""
    if not imported:
        return True
    found = getattr(importlib.import_module(f"alerts.{module}"), imported, None)
    if found is None or inspect.ismodule(found) or inspect.isroutine(found):
        return True
    if not inspect.isclass(found):
        return False  # a constant, or an alias of a type
    if issubclass(found, enum.Enum | tuple | Exception):
        return False
    return not dataclasses.is_dataclass(found) or any(
        word in str(field.type)
        for field in dataclasses.fields(found)
        for word in CANNOT_STAND_IN_A_VALUE
    )


def _acting_imports(name: str, tree: ast.Module) -> Iterator[str]:
    """The imports of a module of `cli/` or `web/` that act past the library."""
    for line, module, imported in _imports(_without_types(tree)):
        ours = module.removeprefix("alerts.")
        if not module.startswith("alerts.") or ours.partition(".")[0] not in BELOW:
            continue
        if ours.partition(".")[0] in FREE:
            continue
        if ours in SHOWS or f"{ours}.{imported}" in SHOWS or not _acts(ours, imported):
            continue
        yield f"alerts.{name}, line {line}: {ours}.{imported} acts; call it through alerts.library"


ENTRIES = [one for one in MODULES if one.startswith(("cli/", "web/"))]


@pytest.mark.parametrize("module", ENTRIES)
def test_an_entry_point_acts_through_the_library_alone(module: str) -> None:
    tree = ast.parse((ROOT / f"{module}.py").read_text(encoding="utf-8"))
    assert not [*_acting_imports(_name(module), tree)]


@pytest.mark.parametrize(
    "source",
    [
        "from alerts.store import subscribers",  # a module
        "import alerts.store.subscribers",
        "from alerts.store import transaction",  # a function
        "from alerts.outbox.queue import queue",
        "from alerts.sources.fetch import Fetcher",  # a class that is no value
        "from alerts.bounces.process import BounceProcessor",  # it holds a database
        "from alerts.schedule.ticks import Ticker",  # it holds functions
        "def f():\n    from alerts.bounces import lmtp",  # imported late is imported
    ],
)
def test_an_act_past_the_library_is_named(source: str) -> None:
    assert [*_acting_imports("cli.send", ast.parse(source))]


@pytest.mark.parametrize(
    "source",
    [
        "from alerts.outbox.queue import Queued",
        "from alerts.lint.place import Finding, Level",
        "from alerts.config import load",
        "from alerts.text.plural import counted",
        "from alerts.library.project import Project",
        "from alerts.subscribers.self_service import PAUSES",
        "if TYPE_CHECKING:\n    from alerts.preview.editions import PreviewEditions",
    ],
)
def test_a_value_is_let_through(source: str) -> None:
    assert not [*_acting_imports("cli.send", ast.parse(source))]


def test_what_is_said_to_show_is_used_by_an_entry_point() -> None:
    used = {
        name
        for module in ENTRIES
        for _, place, imported in _imports(ast.parse((ROOT / f"{module}.py").read_text("utf-8")))
        for ours in [place.removeprefix("alerts.")]
        for name in (ours, f"{ours}.{imported}")
    }
    assert not SHOWS.keys() - used
