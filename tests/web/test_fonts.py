"""A font whose name needs quotes, in every template: within `<style>` an escaped quote would end the rule,
and the browser would show the page in Times."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alerts.config.themes import LOOKS
from alerts.doctor.templates import sample_facts
from alerts.domain.article import Article
from alerts.domain.month import Month
from alerts.editions.notice import render_notice
from alerts.editions.render import render_edition
from alerts.editions.template_files import packaged_templates
from alerts.issue.compose import compose
from alerts.store.notices import NoticeKind
from alerts.web.page_samples import page_names
from tests.factories import queue_issue
from tests.pages import Served, serve

if TYPE_CHECKING:
    from playwright.sync_api import Page

FONT = "'Source Sans 3', 'Né Sans', sans-serif"
HEAD = "'Source Serif 4', serif"
ENVIRON = {"THEME__BODY_FONT": FONT, "THEME__HEADING_FONT": HEAD}
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_ESCAPED = re.compile(r"&(?:#\d+|#x[0-9a-f]+|\w+);", re.IGNORECASE)
OWN = "<!DOCTYPE html><style>p { font-family: {{ theme.body_font }} }</style>{{ self.title() }}"


@pytest.fixture
def quoted(project: Path) -> Iterator[Served]:
    """A site with such fonts, and an issue."""
    with serve(project, **ENVIRON) as running:
        queue_issue(running.settings.root, running.db)
        yield running


def _styles(document: str) -> str:
    """What stands in the `<style>` elements; nothing in them is escaped."""
    found = " ".join(_STYLE.findall(document))
    assert not _ESCAPED.search(found), _ESCAPED.findall(found)
    return found


def test_on_every_page(quoted: Served) -> None:
    paths = (
        "join",
        "archive",
        "archive/2026-10/en",
        "widget",
        "widget/look",
        "accessibility",
        "none",
    )
    for path in paths:
        _styles(quoted.get(path).text)
    assert FONT in _styles(quoted.get("archive/2026-10/en").text)
    assert HEAD in _styles(quoted.get("archive/2026-10/en").text)
    assert FONT in _styles(quoted.get("widget/look").text)
    sheet = quoted.get("style.css").text
    assert FONT in sheet
    assert HEAD in sheet


def test_in_a_template_of_a_project_s_own(quoted: Served) -> None:
    path = quoted.settings.root / "templates" / "web" / "missing.html"
    path.parent.mkdir(parents=True)
    path.write_text(f"{{% block title %}}x{{% endblock %}}{OWN}", encoding="utf-8")
    assert FONT in _styles(quoted.get("none").text)


def test_every_template_that_has_a_style_is_tried_above() -> None:
    """A new one must be added to `paths`, or takes its rules from a file that is."""
    with_style = {
        path.stem
        for path in (packaged_templates() / "web").glob("*.html")
        if "<style" in path.read_text(encoding="utf-8")
    }
    assert with_style == {"archive_head", "widget_look"}
    assert with_style <= set(page_names())


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_in_every_notice(quoted: Served, kind: NoticeKind) -> None:
    html = render_notice(kind, "en", quoted.settings, sample_facts()).html
    _styles(html)
    assert {"Source Sans 3", "Source Serif 4"} <= _fonts_of(html)


@pytest.mark.parametrize("theme", list(LOOKS))
def test_in_an_issue_of_every_theme(quoted: Served, theme: str) -> None:
    settings = replace(quoted.settings, theme=replace(quoted.settings.theme, name=theme))
    article = Article("https://example.org/1", "Water", "For all.", language="en")
    issue = compose(Month(2026, 10), (article,), {}, settings.alert, {})
    html = render_edition(issue, "en", settings).html
    assert FONT in _styles(html)  # what Outlook reads
    assert {"Source Sans 3", "Source Serif 4"} <= _fonts_of(html)


def _fonts_of(document: str) -> set[str]:
    """The quoted names in style attributes, whatever kind of quotes stands there."""
    return set(re.findall(r"""font-family:\s*["'](\w[\w ]+\w)["']""", document))


def test_the_bar_above_an_issue_is_shown_in_it(quoted: Served, page: "Page") -> None:
    page.goto(f"{quoted.url}archive/2026-10/en")
    shown = page.locator(".archive-bar").evaluate("bar => getComputedStyle(bar).fontFamily")
    assert shown.replace('"', "'") == FONT
