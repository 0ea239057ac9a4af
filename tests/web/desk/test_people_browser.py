"""Translate, Subscribers, People, Year and State in a real browser: no fault of access, no sideways
scrolling (H15), and lengths that follow what is typed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from alerts.library.project import Project
from tests.browser import axe
from tests.factories import MONTH, add_subscribers
from tests.web.desk.signed_in import Desk, desk_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

TRANSLATE = f"/desk/translate?language=es&month={MONTH}"
PAGES = (
    TRANSLATE,
    "/desk/subscribers",
    "/desk/subscribers/person?id=1",
    "/desk/subscribers/erase?id=1",
    "/desk/subscribers/import",
    "/desk/people",
    f"/desk/year?month={MONTH.plus(-1)}",
    "/desk/state",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with a story to translate, readers, and an issue that was sent."""
    root = tmp_path_factory.mktemp("desk") / "project"
    Project.create(root).close()
    with desk_of(root, ALERT__LANGUAGES="en,es,ar") as running:
        add_subscribers(running.served.db, 3)
        before = MONTH.plus(-1)
        for month, number in ((MONTH, 1), (before, 2)):
            running.project().articles.add(
                f"https://n.example.net/{number}", month=month, read=False, title=f"Story {number}"
            )
        running.project().queue(before)
        yield running


def _sign_in(page: "Page", desk: Desk) -> None:
    page.goto(desk.project().people.link("admin@example.org"))
    page.locator("main button").click()
    page.wait_for_url("**/desk")


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("ar", "light")])
def test_h15_every_page_is_open_to_everybody(
    desk: Desk, page: "Page", language: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    _sign_in(page, desk)
    for path in PAGES:
        page.goto(
            f"{desk.served.url.rstrip('/')}{path}{'&' if '?' in path else '?'}lang={language}"
        )
        for width in (320, 1200):
            page.set_viewport_size({"width": width, "height": 800})
            assert list(axe(page)) == [], (path, width)
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


def test_the_length_follows_what_is_typed_and_ctrl_enter_saves(desk: Desk, page: "Page") -> None:
    _sign_in(page, desk)
    page.goto(desk.served.url.rstrip("/") + TRANSLATE)
    title = page.locator("textarea").first
    title.fill("ñandú" * 20)
    assert page.locator("[data-most] b").first.text_content() == "100"
    assert page.locator("[data-most] b.over").count() == 1
    title.fill("Una historia")
    assert page.locator("[data-most] b.over").count() == 0
    title.press("Control+Enter")
    page.wait_for_url("**note=**")
    (kept,) = desk.project().articles.list(MONTH)
    assert kept.article.translations["es"].title == "Una historia"
