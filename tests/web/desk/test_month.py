"""The month at the desk: choosing, ordering and writing stories, without losing anybody's words."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from alerts.domain.article import Article
from tests.factories import MONTH, add_subscribers, queue_issue
from tests.web.desk.signed_in import Desk, desk_of, press

PAGE = f"/desk?month={MONTH}"
WORDS = f"/desk/words?month={MONTH}"
HOSTILE = (
    "<script>alert(1)</script> \u202egnol\u202c \x07 {{ 7*11111 }} {slot:x} ' \" & " + "x" * 20
)


@pytest.fixture
def desk(project: Path) -> Iterator[Desk]:
    """A desk with three stories in October."""
    with desk_of(project, ALERT__LANGUAGES="en,es,ar") as running:
        for name in ("One", "Two", "Three"):
            running.project().articles.add(
                f"https://news.example.net/{name}", month=MONTH, read=False, title=name
            )
        yield running


def _titles(desk: Desk) -> list[str]:
    return [one.title for one in desk.project().issues.composed(MONTH).articles]


def _story(desk: Desk, title: str) -> Article:
    return desk.project().articles.find(title, MONTH).article


def test_the_month_is_in_the_order_of_the_mail_and_says_what_is_missing(desk: Desk) -> None:
    with desk.browser("anna@example.org") as anna:
        html = anna.get(f"{PAGE}&languages=en,es").text
        shown = re.findall(r"<h3[^>]*><a[^>]*>([^<]+)</a>", html)
        assert shown[::2] == _titles(desk)
        assert html.count("No title in Spanish") == 2 * 3  # on the card, and in the list
        assert "No title in Arabic" not in html


def test_buttons_move_feature_leave_out_and_put_in(desk: Desk) -> None:
    first, second, third = _titles(desk)
    with desk.browser("anna@example.org") as anna:

        def button(title: str, act: str) -> int:
            return press(anna, f"/desk/story/{_story(desk, title).id}/{act}", PAGE).status_code

        assert button(first, "down") == 303
        assert _titles(desk) == [second, first, third]
        for _ in range(3):  # it is the last one then, and stays
            assert button(first, "down") == 303
        assert _titles(desk) == [second, third, first]
        assert button(first, "feature") == 303
        assert _titles(desk)[0] == first
        assert button(first, "unfeature") == 303
        assert button(second, "exclude") == 303
        assert second not in _titles(desk)
        assert "Put it in" in anna.get(PAGE).text
        assert button(second, "include") == 303
        assert second in _titles(desk)
        assert button(first, "explode") == 404
    kinds = [event["detail"]["by"] for event in desk.project().issues.log(MONTH)]
    assert kinds.count("anna@example.org") >= 6


def test_a_story_goes_to_another_section_and_place_unless_others_have_moved_some(
    desk: Desk,
) -> None:
    first, _, third = _titles(desk)
    path = f"/desk/story/{_story(desk, first).id}/move"
    with desk.browser("anna@example.org") as anna:
        found = re.search(r'name="seen" value="(\w{16})"', anna.get(PAGE).text)
        assert found
        seen = found[1]
        desk.project().articles.move(_story(desk, third).id, position=1)
        late = press(anna, path, PAGE, seen=seen, section="events")
        assert late.status_code == 409
        assert "This is the order now" in late.text
        assert press(anna, path[:-4] + "down", PAGE, seen=seen).status_code == 409
        found = re.search(r'name="seen" value="(\w{16})"', late.text)
        assert found
        assert press(anna, path, PAGE, seen=found[1], section="events").status_code == 303
        assert _story(desk, first).section == "events"
        assert _titles(desk)[-1] == first
        back = press(anna, path, PAGE, section="news", position="1")  # as a drag sends it
        assert back.status_code == 303
        assert _titles(desk)[0] == first
        for odd in ({"section": "<b>"}, {"section": "nowhere"}):
            assert press(anna, path, PAGE, **odd).status_code == 422, odd
        for odd in ({"position": "0"}, {"position": "-1"}, {"position": "9" * 30}, {}):
            assert press(anna, path, PAGE, **odd).status_code == 303, odd
    assert _titles(desk)[0] == first


def _write(desk: Desk, email: str, story: str, language: str, **texts: str) -> int:
    id_ = _story(desk, story).id
    with desk.browser(email) as browser:
        values = {
            "language": language,
            "seen-title": "",
            "seen-summary": "",
            "summary": "",
            **texts,
        }
        return press(
            browser, f"/desk/story/{id_}/words", f"/desk/story/{id_}", **values
        ).status_code


def test_a_translator_writes_their_language_and_no_other(desk: Desk) -> None:
    assert _write(desk, "lucia@example.org", "One", "es", title="Uno") == 303
    assert _story(desk, "One").translations["es"].title == "Uno"
    for language, seen in (("ar", ""), ("en", "One"), ("xx", ""), ("", "")):
        status = _write(
            desk, "lucia@example.org", "One", language, title="!", **{"seen-title": seen}
        )
        assert status == 403, language
    with desk.browser("lucia@example.org") as lucia:
        for act in ("exclude", "up", "place", "settle"):
            path = f"/desk/story/{_story(desk, 'One').id}/{act}"
            assert press(lucia, path, PAGE).status_code == 403
        assert press(lucia, "/desk/add", PAGE, url="https://a.example.net").status_code == 403


def test_two_at_once_lose_no_words(desk: Desk) -> None:
    id_ = _story(desk, "One").id
    path = f"/desk/story/{id_}"
    with desk.browser("anna@example.org") as anna, desk.browser("lucia@example.org") as lucia:
        seen = {"language": "es", "seen-title": "", "seen-summary": ""}
        first = press(lucia, f"{path}/words", path, **seen, title="Uno", summary="")
        assert first.status_code == 303
        second = press(anna, f"{path}/words", path, **seen, title="Primero", summary="Texto")
        assert second.status_code == 409
        shown = unescape(second.text)
        assert "Uno" in shown and "Primero" in shown and "Texto" in shown  # noqa: PT018
        assert _story(desk, "One").translations["es"].title == "Uno"
        again = {**seen, "seen-title": "Uno"}
        assert press(anna, f"{path}/words", path, **again, title="Primero", summary="Texto")
        assert _story(desk, "One").translations["es"].title == "Primero"
        # what one did not touch, the other keeps
        stale = {**seen, "seen-title": "Uno", "seen-summary": ""}
        kept = press(lucia, f"{path}/words", path, **stale, title="Uno", summary="")
        assert kept.status_code == 303
        assert _story(desk, "One").translations["es"].title == "Primero"


def test_hostile_words_are_words(desk: Desk) -> None:
    status = _write(desk, "anna@example.org", "One", "en", title=HOSTILE, **{"seen-title": "One"})
    assert status == 303
    kept = next(
        one for one in desk.project().issues.composed(MONTH).articles if "script" in one.title
    )
    assert not set(kept.title) & set("\u202e\u202c\x07")
    with desk.browser("anna@example.org") as anna:
        for path in (PAGE, f"/desk/story/{kept.id}", f"/desk/send?month={MONTH}"):
            html = anna.get(path).text
            assert "<script>alert" not in html
            assert "77777" not in html


def test_an_article_keeps_its_title(desk: Desk) -> None:
    assert _write(desk, "anna@example.org", "One", "en", title=" ", **{"seen-title": "One"}) == 422
    assert "One" in _titles(desk)


def test_the_words_of_the_issue(desk: Desk) -> None:
    empty = {
        f"{seen}{name}": ""
        for name in ("subject", "preheader", "headline", "standfirst", "introduction")
        for seen in ("", "seen-")
    }
    with desk.browser("anna@example.org") as anna:
        values = {
            **empty,
            "language": "es",
            "subject": "El mes",
            "introduction": "Hola.\r\n\r\nSí.",
        }
        done = press(anna, f"/desk/words/write?month={MONTH}", WORDS, **values)
        assert done.status_code == 303
        html = unescape(anna.get(WORDS).text)
        assert "El mes" in html
        assert "Hola.\n\nSí." in html
        late = {**values, "subject": "Otro", "introduction": ""}
        assert press(anna, f"/desk/words/write?month={MONTH}", WORDS, **late).status_code == 409
    issue = desk.project().issues.composed(MONTH)
    assert issue.faces["es"].subject == "El mes"


def test_a_frozen_month_cannot_be_changed(desk: Desk) -> None:
    add_subscribers(desk.served.db, 2)
    queue_issue(desk.served.settings.root, desk.served.db, now=desk.served.clock())
    id_ = desk.project().articles.find("One").article.id
    with desk.browser("anna@example.org") as anna:
        assert "cannot be changed" in anna.get(PAGE).text
        assert press(anna, f"/desk/story/{id_}/exclude", PAGE).status_code == 422
        values = {"language": "en", "title": "New", "seen-title": "One", "summary": ""}
        answer = press(anna, f"/desk/story/{id_}/words", PAGE, **values)
        assert answer.status_code == 422
    assert not desk.project().articles.find("One").article.excluded


def test_what_does_not_exist_is_told_and_changes_nothing(desk: Desk) -> None:
    with desk.browser("anna@example.org") as anna:
        for odd in ("x", "0123456789", "%00", "One", "0" * 500):
            assert anna.get(f"/desk/story/{odd}").status_code in (404, 414), odd
            answer = press(anna, f"/desk/story/{odd}/exclude", PAGE)
            assert answer.status_code in (404, 414, 422), odd
        for url in ("", "x", "javascript:alert(1)", "https://", "http://127.0.0.1:1/a"):
            assert press(anna, f"/desk/add?month={MONTH}", PAGE, url=url).status_code == 422, url
        assert press(anna, "/desk/add", PAGE, url="x" * 2_000_000).status_code == 413
    assert len(_titles(desk)) == 3
