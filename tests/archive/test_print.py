"""An issue on paper: how a browser prints its page."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests import past
from tests.factories import database, new_project
from tests.pages import Served, serve

if TYPE_CHECKING:
    from playwright.sync_api import Page

UNBROKEN = """[...document.querySelectorAll('tr, table')]
    .filter(one => getComputedStyle(one).breakInside === 'avoid')
    .map(one => one.querySelectorAll('h3').length)"""


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The pages of a project in six languages that has queued two issues."""
    root = tmp_path_factory.mktemp("printed") / "project"
    db = database(new_project(root))
    past.two_issues(db, past.settings_of(root))
    db.close()
    with serve(root, **past.SITE) as running:
        yield running


def test_a_sheet_ends_between_stories_and_not_within_one(sent: Served, page: "Page") -> None:
    """No section is kept in one piece: it would leave the rest of a sheet empty. Each story is."""
    page.emulate_media(media="print")
    page.goto(f"{sent.url}archive/2026-10/en")
    stories = page.evaluate(UNBROKEN)
    assert max(stories) <= 2  # two cards side by side
    assert sum(stories) >= 10
    assert not page.locator(".archive-bar").is_visible()


def test_what_is_light_on_a_dark_ground_keeps_its_ground(sent: Served, page: "Page") -> None:
    page.emulate_media(media="print")
    page.goto(f"{sent.url}archive/2026-10/en")
    adjust = "getComputedStyle(document.querySelector('td')).printColorAdjust"
    assert page.evaluate(adjust) == "exact"
