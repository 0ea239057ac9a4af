"""Each way through the pages in a real browser, without JavaScript, with axe-core (H15, S6, X12)."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alerts.model import SubscriberStatus
from alerts.store import subscribers
from alerts.tokens import Purpose
from tests.browser import axe
from tests.pages import Served, links, path_of, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIX = "en,es,fr,pt,ru,ar"
WIDTHS = (320, 600, 1200)


@pytest.fixture
def six(project: Path) -> Iterator[Served]:
    """The pages in six languages."""
    more = {"ALERT__ORGANISATION": "Open Consortium", "ALERT__ADDRESS": "61 Mansell Street, London"}
    with serve(project, ALERT__LANGUAGES=SIX, ALERT__NAME="Policy Alert", **more) as running:
        yield running


@pytest.fixture
def plain(browser: "Browser") -> "Iterator[Page]":
    """A page of a browser whose JavaScript is off."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def _open(page: "Page", served: Served, path: str) -> None:
    answer = page.goto(served.url + path.lstrip("/"))
    assert answer is not None
    assert not answer.headers.get("set-cookie")


def _no_cookies(page: "Page") -> None:
    assert page.context.cookies() == []


def test_joining(served: Served, plain: "Page") -> None:
    _open(plain, served, "/join?lang=es")
    plain.fill("#email", "ana@example.org")
    plain.fill("#name", "Ana")
    assert plain.locator("#language").input_value() == "es"
    served.clock.go(seconds=10)
    plain.locator("main button").click()
    plain.wait_for_selector("h1:has-text('Mire su buzón')")
    (mail,) = served.post_office()
    _open(plain, served, path_of(links(mail.octets)[0], served))
    assert served.status() == "pending"
    plain.locator("main button").click()
    plain.wait_for_selector("h1:has-text('Ya está suscrito')")
    assert served.status() == "active"
    plain.locator("main a.button").click()
    assert plain.locator("#name").input_value() == "Ana"
    _no_cookies(plain)


def test_a_wrong_address_is_said_at_the_field(served: Served, page: "Page") -> None:
    _open(page, served, "/join")
    page.locator("form").evaluate("form => form.noValidate = true")  # else the browser stops it
    page.fill("#email", "ana@@example.org")
    served.clock.go(seconds=10)
    page.locator("main button").click()
    assert page.locator("#wrong").is_visible()
    assert page.locator("#email").input_value() == "ana@@example.org"
    assert served.post_office() == []


def test_leaving_and_coming_back(served: Served, plain: "Page") -> None:
    token = served.token(Purpose.UNSUBSCRIBE, served.subscriber())
    _open(plain, served, f"/unsubscribe/{token}")
    assert served.status() == "active"
    plain.locator("main button").click()
    plain.wait_for_selector("h1:has-text('You are unsubscribed')")
    assert served.status() == "unsubscribed"
    plain.reload()  # the browser sends the form again: nothing worse happens
    assert served.status() == "unsubscribed"
    _open(plain, served, f"/unsubscribe/{token}")
    plain.wait_for_selector("h1:has-text('You are unsubscribed')")
    served.becomes(SubscriberStatus.ACTIVE)
    _open(plain, served, f"/unsubscribe/{token}")
    plain.locator("main button").click()
    plain.locator("button:has-text('Subscribe again')").click()
    plain.wait_for_selector("h1:has-text('You are subscribed')")
    assert served.status() == "active"
    _no_cookies(plain)


def test_telling_why(served: Served, plain: "Page") -> None:
    token = served.token(Purpose.UNSUBSCRIBE, served.subscriber())
    _open(plain, served, f"/unsubscribe/{token}")
    plain.locator("main button").click()
    plain.get_by_label("The topics are not for me").check()
    plain.locator("button:has-text('Send')").click()
    plain.wait_for_selector("h1:has-text('Thank you')")


def test_choosing(served: Served, plain: "Page") -> None:
    token = served.token(Purpose.PREFERENCES, served.subscriber())
    _open(plain, served, f"/preferences/{token}")
    plain.fill("#name", "Ana María")
    plain.select_option("#language", "fr")
    plain.select_option("#pause", "3")
    plain.locator("form >> nth=0 >> button").click()
    plain.wait_for_selector("p[role=status]")
    assert plain.locator("html").get_attribute("lang") == "fr"
    person = subscribers.by_id(served.db, 1)
    assert person is not None
    assert (person.name, person.language) == ("Ana María", "fr")
    assert person.paused_until == "2027-02-20T12:00:00Z"
    with plain.expect_download() as download:
        plain.locator("a[download]").click()
    assert "ana@example.org" in download.value.path().read_text(encoding="utf-8")


