"""A real browser for tests: Debian's Chromium driven by Playwright, and axe-core inside it.

`browser` starts once a test file: Playwright's event loop would be in the way of tests in other files
that run one of their own. `page` is a fresh profile a test. The browser resolves no name, so nothing
leaves the machine: serve on 127.0.0.1, or set the content. Where Chromium or axe-core is missing a
test is skipped, but under CI it fails. Not for comparing pixels: fonts differ between machines.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# `make test-newest` has its own.
NODE_MODULES = Path(os.environ.get("NODE_MODULES") or Path(__file__).parent / "node_modules")
FLAGS = (
    "--no-sandbox",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
# WCAG 2.2 AA and all before it, and what axe-core calls best practice (rule H15)
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def lacking(what: str) -> NoReturn:
    """Skip the test, as this machine lacks something; under CI fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is not on this machine: see README.md, “Try it”")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Chromium, headless."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        lacking("Chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page in a profile of its own; `page.set_content(html)`, or `page.goto` of 127.0.0.1."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@cache
def _axe_source() -> str:
    path = NODE_MODULES / "axe-core" / "axe.min.js"
    if not path.is_file():
        lacking("axe-core (`make test` installs it)")
    return path.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class AxeRun:
    """What axe-core found: its version, how many of its rules applied, and the faults, a line each."""

    version: str
    checks: int
    faults: tuple[str, ...]


def axe(page: "Page", without: Sequence[str] = ()) -> list[str]:
    """The accessibility faults of what `page` shows, a line each: rule, help, and the first places.

    `without` names rules that cannot be asked here.
    """
    return list(axe_run(page, without).faults)


def axe_run(page: "Page", without: Sequence[str] = ()) -> AxeRun:
    """The same with what was checked. Evaluated by the debugger, so a page's Content-Security-Policy does
    not stop it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe_source())
    options = {
        "runOnly": {"type": "tag", "values": list(AXE_TAGS)},
        "rules": {rule: {"enabled": False} for rule in without},
        "resultTypes": ["violations"],
        "preload": False,
    }
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    assert found["passes"], "axe-core looked at nothing"
    faults = tuple(
        f"{fault['id']} ({fault['impact']}): {fault['help']}: "
        + "; ".join(node["html"][:160] for node in fault["nodes"][:3])
        for fault in found["violations"]
    )
    version = found["testEngine"]["version"]
    return AxeRun(version, len(found["passes"]) + len(faults), faults)


def screenshot(page: "Page", path: Path) -> Path:
    """Write the whole page as PNG; returns the path."""
    page.screenshot(path=path, full_page=True, animations="disabled")
    return path
