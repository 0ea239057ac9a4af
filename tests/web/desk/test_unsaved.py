"""A form that was refused and is sent again as the page shows it overwrites nobody's words."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from alerts.domain.article import Translation
from alerts.store.articles import StoredArticle
from tests.factories import MONTH
from tests.web.desk.signed_in import Desk, desk_of

WORDS = f"/desk/words?month={MONTH}"
TABLE = f"/desk/translate?month={MONTH}&language=es&all=1"


@pytest.fixture
def desk(project: Path) -> Iterator[Desk]:
    """A desk with one story, which is translated into Spanish."""
    with desk_of(project, ALERT__LANGUAGES="en,es") as running:
        articles = running.project().articles
        articles.add(
            "https://news.example.net/a", month=MONTH, read=False, title="One", summary="Water."
        )
        _translate(running, "Uno", "Agua.")
        yield running


def _story(desk: Desk) -> StoredArticle:
    project = desk.project()
    first = min(project.issues.composed(MONTH).articles, key=lambda one: one.url)
    return project.articles.find(first.id)


def _translate(desk: Desk, title: str, summary: str) -> None:
    desk.project().articles.translate(_story(desk), "es", title=title, summary=summary)


def _spanish(desk: Desk) -> Translation:
    return _story(desk).article.translations["es"]


class _Forms(HTMLParser):
    """The forms of a page, each with the values that a browser sends."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({})
        elif tag == "input" and said.get("type") != "checkbox":
            self.found[-1][said["name"]] = said.get("value", "")
        elif tag == "textarea":
            self.area = said["name"]
            self.found[-1][self.area] = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[-1][self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.found[-1][self.area] = self.found[-1][self.area].removeprefix("\n")
            self.area = ""


def _form(html: str, field: str, language: str = "") -> dict[str, str]:
    return next(
        one
        for one in _Forms(html).found
        if field in one and (not language or one["language"] == language)
    )


def test_a_story_after_a_conflict(desk: Desk) -> None:
    path = f"/desk/story/{_story(desk).article.id}"
    with desk.browser("lucia@example.org") as lucia:
        mine = _form(lucia.get(path).text, "title", "es")
        _translate(desk, "Theirs", "Their summary.")
        refused = lucia.post(f"{path}/words", data={**mine, "title": "Mine"})
        assert refused.status_code == 409
        again = _form(refused.text, "title", "es")
        assert again["title"] == "Mine"
        assert lucia.post(f"{path}/words", data=again).status_code == 303
    assert (_spanish(desk).title, _spanish(desk).summary) == ("Mine", "Their summary.")


def test_a_story_after_a_title_that_was_refused(desk: Desk) -> None:
    path = f"/desk/story/{_story(desk).article.id}"
    with desk.browser("anna@example.org") as anna:
        mine = _form(anna.get(path).text, "title", "en")
        desk.project().articles.edit(_story(desk), summary="Their summary.")
        refused = anna.post(f"{path}/words", data={**mine, "title": " ", "summary": "Mine."})
        assert refused.status_code == 422
        again = {**_form(refused.text, "title", "en"), "title": "New"}
        assert again["summary"] == "Mine."
        told = anna.post(f"{path}/words", data=again)  # only now is theirs shown
        assert told.status_code == 409
        assert "Their summary." in told.text
    assert _story(desk).article.summary == "Their summary."


def test_the_words_of_the_issue_after_a_conflict(desk: Desk) -> None:
    issues = desk.project().issues
    introduction = "Hello.\n\nWater."
    issues.write_face("es", {"subject": "A", "headline": "B"}, MONTH)
    issues.write_introduction("es", introduction, MONTH)
    with desk.browser("anna@example.org") as anna:
        mine = _form(anna.get(WORDS).text, "subject", "es")
        issues.write_face("es", {"subject": "Theirs", "headline": "Their headline"}, MONTH)
        path = f"/desk/words/write?month={MONTH}"
        refused = anna.post(path, data={**mine, "subject": "Mine"})
        assert refused.status_code == 409
        assert anna.post(path, data=_form(refused.text, "subject", "es")).status_code == 303
    issue = desk.project().issues.composed(MONTH)
    face = issue.faces["es"]
    assert (face.subject, face.headline) == ("Mine", "Their headline")
    assert issue.introductions["es"] == introduction


def test_the_translators_table_after_a_conflict(desk: Desk) -> None:
    title = f"text:{_story(desk).article.id}:title"
    with desk.browser("lucia@example.org") as lucia:
        mine = _form(lucia.get(TABLE).text, title)
        _translate(desk, "Theirs", "Their summary.")
        refused = lucia.post(TABLE, data={**mine, title: "Mine"})
        assert refused.status_code == 409
        again = _form(refused.text, title)
        assert again[title] == "Mine"
        assert lucia.post(TABLE, data=again).status_code == 303
    assert (_spanish(desk).title, _spanish(desk).summary) == ("Mine", "Their summary.")


def test_the_translators_table_after_saving_one_story(desk: Desk) -> None:
    other = desk.project().articles.add(
        "https://news.example.net/b", month=MONTH, read=False, title="Two"
    )
    mine, saved = (
        f"text:{id_}:title" for id_ in (_story(desk).article.id, other.article.article.id)
    )
    with desk.browser("lucia@example.org") as lucia:
        form = _form(lucia.get(TABLE).text, mine)
        _translate(desk, "Theirs", "Agua.")
        only = {"only": other.article.article.id}
        shown = lucia.post(TABLE, data={**form, mine: "Mine", saved: "Dos", **only})
        assert shown.status_code == 200
        again = _form(shown.text, mine)
        assert (again[mine], again[saved]) == ("Mine", "Dos")
        told = lucia.post(TABLE, data=again)  # only now is theirs shown
        assert told.status_code == 409
    assert _spanish(desk).title == "Theirs"
