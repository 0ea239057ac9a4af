"""A frozen issue: what `alerts render` writes of it is what was queued, whatever changes later."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from alerts import __version__
from alerts.editions.versions import PACKAGES
from tests.conftest import Alerts

SETTINGS = """\
[alert]
name = "The Alert"
organisation = "Open Consortium"
address = "61 Mansell Street, London"
website = "https://www.example.org"
languages = ["en", "es"]

[sender]
address = "alert@example.org"

[web]
base_url = "https://alerts.example.org"
"""

BROKEN = """\
class Premailer:
    def __init__(self, *_, **__):
        raise RuntimeError
"""
ONE = ("--url", "https://example.org/one", "--title", "Title one", "--summary", "A summary.")


@pytest.fixture
def frozen(project: Path, alerts: Alerts) -> Path:
    """A project whose October is queued for one reader."""
    (project / "alerts.toml").write_text(SETTINGS, encoding="utf-8")
    for words in (
        ("subscriber", "add", "reader@example.org", "--consent", "asked on paper"),
        ("article", "add", "--month", "2026-10", *ONE),
        ("queue", "--month", "2026-10"),
    ):
        done = alerts(*words)
        assert done.code == 0, done.stderr
    return project


def _rendered(project: Path, alerts: Alerts) -> dict[str, bytes]:
    done = alerts("render", "--month", "2026-10")
    assert done.code == 0, done.stderr
    folder = project / "build" / "2026-10"
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".eml"}


def test_an_article_of_a_frozen_issue_can_no_longer_be_changed(
    frozen: Path, alerts: Alerts
) -> None:
    before = _rendered(frozen, alerts)
    attempts = (
        ("translate", "Title one", "es", "--title", "Título uno"),
        ("feature", "Title one"),
        ("exclude", "Title one"),
        ("add", "--month", "2026-10", "--url", "https://example.org/two", "--title", "Two"),
    )
    through = []
    for words in attempts:
        done = alerts("article", *words)
        if done.code != 2 or done.stderr.count("\n") != 1 or "2026-10" not in done.stderr:
            through.append((words, done))
    assert through == [], f"{len(attempts)} tried"
    assert _rendered(frozen, alerts) == before


def test_a_frozen_issue_renders_what_was_frozen(frozen: Path, alerts: Alerts) -> None:
    before = _rendered(frozen, alerts)
    assert len(before) == 4
    letter = frozen / "templates" / "email" / "_base" / "letter.html"
    letter.parent.mkdir(parents=True)
    letter.write_text("<p>Quite another letter</p>\n", encoding="utf-8")
    changed = SETTINGS.replace("The Alert", "Another Name") + '\n[theme]\naccent = "#5c0f0f"\n'
    (frozen / "alerts.toml").write_text(changed, encoding="utf-8")
    assert _rendered(frozen, alerts) == before

    again = alerts("queue", "--month", "2026-10")
    assert again.code == 0
    assert "nothing changed" in again.stderr
    assert _rendered(frozen, alerts) == before

    add = ("article", "add", "--month", "2026-09", "--url", "https://example.org/september")
    assert alerts(*add, "--title", "September").code == 0
    assert alerts("render", "--month", "2026-09").code == 0
    html = (frozen / "build" / "2026-09" / "en.html").read_text(encoding="utf-8")
    assert "Quite another letter" in html
    assert "#5c0f0f" in html


def test_an_issue_keeps_the_versions_that_it_was_rendered_with(
    frozen: Path, alerts: Alerts
) -> None:
    kept = json.loads(alerts("issue", "show", "--month", "2026-10", "--json").stdout)
    assert kept["rendered_with"]["alerts"] == __version__
    assert set(kept["rendered_with"]) == {"alerts", "python", *PACKAGES}
    assert all(version[0].isdigit() for version in kept["rendered_with"].values())

    add = ("article", "add", "--month", "2026-09", "--url", "https://example.org/september")
    assert alerts(*add, "--title", "September").code == 0
    open_one = json.loads(alerts("issue", "show", "--month", "2026-09", "--json").stdout)
    assert open_one["rendered_with"] is None


@pytest.mark.proof
def test_a_frozen_issue_needs_nothing_that_rendered_it(frozen: Path, tmp_path: Path) -> None:
    """It is shown, sent and verified by stored bytes, where templates and packages are broken."""
    show = ("delivery", "show", "reader@example.org", "--month", "2026-10", "--message")
    before, page = _with(frozen, None, *show), frozen / "build" / "2026-10" / "en.html"
    _with(frozen, None, "render", "--month", "2026-10")
    rendered = page.read_bytes()
    page.unlink()

    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "premailer.py").write_text(BROKEN)
    for template in ("letter.html", "letter.txt"):
        own = frozen / "templates" / "email" / "_base" / template
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text("{{ no_such_value }}", encoding="utf-8")

    assert _with(frozen, broken, *show) == before
    _with(frozen, broken, "render", "--month", "2026-10")
    assert page.read_bytes() == rendered
    _with(frozen, broken, "send", "--month", "2026-10")
    (message,) = (frozen / "outbox" / "new").iterdir()
    assert message.read_bytes().endswith(before.replace(b"\r\n", b"\n"))
    _with(frozen, broken, "archive", "verify")

    add = ("article", "add", "--month", "2026-09", "--url", "https://example.org/september")
    _with(frozen, broken, *add, "--title", "September")
    with pytest.raises(AssertionError):  # an issue that is not frozen does need them
        _with(frozen, broken, "render", "--month", "2026-09")


def _with(project: Path, modules: Path | None, *words: str) -> bytes:
    """What the command prints where `modules` stand before those that are installed."""
    folders = [str(folder) for folder in (modules, Path(__file__).parents[2]) if folder]
    done = subprocess.run(
        [sys.executable, "-m", "alerts", *words],
        cwd=project, env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)}, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
