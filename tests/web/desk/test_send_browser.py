"""Signing in, and Approve and send, in a real browser: no fault of access, no sideways scrolling (H15)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser import axe
from tests.factories import MONTH, add_subscribers
from tests.web.desk.signed_in import Desk, desk_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SEND = f"/desk/send?month={MONTH}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with an issue in languages of both directions."""
    from alerts.library.project import Project

    root = tmp_path_factory.mktemp("desk") / "project"
    Project.create(root).close()
    with desk_of(root, ALERT__LANGUAGES="en,es,ar", ALERT__REVIEW="required") as running:
        running.project().articles.add(
            "https://news.example.net/a", month=MONTH, read=False, title="Water law changes"
        )
        add_subscribers(running.served.db, 3)
        yield running


def _sign_in(page: "Page", desk: Desk, email: str) -> None:
    page.goto(desk.project().people.link(email))
    page.locator("main button").click()
    page.wait_for_url("**/desk")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_h15_every_page_is_open_to_everybody(
    desk: Desk, page: "Page", language: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    lang = f"lang={language}"
    found = []

    def look(path: str) -> None:
        page.goto(desk.served.url.rstrip("/") + path)
        for width in (320, 1200):
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found.extend([f"{path} {width}: scrolls sideways"] if wide else [])
        found.extend(f"{path}: {fault}" for fault in axe(page))

    look(f"/desk/sign-in?{lang}")
    look(f"/desk/enter/1-1-1-1?{lang}")
    look(f"/desk/enter/{desk.project().people.link('anna@example.org').rpartition('/')[2]}?{lang}")
    _sign_in(page, desk, "anna@example.org")
    look(f"/desk?month={MONTH}&{lang}")
    look(f"/desk?month={MONTH}&languages=en,es,ar&{lang}")
    story = desk.project().articles.find("Water law changes").article.id
    look(f"/desk/story/{story}?{lang}")
    look(f"/desk/words?month={MONTH}&{lang}")
    look(f"/desk/view?month={MONTH}&language=ar&mode=phone&{lang}")
    look(f"/desk/view?month={MONTH}&mode=text&{lang}")
    look(f"{SEND}&{lang}")
    look(f"/desk/send?month=2031-01&{lang}")  # without articles
    look(f"/desk/special?{lang}")
    issues = desk.project().issues
    if not issues.specials():
        key = issues.begin_special("Act now").month
        issues.schedule("2099-12-10 09:00", key)
    look(f"/desk/send?month={issues.specials()[0][0]}&{lang}")  # with its moment
    assert not found


def test_an_approver_approves_without_javascript(desk: Desk, browser: "Browser") -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    _sign_in(page, desk, "dana@example.org")
    page.goto(desk.served.url.rstrip("/") + SEND)
    page.get_by_role("button", name="Approve this version").click()
    page.wait_for_selector("[role=status]:has-text('You have approved this version')")
    assert page.get_by_role("button", name="Approve this version").is_disabled()
    context.close()
