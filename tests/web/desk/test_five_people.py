"""A month made at the desk from collecting to sent, in a real Chromium, by five people.

The admin has no JavaScript, the editor no mouse, the Spanish translator a telephone; the Arabic translator
reads from right to left. Each press, each text and each address that is opened is one interaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alerts.domain.issue import IssueState
from alerts.domain.job import JobQueue
from alerts.store import issues
from tests.factories import MONTH, add_subscribers
from tests.pages import make_drafts
from tests.web.desk.signed_in import Desk, desk_with

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

MOST = 120
STORIES = ("Rivers", "Wells", "Lakes", "Rain", "Floods", "Drought")
SETTINGS = {
    "ALERT__LANGUAGES": "en,es,ar",
    "ALERT__REVIEW": "required",
    "ALERT__APPROVAL_BY": "sign-in",
}
_MOST_TABS = 200


@dataclass
class Interactions:
    """What the five have done, a line each."""

    done: list[str] = field(default_factory=list)


@dataclass
class Hands:
    """One person at one browser; `keys`: they have no mouse."""

    page: "Page"
    here: str
    log: Interactions
    keys: bool = False

    def open(self, path: str) -> None:
        """Open an address, or follow a link of a mail."""
        self.log.done.append(f"open {path}")
        self.page.goto(path if path.startswith("http") else f"{self.here}{path}")

    def press(self, name: str, role: Any = "button", number: int = 0) -> None:
        """Press a button or a link, and wait for its page."""
        self.log.done.append(f"press {name}")
        wanted = self.page.get_by_role(role, name=name).nth(number)
        if self.keys:
            self._reach(wanted)
        with self.page.expect_navigation():
            if self.keys:
                self.page.keyboard.press("Enter")
            else:
                wanted.click()

    def write(self, wanted: "Locator", text: str) -> None:
        """Write a text into a field."""
        self.log.done.append(f"write {text}")
        if not self.keys:
            wanted.fill(text)
            return
        self._reach(wanted)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def _reach(self, wanted: "Locator") -> None:
        """Press Tab until it has the focus."""
        here = wanted.element_handle()
        for _ in range(_MOST_TABS):
            if here is not None and here.evaluate("one => document.activeElement === one"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {wanted}")


@pytest.fixture
def desk(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk of five people, with a source of six stories and readers of three languages."""
    folder = project / "stories"
    folder.mkdir()
    for name in STORIES:
        text = f"---\ntitle: {name} of the month\nurl: https://example.org/{name}\ndate: 2026-10-09\n---\n"
        (folder / f"{name}.md").write_text(
            f"{text}What {name} have brought, and what the law says.\n"
        )
    with desk_with(project, SETTINGS) as running:
        for name, value in {
            **SETTINGS,
            "WEB__BASE_URL": running.served.settings.web.base_url,
        }.items():
            monkeypatch.setenv(f"ALERTS_{name}", value)  # for the jobs
        running.project().sources.add("stories", language="en")
        people = running.project().people
        people.take_roles("anna@example.org", ["approver"])
        people.add("karim@example.org", ["translator:ar"])
        add_subscribers(running.served.db, 3)
        yield running


@contextmanager
def _person(
    browser: "Browser", desk: Desk, log: Interactions, email: str, *, keys: bool = False, **how: Any
) -> Iterator[Hands]:
    """That person, who has just signed in by the link of a mail."""
    context = browser.new_context(**how)
    page = context.new_page()
    page.set_default_timeout(20_000)
    hands = Hands(page, desk.served.settings.web.public_url, log, keys)
    hands.open(desk.project().people.link(email))
    page.locator("main button").focus()
    hands.log.done.append("press Sign in")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    yield hands
    context.close()


def _work(desk: Desk, queue: JobQueue) -> None:
    """Have `serve` do what was asked for."""
    warned: list[str] = []
    make_drafts(desk.served.settings, warned.append, desk.served.clock, queue)
    assert not warned
    failed = [job.fault for job in desk.project().jobs.latest() if job.fault]
    assert not failed


def _translate(hands: Hands, language: str, word: str) -> None:
    hands.open(f"/desk/translate?language={language}&month={MONTH}")
    for area in hands.page.locator("textarea").all():
        hands.write(area, f"{word} {area.get_attribute('id')[-9:]}")  # type: ignore[index]
    hands.page.locator("button.main[name=only]").scroll_into_view_if_needed()
    hands.log.done.append("press Save everything")
    hands.page.locator("button.main[name=only]").click()
    hands.page.wait_for_selector("[role=status]")


def test_five_people_make_a_month(desk: Desk, browser: "Browser") -> None:
    log = Interactions()
    with _person(browser, desk, log, "admin@example.org", java_script_enabled=False) as admin:
        admin.open("/desk/state")
        admin.press("Read them now")
        _work(desk, JobQueue.OTHERS)
    with _person(browser, desk, log, "anna@example.org", keys=True) as anna:
        anna.press("Feature", number=2)
        anna.press("Leave out", number=5)
        anna.press("Move story 3 up")
        anna.press("Words of the issue", "link")
        anna.write(anna.page.locator("#subject-en"), "Water in October")
        anna.press("Save English")
        assert anna.page.get_by_text("Your changes have been saved").count() == 1
    phone: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
    }
    with _person(browser, desk, log, "lucia@example.org", locale="es", **phone) as lucia:
        _translate(lucia, "es", "Agua")
        assert lucia.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with _person(browser, desk, log, "karim@example.org", locale="ar") as karim:
        assert karim.page.locator("html").get_attribute("dir") == "rtl"
        _translate(karim, "ar", "ماء")
    with _person(browser, desk, log, "dana@example.org") as dana:
        dana.press("View", "link")
        assert dana.page.locator("iframe").count() == 1
        dana.press("Approve and send", "link")
        dana.press("Approve this version")
        dana.press("Send now")
        _work(desk, JobQueue.SENDING)
        dana.press("Approve and send", "link")
        assert dana.page.get_by_role("heading", name="What was sent", exact=True).count() == 1
    stored = issues.get(desk.served.db, MONTH)
    assert stored is not None
    assert stored.state is IssueState.SENT
    mails = [one.read_text() for one in (desk.served.settings.root / "outbox" / "new").iterdir()]
    assert len(mails) == 3
    assert len(log.done) <= MOST, log.done
