"""`alerts issue preview` and `screenshot`, as an editor uses them: the command runs, a browser looks."""

import contextlib
import http.client
import json
import os
import re
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from alerts.editions.render import render_edition
from alerts.preview.sample import EditionPreview
from tests.browser import axe
from tests.conftest import Alerts
from tests.factories import NOW
from tests.issues import LANGUAGES, OCTOBER, gallery

if TYPE_CHECKING:
    from playwright.sync_api import Page

SETTINGS = """\
[alert]
name = "The Alert"
languages = ["en", "ar", "es"]
[alert.welcome]
en = "Welcome."
"""
ARTICLE = ("article", "add", "--month", "2026-10", "--url", "https://example.org/one")
MONTH = ("--month", "2026-10")


@pytest.fixture
def october(project: Path, alerts: Alerts) -> Path:
    """A project with one article in October."""
    (project / "alerts.toml").write_text(SETTINGS, encoding="utf-8")
    added = alerts(*ARTICLE, "--title", "Title one", "--summary", "A summary.")
    assert added.code == 0, added.stderr
    return project


@contextlib.contextmanager
def previewing(root: Path, stop: int = signal.SIGTERM) -> Iterator[str]:
    """`alerts issue preview` in a process of its own; its address. It ends in peace when stopped."""
    line = [sys.executable, "-m", "alerts", "--project", str(root), "issue", "preview", "--no-open"]
    with subprocess.Popen(
        [*line, *MONTH], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", url), process.communicate()[1]
            yield url
        finally:
            process.send_signal(stop)
            _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "Traceback" not in err


def _get(url: str, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, Content-Security-Policy and body."""
    host = urlsplit(url).netloc
    connection = http.client.HTTPConnection(host, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        policy = answer.headers.get("Content-Security-Policy", "")
        return answer.status, policy, answer.read().decode()


def test_every_view_of_every_edition_is_there_and_accessible(
    october: Path, alerts: Alerts, page: "Page"
) -> None:
    views, found = ("desktop", "phone", "text", "source", "headers", "checks"), []
    with previewing(october) as url:
        for view in views:
            page.goto(f"{url}?language=ar&view={view}")
            found += [f"{view}: {fault}" for fault in axe(page)]
            assert page.locator("main").get_attribute("class") == view
            assert "Title one" in page.content()
        assert found == [], f"{len(views)} tried"
        page.goto(f"{url}?view=checks")
        assert "of the size at which Gmail clips a message" in page.inner_text("main")
        lint = alerts("issue", "lint", "--json", *MONTH)
        told = json.loads(lint.stdout)
        said = {one["reason"] for edition in told["editions"] for one in edition["findings"]}
        shown = page.inner_text("main")
        assert said, "this project has no postal address"
        assert [one for one in told["editions"][0]["findings"] if one["reason"] not in shown] == []
        page.goto(f"{url}?view=headers")
        assert "List-Unsubscribe-Post" in page.inner_text("main")


def test_the_ways_to_look_change_what_is_painted(october: Path, page: "Page") -> None:
    ground = "getComputedStyle(document.querySelector('.paper')).backgroundColor"
    with previewing(october) as url:
        painted = {}
        for query in ("", "&dark=1", "&dark=1&styles-off=1"):
            page.goto(f"{url}?view=phone{query}")
            frame = page.frames[1]
            frame.wait_for_selector("h1")
            assert frame.evaluate("innerWidth") == 375
            painted[query] = frame.evaluate(ground)
            assert frame.evaluate("document.querySelectorAll('style').length") == (
                0 if "styles" in query else 2
            )
        white, night = "rgb(255, 255, 255)", "rgb(18, 28, 37)"
        assert painted == {"": white, "&dark=1": night, "&dark=1&styles-off=1": white}
        _, policy, _ = _get(url, "/edition?language=en&images-off=1")
        assert "img-src 'none'" in policy
        _, policy, _ = _get(url, "/edition?language=en")
        assert "img-src https:" in policy


def test_the_keyboard_is_enough(october: Path, page: "Page") -> None:
    with previewing(october) as url:
        page.goto(url)
        for key, query in (
            ("ArrowRight", "language=ar&view=desktop"),
            ("2", "language=ar&view=phone"),
            ("d", "language=ar&view=phone&dark=1"),
            ("ArrowLeft", "language=en&view=phone&dark=1"),
            ("ArrowLeft", "language=es&view=phone&dark=1"),
            ("3", "language=es&view=text&dark=1"),
        ):
            page.keyboard.press(key)
            page.wait_for_url(f"{url}?{query}")
        page.goto(url)
        page.keyboard.press("Tab")
        ring = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate("document.activeElement.innerText") == "English"
        assert page.evaluate(ring) == "solid"


def test_it_shows_each_change_of_article_template_and_settings(
    october: Path, alerts: Alerts, page: "Page"
) -> None:
    letter = october / "templates" / "email" / "_base" / "letter.html"
    with previewing(october) as url:
        page.goto(f"{url}?view=source")
        page.locator("main", has_text="Title one").wait_for()
        assert alerts("article", "edit", "Title one", "--title", "Title two", *MONTH).code == 0
        page.locator("main", has_text="Title two").wait_for()
        letter.parent.mkdir(parents=True)
        letter.write_text("<p>Our own letter</p>\n", encoding="utf-8")
        page.locator("main", has_text="Our own letter").wait_for()
        letter.write_text("<p>{{ nosuch }}</p>\n", encoding="utf-8")
        page.locator("main", has_text="letter.html, line 1").wait_for()
        letter.unlink()
        page.locator("main", has_text="Welcome.").wait_for()
        changed = SETTINGS.replace("The Alert", "Another Name")
        (october / "alerts.toml").write_text(changed, encoding="utf-8")
        page.locator("main", has_text="Another Name").wait_for()


def test_only_this_machine_is_answered_and_nothing_runs_in_an_e_mail(october: Path) -> None:
    with previewing(october, signal.SIGINT) as url:
        assert _get(url, "/", Host="evil.example")[0] == 400
        status, policy, body = _get(url, "/")
        assert status == 200
        nonce = re.search(r"script-src 'nonce-([\w-]+)'", policy)
        assert nonce is not None
        assert body.count("<script") == body.count(f'<script nonce="{nonce[1]}"') == 1
        assert "allow-scripts" not in body
        _, policy, edition = _get(url, "/edition?language=en")
        assert policy.startswith("default-src 'none'")
        assert "Title one" in edition
        assert _get(url, "/edition?language=nosuch")[0] == 200
        assert _get(url, "/../alerts.toml")[0] == 404


def test_a_month_without_articles_says_what_to_do(project: Path) -> None:
    with previewing(project) as url:
        status, _, body = _get(url, "/")
        assert status == 200
        assert "No articles in 2026-10" in body
        assert _get(url, "/edition")[0] == 404


def test_a_port_that_is_taken_is_named(october: Path, alerts: Alerts) -> None:
    with previewing(october) as url:
        port = url.rstrip("/").rpartition(":")[2]
        done = alerts("issue", "preview", "--no-open", "--port", port, *MONTH)
    assert done.code == 2
    assert f"cannot listen on 127.0.0.1, port {port}" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_dark_and_bare_are_made_of_what_is_sent(language: str, tmp_path: Path) -> None:
    made, given = gallery(tmp_path)
    shown = EditionPreview.of(render_edition(made, language, given), given, OCTOBER, NOW)
    assert "prefers-color-scheme" in shown.html
    for dark, width in ((True, "min"), (False, "max")):
        page = shown.page(dark=dark)
        assert f"@media ({width}-width:0px){{\n.c-canvas" in page
        assert "prefers-color-scheme" not in page
    assert "<style" not in shown.page(styles=False)
    assert shown.page(styles=False).count("<p") == shown.html.count("<p")
    assert 0 < shown.clipped < 1
    assert dict(shown.sizes)["HTML"] == len(shown.html.encode())


def _size(path: Path) -> tuple[int, int]:
    octets = path.read_bytes()
    assert octets.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", octets[16:24])
    return width, height


@pytest.mark.usefixtures("browser")  # which says what is missing, where it is
def test_screenshots_show_the_whole_of_each_edition(october: Path, alerts: Alerts) -> None:
    done = alerts("issue", "screenshot", "--json", *MONTH)
    assert done.code == 0, done.stderr
    files = [Path(name) for name in done.json["files"]]
    assert {path.name for path in files} == {
        f"{language}-{screen}-{mode}.png"
        for language in ("en", "ar", "es")
        for screen in ("desktop", "phone")
        for mode in ("light", "dark")
    }
    assert files[0].parent == october / "build" / "2026-10"
    for path in files:
        width, height = _size(path)
        assert width == (1200 if "desktop" in path.name else 750)
        assert height > 700
    light, dark = (october / "build/2026-10" / f"en-phone-{mode}.png" for mode in ("light", "dark"))
    assert _size(light) == _size(dark)
    assert light.read_bytes() != dark.read_bytes()


def test_without_chromium_the_remedy_is_told(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(october))
    done = alerts("issue", "screenshot", *MONTH)
    assert done.code == 1
    assert "screenshots need Chromium" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (october / "build").exists()


@pytest.mark.parametrize("program", ["exit 3", "sleep 0"])
def test_a_chromium_that_breaks_is_told(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    folder = october / "bin"
    folder.mkdir()
    (folder / "chromium").write_text(f"#!/bin/sh\n{program}\n")
    (folder / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    done = alerts("issue", "screenshot", *MONTH)
    assert done.code == 1
    assert "Chromium ended with exit code" in done.stderr or "closed the connection" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_empty_month_has_no_pictures(project: Path, alerts: Alerts) -> None:
    done = alerts("issue", "screenshot", "--month", "2026-09")
    assert (done.code, done.stdout) == (0, "2026-09: no articles, nothing to show\n")
    assert json.loads(alerts("issue", "screenshot", "--json", *MONTH).stdout)["files"] == []
    assert not (project / "build").exists()
