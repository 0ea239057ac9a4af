"""The month, a story, its comments and what was changed in a real browser: no fault of access, no sideways
scrolling (H15), stories that are dragged, and pins on the shown edition that lead to where one mends."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from alerts.domain.article import Article, Image
from alerts.library.project import Project
from alerts.store import quarantine
from alerts.store.articles import edit, put
from tests.browser import axe
from tests.factories import MONTH
from tests.web.desk.signed_in import Desk, desk_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

MONTH_PAGE = f"/desk?month={MONTH}&languages=en,ar"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk where something was said, changed, approved, and is to be settled."""
    root = tmp_path_factory.mktemp("desk") / "project"
    Project.create(root).close()
    with desk_of(root, ALERT__LANGUAGES="en,es,ar", PICTURES__DELIVERY="source") as running:
        db, now = running.served.db, running.served.clock()
        for site, title in (("a", "Forty cities sign"), ("b", "Forty cities sign"), ("c", "Wells")):
            image = Image(f"{running.served.url}logo.png") if site == "c" else None
            found = Article(f"https://{site}.example.net/a", title, summary="Water.", image=image)
            put(db, found, MONTH, None, now)
        held = Article("https://h.example.net/a", "Held", summary="Odd.")
        put(db, held, MONTH, None, now)
        edit(db, held.id, {"excluded": True}, now)
        quarantine.keep(db, held.id, ("it is about something else",), now)
        project = running.project()
        people = {one.email: one for one in project.people.all()}
        project.act_as(people["anna@example.org"])
        project.approve(project.draft(MONTH))
        project.articles.edit(_id("a"), summary="Clean water, at last.")
        project.articles.translate(_id("a"), "ar", title="مياه")
        project.act_as(people["lucia@example.org"])
        kept = project.articles.find(_id("a"))
        project.comments.add("Is 40 right?\nI read 4.", article=kept)
        project.comments.settle(project.comments.add("And this?", article=kept).id)
        project.comments.add("Shall we begin with the event?", month=MONTH)
        yield running


def _id(site: str) -> str:
    return Article(f"https://{site}.example.net/a", "x").id


def _sign_in(page: "Page", desk: Desk) -> str:
    page.goto(desk.project().people.link("anna@example.org"))
    page.locator("main button").click()
    page.wait_for_url("**/desk")
    return desk.served.url.rstrip("/")


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("ar", "light")])
def test_h15_every_page_is_open_to_everybody(
    desk: Desk, page: "Page", language: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    root = _sign_in(page, desk)
    act = desk.project().changes.list(MONTH)[0].id
    for path in (
        f"{MONTH_PAGE}&note=Saved.&undo={act}",
        f"/desk/story/{_id('a')}?",
        f"/desk/story/{_id('c')}?",
        f"/desk/changes?month={MONTH}",
        f"/desk/compare?month={MONTH}",
        f"/desk/settle?month={MONTH}",
        f"/desk/view?month={MONTH}",
        f"/desk/send?month={MONTH}",
    ):
        page.goto(f"{root}{path}&lang={language}")
        for width in (320, 1200):
            page.set_viewport_size({"width": width, "height": 800})
            assert list(axe(page)) == [], (path, width)
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


def test_a_story_is_dragged_and_one_click_takes_it_back(desk: Desk, page: "Page") -> None:
    root = _sign_in(page, desk)
    page.set_viewport_size({"width": 1200, "height": 1600})
    page.goto(root + MONTH_PAGE)
    before = [one.id for one in desk.project().issues.composed(MONTH).articles]
    stories = page.locator("[data-story]")
    stories.nth(2).locator(".handle").drag_to(stories.nth(0), target_position={"x": 200, "y": 4})
    page.wait_for_url("**undo=**")
    after = [one.id for one in desk.project().issues.composed(MONTH).articles]
    assert after == [before[2], before[0], before[1]]
    page.get_by_role("button", name="Undo", exact=True).click()
    page.wait_for_url("**note=Undone**")
    assert [one.id for one in desk.project().issues.composed(MONTH).articles] == before


def test_a_finding_leads_to_where_it_is_mended_from_the_list_and_from_its_pin(
    desk: Desk, page: "Page"
) -> None:
    desk.project().articles.edit(_id("c"), title="TODO lorem ipsum")
    root = _sign_in(page, desk)
    page.goto(f"{root}/desk/view?month={MONTH}&language=en")
    link = page.locator(f'.found a[href*="{_id("c")}"]').first
    assert link.get_attribute("href", timeout=5_000)
    pin = page.frame_locator("iframe").locator(f'a[target="_top"][href*="{_id("c")}"]')
    assert re.fullmatch(r"\d+", pin.inner_text())
    pin.click()
    page.wait_for_url(re.compile(rf"/desk/story/{_id('c')}#(in-en|picture)$"))


def test_a_changed_text_has_the_direction_of_its_own_language(desk: Desk, page: "Page") -> None:
    root = _sign_in(page, desk)
    page.goto(f"{root}/desk/compare?month={MONTH}&lang=ar")
    for language, direction in (("en", "ltr"), ("ar", "rtl")):
        changed = page.locator(f"dd[lang={language}]").first
        assert changed.evaluate("text => getComputedStyle(text).direction") == direction
