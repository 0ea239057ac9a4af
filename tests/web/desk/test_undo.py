"""Undo at the desk: one click takes back one act, whole, and never what somebody wrote since."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from alerts.domain.article import Article
from alerts.store.articles import StoredArticle, put
from tests.factories import MONTH, add_subscribers, queue_issue
from tests.web.desk.signed_in import Desk, desk_of, press

PAGE = f"/desk?month={MONTH}"
CHANGES = f"/desk/changes?month={MONTH}"
ANNA = "anna@example.org"


@pytest.fixture
def desk(project: Path) -> Iterator[Desk]:
    """A desk with three collected stories in October."""
    with desk_of(project, ALERT__LANGUAGES="en,es") as running:
        for name in ("One", "Two", "Three"):
            found = Article(f"https://news.example.net/{name}", name, summary="From the source.")
            put(running.served.db, found, MONTH, None, running.served.clock())
        yield running


def _titles(desk: Desk) -> list[str]:
    return [one.title for one in desk.project().issues.composed(MONTH).articles]


def _kept(desk: Desk, title: str) -> StoredArticle:
    return desk.project().articles.find(title, MONTH)


def _act(desk: Desk, who: str, path: str, **values: str) -> str:
    """Do something; the act that the next page offers to undo, or an empty text."""
    with desk.browser(who) as browser:
        done = press(browser, path, PAGE, **values)
        assert done.status_code == 303, done.text
        html = browser.get(done.headers["location"]).text
    found = re.search(r'name="act" value="(\d+)"><button class="little">Undo<', html)
    return found[1] if found else ""


def _undo(desk: Desk, act: str, who: str = ANNA) -> int:
    with desk.browser(who) as browser:
        return press(browser, f"/desk/changes/undo?month={MONTH}", PAGE, act=act).status_code


def test_what_a_button_did_is_undone_by_one(desk: Desk) -> None:
    before = _titles(desk)
    first = _kept(desk, before[0]).article.id
    for name in ("exclude", "feature", "down"):
        act = _act(desk, ANNA, f"/desk/story/{first}/{name}")
        assert (_titles(desk) != before) is (name != "feature")
        assert _undo(desk, act) == 303
        assert _titles(desk) == before, name
    assert _act(desk, ANNA, f"/desk/story/{first}/up") == ""  # it changed nothing
    places = [_kept(desk, title).article.position for title in before]
    assert places == [None, None, None]  # all that moved with it are free again


def test_undoing_what_an_editor_wrote_follows_the_source_again(desk: Desk) -> None:
    kept = _kept(desk, "One")
    seen = {"language": "en", "seen-title": "One", "seen-summary": "From the source."}
    texts = {"title": "First", "summary": "Ours."}
    act = _act(desk, ANNA, f"/desk/story/{kept.article.id}/words", **seen, **texts)
    assert _undo(desk, act) == 303
    assert _kept(desk, "One").article == kept.article
    again = Article(kept.article.url, "One", summary="New from the source.")
    put(desk.served.db, again, MONTH, None, desk.served.clock())
    assert _kept(desk, "One").article.summary == "New from the source."
    assert _undo(desk, act) == 409  # it is not as the act left it
    redo = desk.project().changes.list(MONTH)[0]
    assert redo.kind == "article.undone"


def test_what_somebody_changed_since_is_shown_and_kept(desk: Desk) -> None:
    kept = _kept(desk, "One")
    seen = {"language": "es", "seen-title": "", "seen-summary": ""}
    path = f"/desk/story/{kept.article.id}/words"
    act = _act(desk, "lucia@example.org", path, **seen, title="Uno", summary="Texto.")
    seen |= {"seen-title": "Uno", "seen-summary": "Texto."}
    _act(desk, ANNA, path, **seen, title="Primero", summary="Texto.")
    with desk.browser("lucia@example.org") as lucia:
        page = press(lucia, f"/desk/changes/undo?month={MONTH}", PAGE, act=act)
    assert page.status_code == 409
    shown = unescape(page.text)
    assert "It is now:</span> Primero" in shown
    assert "It was before:</span> nothing" in shown
    words = _kept(desk, "One").article.translations["es"]
    assert (words.title, words.summary) == ("Primero", "Texto.")


def test_the_words_of_the_issue_and_a_whole_table_of_translations_are_one_act_each(
    desk: Desk,
) -> None:
    names = ("subject", "preheader", "headline", "standfirst", "introduction")
    texts = dict.fromkeys((*names, *(f"seen-{name}" for name in names)), "")
    texts |= {"language": "es", "subject": "El mes", "introduction": "Hola."}
    act = _act(desk, ANNA, f"/desk/words/write?month={MONTH}", **texts)
    assert _undo(desk, act) == 303
    issue = desk.project().issues.composed(MONTH)
    assert (dict(issue.faces), dict(issue.introductions)) == ({}, {})
    with desk.browser("lucia@example.org") as lucia:
        table = f"/desk/translate?month={MONTH}&language=es"
        html = lucia.get(table).text
        marks = dict(re.findall(r'name="(seen:[^"]+)" value="([^"]*)"', html))
        given = {name.replace("seen:", "text:"): "Palabras" for name in marks}
        assert press(lucia, table, table, **marks, **given).status_code == 303
    (first, *_) = desk.project().changes.list(MONTH)
    assert len(first.changes) == len(given) > 3
    assert _undo(desk, str(first.id), "lucia@example.org") == 303
    assert all(not one.article.translations for one in desk.project().articles.list(MONTH))


def test_who_may_not_and_what_cannot_be_undone(desk: Desk) -> None:
    kept = _kept(desk, "One")
    act = _act(desk, ANNA, f"/desk/story/{kept.article.id}/exclude")
    for who in ("lucia@example.org", "dana@example.org"):
        assert _undo(desk, act, who) == 403
        with desk.browser(who) as browser:
            page = browser.get(CHANGES)
            assert page.status_code == 200
            assert ">Undo<" not in page.text
    for odd in ("", "x", "0", "9" * 30, "99999", "-1"):
        assert _undo(desk, odd) == 422, odd
    with desk.browser(ANNA) as anna:
        assert anna.post("/desk/changes/undo", data={"form": "x", "act": act}).status_code == 403
        assert ">Undo<" in anna.get(CHANGES).text
    add_subscribers(desk.served.db, 1)
    queue_issue(desk.served.settings.root, desk.served.db, now=desk.served.clock())
    assert _undo(desk, act) == 422
    assert _kept(desk, "One").article.excluded


def test_two_stories_that_were_joined_are_two_again_and_one_again(desk: Desk) -> None:
    before = _titles(desk)
    one, other = (_kept(desk, title) for title in before[:2])
    desk.project().articles.join(one, other, by="Anna")
    assert _titles(desk) == before[1:]
    with desk.browser(ANNA) as browser:
        html = browser.get(CHANGES).text
    assert "joined with another story" in html
    assert "The same story" in html
    (joined,) = (act for act in desk.project().changes.list(MONTH) if act.kind == "article.joined")
    assert _undo(desk, str(joined.id)) == 303
    assert sorted(_titles(desk)) == sorted(before)
    assert _undo(desk, str(joined.id)) == 409  # it is undone
    undoing = desk.project().changes.list(MONTH)[0]
    assert _undo(desk, str(undoing.id)) == 303
    assert _titles(desk) == before[1:]


def test_a_join_that_moved_other_stories_is_undone_on_the_page_of_the_story(desk: Desk) -> None:
    one, other, third = (_kept(desk, title) for title in _titles(desk))
    articles = desk.project().articles
    articles.join(one, other, by="Anna")
    articles.join(other, third, by="Anna")
    acts = [act for act in desk.project().changes.list(MONTH) if act.kind == "article.joined"]
    assert len(acts) == 1
    assert not acts[0].can_undo  # the first is a duplicate of the third by now
