"""Settling at the desk: one story or two, in the issue or not; decided once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.domain.article import Article
from alerts.store import quarantine, stories, transaction
from alerts.store.articles import StoredArticle, edit, put
from tests.factories import MONTH
from tests.web.desk.signed_in import Desk, desk_of, press

PAGE = f"/desk/settle?month={MONTH}"
ANNA = "anna@example.org"
TEXT = "Forty cities have promised to publish what they pump, what they lose and whom they cut off."


@pytest.fixture
def desk(project: Path) -> Iterator[Desk]:
    """A desk with three stories, of which two have the same title, and one in quarantine."""
    with desk_of(project, ALERT__LANGUAGES="en,es") as running:
        db, now = running.served.db, running.served.clock()
        for site, title in (
            ("one", "Forty cities sign"),
            ("two", "Forty cities sign"),
            ("x", "Wells"),
        ):
            found = Article(f"https://{site}.example.net/a", title, summary=f"{TEXT} {site} <b>")
            put(db, found, MONTH, None, now)
        held = Article("https://h.example.net/a", "Held", summary="Odd <script>alert(1)</script>")
        put(db, held, MONTH, None, now)
        edit(db, held.id, {"excluded": True}, now)
        quarantine.keep(db, held.id, ("it is about something else",), now)
        yield running


def _kept(desk: Desk, site: str) -> StoredArticle:
    return desk.project().articles.find(Article(f"https://{site}.example.net/a", "x").id)


def _shown(desk: Desk) -> set[str]:
    return {one.id for one in desk.project().issues.composed(MONTH).articles}


def _pair(desk: Desk) -> dict[str, str]:
    (hit,) = desk.project().articles.near(MONTH)
    return {"one": hit.one.id, "other": hit.other.id}


def test_one_story_shows_the_chosen_one_and_can_be_separated_for_good(desk: Desk) -> None:
    pair = _pair(desk)
    with desk.browser(ANNA) as anna:
        assert "1 pair that may be one story" in anna.get(f"/desk?month={MONTH}").text
        html = anna.get(PAGE).text
        assert html.count("Forty cities sign") >= 2
        assert "<script>alert" not in html
        done = press(anna, PAGE, PAGE, **pair, choice="second")
        assert done.status_code == 303
        assert pair["other"] in _shown(desk)
        assert pair["one"] not in _shown(desk)
        late = press(anna, PAGE, PAGE, **pair, choice="different")  # somebody was quicker
        assert "settled+it+meanwhile" in late.headers["location"]
        assert pair["one"] not in _shown(desk)
        story = f"/desk/story/{pair['other']}"
        assert "A different story" in anna.get(story).text
        assert press(anna, f"{story}/separate", story, other=pair["one"]).status_code == 303
    assert pair["one"] in _shown(desk)
    assert desk.project().articles.near(MONTH) == ()


def test_two_stories_are_not_asked_about_again(desk: Desk) -> None:
    pair = _pair(desk)
    with desk.browser(ANNA) as anna:
        assert press(anna, PAGE, PAGE, **pair, choice="different").status_code == 303
        assert "no two stories look like one" in anna.get(PAGE).text
    assert desk.project().articles.near(MONTH) == ()
    assert len(desk.project().issues.composed(MONTH).articles) == 3


def test_a_translation_is_shown_in_the_original(desk: Desk) -> None:
    project = desk.project()
    project.articles.edit(_kept(desk, "two"), language="es", title="Cuarenta ciudades firman")
    one, two = _kept(desk, "one").article.id, _kept(desk, "two").article.id
    with transaction(desk.served.db):
        stories.keep_near(desk.served.db, one, two, "same picture")
    pair = _pair(desk)
    choice = "first" if pair["one"] == one else "second"
    with desk.browser(ANNA) as anna:
        assert "the first is the original" in anna.get(PAGE).text
        assert press(anna, PAGE, PAGE, **pair, choice=choice).status_code == 303
    assert _kept(desk, "one").article.translations["es"].title == "Cuarenta ciudades firman"


def test_what_waits_is_put_in_or_left_out(desk: Desk) -> None:
    held = _kept(desk, "h").article.id
    with desk.browser(ANNA) as anna:
        assert "it is about something else" in anna.get(PAGE).text
        done = press(anna, f"/desk/story/{held}/include?to=settle", PAGE)
        assert "/desk/settle?" in done.headers["location"]
        assert "Nothing waits" in anna.get(PAGE).text
    assert held in _shown(desk)


def test_who_may_not_and_forged_forms(desk: Desk) -> None:
    pair = _pair(desk)
    for who in ("lucia@example.org", "dana@example.org"):
        with desk.browser(who) as browser:
            assert browser.get(PAGE).status_code == 403
            assert press(browser, PAGE, "/desk", **pair, choice="first").status_code == 403
    with desk.browser(ANNA) as anna:
        assert anna.post(PAGE, data={"form": "x", **pair, "choice": "first"}).status_code == 403
        assert press(anna, PAGE, PAGE, **pair, choice="explode").status_code == 404
        odd = {"one": "x", "other": "\x00' OR 1"}
        assert press(anna, PAGE, PAGE, **odd, choice="first").status_code == 303
    assert _pair(desk) == pair
