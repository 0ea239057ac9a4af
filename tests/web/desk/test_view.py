"""The view at the desk: an edition as mail programs show it, in a frame that can do nothing."""

from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from alerts.web.desk.view import MODES
from tests.factories import MONTH
from tests.web.desk.signed_in import Desk, desk_of, press

VIEW = f"/desk/view?month={MONTH}"


@pytest.fixture
def desk(project: Path) -> Iterator[Desk]:
    """A desk with one story, which mails into a folder."""
    with desk_of(project, ALERT__LANGUAGES="en,es,ar") as running:
        running.project().articles.add(
            "https://news.example.net/a",
            month=MONTH,
            read=False,
            title="Water <script>alert(1)</script> law",
        )
        yield running


def test_every_mode_shows_the_edition_without_scripts(desk: Desk) -> None:
    with desk.browser("lucia@example.org") as browser:
        for mode in (*MODES, "", "nonsense"):
            page = browser.get(f"{VIEW}&language=ar&mode={mode}")
            assert page.status_code == 200
            if mode == "text":
                assert "Water" in page.text
                continue
            assert "<iframe" in page.text
            edition = browser.get(f"/desk/view/edition?month={MONTH}&language=ar&mode={mode}")
            policy = edition.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "sandbox" in policy
            assert "script" not in policy
            assert "<script" not in edition.text
            assert 'dir="rtl"' in edition.text
        unstyled = browser.get(f"/desk/view/edition?month={MONTH}&mode=images-off")
        assert "img-src 'none'" in unstyled.headers["content-security-policy"]


def test_what_each_channel_of_the_language_is_posted_is_shown(project: Path) -> None:
    channels = "".join(
        f'\n[[channels]]\nname = "{name}"\nkind = "mastodon"\nserver = "https://m.example"\n'
        f'language = "{language}"\ntoken_file = "m.secret"\n'
        for name, language in (("fedi-en", "en"), ("fedi-fr", "fr"))
    )
    path = project / "alerts.toml"
    path.write_text(path.read_text("utf-8") + channels, "utf-8")
    with desk_of(project) as desk:
        title = "A <b>vote</b> of @all"
        desk.project().articles.add("https://a.example/1", month=MONTH, read=False, title=title)
        with desk.browser("lucia@example.org") as browser:
            page = browser.get(f"{VIEW}&language=en").text
            assert "Posts on other networks" in page
            assert "fedi-en" in page
            assert "fedi-fr" not in page
            assert "A &lt;b&gt;vote&lt;/b&gt; of @\u200ball" in page
            assert f"/archive/{MONTH}/en&#10;</div>" in page
            assert "Posts on other networks" not in browser.get(f"{VIEW}&language=es").text


def test_a_month_without_articles_has_nothing_to_view(desk: Desk) -> None:
    with desk.browser("anna@example.org") as browser:
        assert "There are no articles yet" in browser.get("/desk/view?month=2030-01").text
        assert browser.get("/desk/view/edition?month=2030-01").status_code == 404


def test_a_test_goes_to_the_person_who_asks_for_it_and_to_nobody_else(desk: Desk) -> None:
    with desk.browser("anna@example.org") as browser:
        done = press(browser, f"/desk/view/test?month={MONTH}", language="es")
        assert done.status_code == 303
        wrong = press(browser, f"/desk/view/test?month={MONTH}", language="tlh")
        assert wrong.status_code == 422
    (sent,) = (desk.served.settings.root / "outbox" / "new").iterdir()
    message = message_from_bytes(sent.read_bytes())
    assert "anna@example.org" in str(message["To"])
    assert message["Content-Language"] == "es"


def test_strangers_see_nothing(desk: Desk) -> None:
    with desk.browser() as browser:
        for path in (VIEW, f"/desk/view/edition?month={MONTH}"):
            assert browser.get(path).status_code == 303
