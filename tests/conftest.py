"""Fixtures that all tests share: a project on disk, and the command line called in this process."""

import contextlib
import importlib.util
import io
import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest

from alerts import cli
from tests.browser import browser, page
from tests.pages import served

__all__ = ["browser", "page", "served"]

# A change is judged by the same examples each time; new ones are looked for at one's desk.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")

# A shell starts what runs in its background with Ctrl-C ignored, and our own children would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.stdout)


Alerts = Callable[..., Result]


def document_tool(name: str) -> ModuleType:
    """A program of `docs/`, which is no package, as a module."""
    path = Path(__file__).resolve().parents[1] / "docs" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes what tests/golden/ should hold, to be read before it is committed."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew")


@pytest.fixture(autouse=True)
def _clean_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))
    for variable in [name for name in os.environ if name.startswith("ALERTS_")]:
        monkeypatch.delenv(variable)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh project that is the current folder."""
    root = tmp_path / "project"
    assert _call("init", str(root)).code == 0
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def alerts() -> Alerts:
    """Call the command line: `alerts("status", "--json")`; `stdin=` gives it input."""
    return _call


def _call(*arguments: str, stdin: str | bytes = b"") -> Result:
    out, err = (
        io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)
    )
    data = stdin.encode() if isinstance(stdin, str) else stdin
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _stdin(data):
        code = cli.call(list(arguments))
    return Result(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


@contextlib.contextmanager
def _stdin(data: bytes) -> Iterator[None]:
    import sys

    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    try:
        yield
    finally:
        sys.stdin = before


@pytest.fixture
def corpus() -> Path:
    """The folder of real cases; a test that needs it fails without it."""
    if not CORPUS.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the corpus of real cases is missing: {CORPUS}")
        pytest.skip("the corpus of real cases is not on this machine")
    return CORPUS