def test_moving_and_being_forgotten(served: Served, plain: "Page") -> None:
    token = served.token(Purpose.PREFERENCES, served.subscriber())
    _open(plain, served, f"/preferences/{token}")
    plain.fill("#email", "new@example.org")
    plain.locator("form >> nth=1 >> button").click()
    plain.wait_for_selector("h1:has-text('Look into your mailbox')")
    (mail,) = served.post_office()
    _open(plain, served, path_of(links(mail.octets)[0], served))
    plain.locator("main button").click()
    plain.wait_for_selector("h1:has-text('Your address is changed')")
    assert served.status("new@example.org") == "active"
    _open(plain, served, f"/preferences/{token}/erase")
    plain.locator("main button").click()
    plain.wait_for_selector("h1:has-text('Your data is erased')")
    assert served.status("new@example.org") == ""


def _pages(served: Served) -> dict[str, str]:
    """A path for each page that a GET can show."""
    number = served.subscriber("reader.with.a.rather.long.address@subdomain.example.org")
    gone = served.subscriber("bo@example.org")
    served.becomes(SubscriberStatus.UNSUBSCRIBED, "bo@example.org")
    served.sign_up("new@example.org")
    (mail,) = served.post_office()
    choose = served.token(Purpose.PREFERENCES, number)
    return {
        "join": "/join",
        "widget": "/widget",
        "confirm": path_of(links(mail.octets)[0], served),
        "leave": f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, number)}",
        "left": f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, gone)}",
        "preferences": f"/preferences/{choose}",
        "erase": f"/preferences/{choose}/erase",
        "missing": "/nothing",
    }


PRESSED = {
    "asked": ("join", "main button"),
    "wrong": ("join", "main button"),
    "confirmed": ("confirm", "main button"),
    "saved": ("preferences", "form >> nth=0 >> button"),
    "unsubscribed": ("leave", "main button"),
    "erased": ("erase", "main button"),
}


def _show(page: "Page", served: Served, paths: dict[str, str], name: str, language: str) -> None:
    """Bring a page before the browser, by a press where no link leads to it."""
    before, button = PRESSED.get(name, (name, ""))
    _open(page, served, f"{paths[before]}?lang={language}")
    if name == "asked":
        page.fill("#email", "somebody@example.org")
        served.clock.go(seconds=10)
    if name == "wrong":
        page.locator("form").evaluate("form => form.noValidate = true")
        page.fill("#email", "somebody")
    if button:
        page.locator(button).click()
        page.wait_for_load_state()


NAMES = (
    *("join", "wrong", "asked", "confirm", "confirmed", "preferences", "saved", "widget"),
    *("leave", "unsubscribed", "left", "missing", "erase", "erased"),
)


@pytest.mark.parametrize("language", ["en", "es", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_h15_no_page_has_a_fault_that_axe_finds(
    six: Served, browser: "Browser", language: str, scheme: str
) -> None:
    tried = 0
    paths = _pages(six)
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for name in NAMES:
        _show(page, six, paths, name, language)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert axe(page) == [], f"{name} at {width}"
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, f"{name} scrolls sideways at {width}"
            tried += 1
    context.close()
    assert tried == len(NAMES) * len(WIDTHS)


def test_x8_a_scanner_that_runs_a_browser_changes_nothing(served: Served, page: "Page") -> None:
    """Every link of an issue and of a notice is opened, with scripts on, and stays open a while."""
    from tests.conftest import _call
    from tests.factories import MONTH, queue_issue

    served.subscriber()
    queue_issue(served.settings.root, served.db)
    assert _call("send", "--month", str(MONTH)).code == 0
    served.sign_up("new@example.org")
    mails = [taken.octets for taken in served.post_office()]
    mails += [path.read_bytes() for path in (served.settings.root / "outbox" / "new").iterdir()]
    opened = 0
    for mail in mails:
        for url in links(mail):
            page.goto(served.url + path_of(url, served).lstrip("/"))
            page.wait_for_load_state("networkidle")
            opened += 1
    assert opened >= 4
    assert served.status() == "active"
    assert served.status("new@example.org") == "pending"
