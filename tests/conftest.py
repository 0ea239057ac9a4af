"""Fixtures that all tests share: a project on disk, and the command line called in this process."""

import contextlib
import importlib.util
import io
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest

from alerts import cli
from alerts.sources.cell.servers import kept_warm
from tests import boundary, proofs
from tests.browser import browser, page
from tests.factories import databases_closed, new_project
from tests.pages import served
from tests.statement import statement

__all__ = ["browser", "page", "served", "statement"]

# A change is judged by the same examples each time; new ones are looked for at one's desk.
SLOW_MACHINE = (hypothesis.HealthCheck.too_slow,)
hypothesis.settings.register_profile(
    "alerts",
    derandomize=bool(os.environ.get("CI")),
    deadline=None,
    suppress_health_check=SLOW_MACHINE,
)
hypothesis.settings.load_profile("alerts")

# A shell starts what runs in its background with Ctrl-C ignored, and our own children would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)

boundary.watch()

MEMORY, ENOUGH = Path("/dev/shm"), 6 * 2**30
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
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(path.parent)  # as when it is run: it may import another
        spec.loader.exec_module(module)
    return module


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes what tests/golden/ should hold, to be read before it is committed;
    `--write-accessibility` what the accessibility statement says (`make accessibility`)."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew")
    parser.addoption(
        "--write-accessibility",
        action="store_true",
        help="write alerts/web/accessibility.json anew",
    )


def pytest_configure() -> None:
    """Have temporary folders in memory, where there is room.

    A new database takes a hundred flushes: on a disk, the suite would mostly wait for them.
    """
    if "TMPDIR" not in os.environ and _free(MEMORY) > ENOUGH:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the proofs, and run the files that hold them first (`tests/proofs.py`)."""
    first: dict[Path, int] = {}
    for item in items:
        turn = proofs.rank(item.path.as_posix(), getattr(item, "fixturenames", []))
        if turn <= len(proofs.FILES):
            item.add_marker(pytest.mark.proof)
        first[item.path] = min(turn, first.get(item.path, turn))
    items.sort(key=lambda item: first[item.path])


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


@pytest.fixture(autouse=True, scope="session")
def _warm_fork_server() -> Iterator[None]:
    """All collections of a test process have their cells from one fork server, if they need any."""
    with kept_warm():
        yield


@pytest.fixture(autouse=True, scope="module")
def _databases_of_a_module_closed() -> Iterator[None]:
    with databases_closed():
        yield


@pytest.fixture(autouse=True)
def _databases_closed(_databases_of_a_module_closed: None) -> Iterator[None]:
    with databases_closed():
        yield


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
    root = new_project(tmp_path / "project")
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="session")
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
