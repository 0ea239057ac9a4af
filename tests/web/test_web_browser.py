"""Each way through the pages in a real browser, without JavaScript, with axe-core (H15, S6, X12)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alerts.domain.subscriber import SubscriberStatus
from alerts.mail.tokens import Purpose
from alerts.store import subscribers
from alerts.web.accessibility import last_run
from tests.browser import axe_run
from tests.pages import Served, links, mailed_link, path_of, serve
from tests.statement import Statement

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIX = "en,es,fr,pt,ru,ar"
WIDTHS = (320, 640, 1200)


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
    plain.wait_for_selector("h1:has-text('Revise su bandeja de entrada')")
    (mail,) = served.post_office()
    _open(plain, served, path_of(links(mail.octets)[0], served))
    assert served.status() == "pending"
    plain.locator("main button").click()
    plain.wait_for_selector("h1:has-text('Su suscripción está activa')")
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
    assert page.locator("#email").get_attribute("aria-describedby") == "wrong"
    assert page.evaluate("document.activeElement.id") == "email"
    assert page.title().startswith("Error: ")
    assert served.post_office() == []


def test_a_form_that_is_refused_as_a_whole_puts_focus_on_the_reason(
    served: Served, page: "Page"
) -> None:
    token = served.token(Purpose.PREFERENCES, served.subscriber(language="fr"))
    _open(page, served, f"/preferences/{token}")
    page.locator("[name=form]").first.evaluate("field => field.value = 'x'")
    page.locator("form >> nth=0 >> button").click()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert page.title().startswith("Erreur")


def test_a_name_that_is_too_long_is_said_at_the_name(served: Served, page: "Page") -> None:
    token = served.token(Purpose.PREFERENCES, served.subscriber())
    for path in ("/join", f"/preferences/{token}"):
        _open(page, served, path)
        page.locator("#name").evaluate("field => field.maxLength = 9999")
        page.locator("#email").first.fill("ana@example.org")
        page.locator("#name").fill("x" * 1000)
        served.clock.go(seconds=10)
        page.locator("main form button").first.click()
        assert page.evaluate("document.activeElement.id") == "name", path
        assert page.locator("#wrong-name").is_visible()
        assert page.locator("#name").get_attribute("aria-invalid") == "true"
        assert page.title().startswith("Error: ")


def test_the_code_for_other_sites_is_copied(
    served: Served, browser: "Browser", plain: "Page"
) -> None:
    _open(plain, served, "/widget")
    assert not plain.locator("[data-copy]").is_visible()  # without scripts it could do nothing
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    _open(page, served, "/widget")
    page.locator("[data-copy]").click()
    page.wait_for_selector(".copied:has-text('copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#code").text_content()
    assert copied.startswith("<form")
    context.close()


def test_leaving_and_coming_back(served: Served, plain: "Page") -> None:
    token = served.token(Purpose.UNSUBSCRIBE, served.subscriber())
    _open(plain, served, f"/unsubscribe/{token}")
    assert served.status() == "active"
    plain.locator("main button").click()
    plain.wait_for_selector("h1:has-text('You have been unsubscribed')")
    assert served.status() == "unsubscribed"
    plain.reload()  # the browser sends the form again: nothing worse happens
    assert served.status() == "unsubscribed"
    _open(plain, served, f"/unsubscribe/{token}")
    plain.wait_for_selector("h1:has-text('You have been unsubscribed')")
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
    plain.get_by_label("The content is not relevant to me").check()
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
    plain.locator("a[href*='/data']").click()
    plain.locator("main button").click()
    plain.wait_for_selector("main .big")
    (mail,) = served.post_office()
    _open(plain, served, path_of(links(mail.octets)[0], served))
    with plain.expect_download() as download:
        plain.locator("main button").click()
    assert "ana@example.org" in download.value.path().read_text(encoding="utf-8")


def test_moving_and_being_forgotten(served: Served, plain: "Page") -> None:
    token = served.token(Purpose.PREFERENCES, served.subscriber())
    _open(plain, served, f"/preferences/{token}")
    plain.fill("#email", "new@example.org")
    plain.locator("form >> nth=1 >> button").click()
    plain.wait_for_selector("h1:has-text('Check your inbox')")
    (mail,) = served.post_office()
    _open(plain, served, path_of(links(mail.octets)[0], served))
    plain.locator("main button").click()
    plain.wait_for_selector("h1:has-text('Your email address has been changed')")
    assert served.status("new@example.org") == "active"
    _open(plain, served, f"/preferences/{token}/erase")
    plain.locator("main button").click()
    plain.wait_for_selector("h1:has-text('Check your inbox')")
    (mail,) = served.post_office()
    _open(plain, served, path_of(links(mail.octets)[0], served))
    plain.locator("main button").click()
    plain.wait_for_selector("h1:has-text('Your data has been deleted')")
    assert served.status("new@example.org") == ""


def _pages(served: Served) -> dict[str, str]:
    """A path for each page that a GET can show."""
    number = served.subscriber("reader.with.a.rather.long.address@subdomain.example.org")
    gone = served.subscriber("bo@example.org")
    served.becomes(SubscriberStatus.UNSUBSCRIBED, "bo@example.org")
    served.sign_up("new@example.org")
    (mail,) = served.post_office()
    choose = served.token(Purpose.PREFERENCES, number)
    goes = served.token(Purpose.PREFERENCES, served.subscriber("goes@example.org"))
    return {
        "join": "/join",
        "widget": "/widget",
        "look": "/widget/look",
        "accessibility": "/accessibility",
        "confirm": path_of(links(mail.octets)[0], served),
        "leave": f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, number)}",
        "left": f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, gone)}",
        "preferences": f"/preferences/{choose}",
        "erase": f"/preferences/{choose}/erase",
        "data": f"/preferences/{choose}/data",
        "proved": mailed_link(served, f"/preferences/{goes}/erase"),
        "over": f"/preferences/{choose}/erase?proof=forged",
        "missing": "/nothing",
    }


PRESSED = {
    "asked": ("join", "main button"),
    "wrong": ("join", "main button"),
    "confirmed": ("confirm", "main button"),
    "saved": ("preferences", "form >> nth=0 >> button"),
    "unsubscribed": ("leave", "main button"),
    "mailed": ("erase", "main button"),
    "erased": ("proved", "main button"),
}


def _show(page: "Page", served: Served, paths: dict[str, str], name: str, language: str) -> None:
    """Bring a page before the browser, by a press where no link leads to it."""
    before, button = PRESSED.get(name, (name, ""))
    path = paths[before]
    _open(page, served, f"{path}{'&' if '?' in path else '?'}lang={language}")
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
    *("join", "wrong", "asked", "confirm", "confirmed", "preferences", "saved", "widget", "look"),
    "accessibility",
    *("leave", "unsubscribed", "left", "missing"),
    *("data", "erase", "mailed", "proved", "over", "erased"),  # "erased" last: nobody is there then
)


@pytest.mark.parametrize("language", ["en", "es", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_h15_no_page_has_a_fault_that_axe_finds(
    six: Served, browser: "Browser", language: str, scheme: str, statement: Statement
) -> None:
    tried = 0
    paths = _pages(six)
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for name in NAMES:
        _show(page, six, paths, name, language)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            run = axe_run(page)
            statement.record(name, language, scheme, width, run)
            assert not run.faults, f"{name} at {width}: {run.faults}"
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, f"{name} scrolls sideways at {width}"
            tried += 1
    context.close()
    assert tried == len(NAMES) * len(WIDTHS)


def test_the_statement_writes_numbers_and_lists_as_its_language_does(six: Served) -> None:
    run = last_run()
    assert run is not None
    for language, number in (
        ("en", f"{run.checks:,}"),
        ("ru", f"{run.checks:,}".replace(",", "\u00a0")),
    ):
        assert f"<dd>{number}</dd>" in six.client.get(f"/accessibility?lang={language}").text
    arabic = six.client.get("/accessibility?lang=ar").text
    assert re.search(r"الإنجليزية\W?، ", arabic)
    assert not re.search(r"[\u0621-\u064a]\)?[,;]", arabic), "a Latin mark after an Arabic word"


def test_on_a_phone_an_address_is_not_broken(six: Served, page: "Page") -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    _open(page, six, _pages(six)["confirm"])
    assert page.locator("dd").first.bounding_box()["height"] < 40  # type: ignore[index]


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
