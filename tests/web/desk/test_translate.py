"""The translator's table: only what is missing, everything at once, and nobody's words are lost."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from alerts.domain.month import Month
from tests.conftest import Alerts
from tests.factories import MONTH
from tests.web.desk.signed_in import Desk, desk_of, press

PAGE = f"/desk/translate?language=es&month={MONTH}"
STORIES = 18


@pytest.fixture
def desk(project: Path, alerts: Alerts) -> Iterator[Desk]:
    """A desk with 18 English stories and a Spanish one, none translated."""
    (project / "glossary").mkdir()
    (project / "glossary" / "es.csv").write_text(
        "word,translation,note\nwell,pozo,never “fuente”\n", encoding="utf-8"
    )
    with desk_of(project, ALERT__LANGUAGES="en,es,ar") as running:
        for number in range(STORIES):
            running.project().articles.add(
                f"https://news.example.net/{number}",
                month=MONTH,
                read=False,
                title=f"Well number {number} is closed",
                summary="It is <b>deep</b>.",
            )
        running.project().articles.add(
            "https://news.example.net/es", month=MONTH, read=False, title="Agua", language="es"
        )
        yield running


def _form(client: httpx2.Client, path: str = PAGE) -> dict[str, str]:
    """The table as a browser sends it back."""
    html = client.get(path).text
    hidden = re.findall(r'<input type="hidden" name="(seen:[^"]+)" value="([^"]*)">', html)
    texts = re.findall(r'<textarea [^>]*name="(text:[^"]+)"[^>]*>\n([^<]*)</textarea>', html)
    return dict([*hidden, *texts])


def _translations(desk: Desk, language: str = "es") -> dict[str, str]:
    kept = desk.project().articles.list(MONTH)
    told = {one.article.title: one.article.translations.get(language) for one in kept}
    return {title: one.title for title, one in told.items() if one}


def test_eighteen_stories_are_translated_in_one_press(desk: Desk) -> None:
    with desk.browser("lucia@example.org") as lucia:
        form = _form(lucia)
        texts = [name for name in form if name.startswith("text:")]
        assert len(texts) + 2 <= 40  # a field is one act; opening the page and saving are two
        assert len(texts) == 2 * STORIES
        filled = form | {name: f"Pozo {number}" for number, name in enumerate(texts)}
        answer = press(lucia, PAGE, PAGE, **filled)
        assert answer.status_code == 303
        html = lucia.get(answer.headers["location"]).text
        assert "Texts saved: 36" in html
        assert "Nothing is missing" in html
        assert "18 of 18" in html
        assert "Pozo 3" in lucia.get(f"{PAGE}&all=1").text
    assert len(_translations(desk)) == STORIES


def test_one_row_is_saved_and_the_others_stay_as_typed(desk: Desk) -> None:
    with desk.browser("lucia@example.org") as lucia:
        form = _form(lucia)
        first, _, other = [name for name in form if name.startswith("text:")][:3]
        typed = form | {first: "Uno", other: "Otro, sin <b>guardar"}
        answer = press(lucia, PAGE, PAGE, **typed, only=first.split(":")[1])
        assert answer.status_code == 200
        assert "Texts saved: 1" in answer.text
        assert "Otro, sin &lt;b&gt;guardar" in answer.text
    assert list(_translations(desk).values()) == ["Uno"]


def test_a_text_that_was_changed_meanwhile_is_shown_beside_the_other(desk: Desk) -> None:
    with desk.browser("lucia@example.org") as lucia:
        form = _form(lucia)
        texts = [name for name in form if name.startswith("text:")]
        article_id = texts[0].split(":")[1]
        desk.project().articles.translate(article_id, "es", title="De Ana")
        typed = form | {texts[0]: "De Lucía", texts[2]: "Sin disputa"}
        answer = press(lucia, PAGE, PAGE, **typed)
        assert answer.status_code == 409
        assert "De Ana" in answer.text
        assert "De Lucía" in answer.text
        assert set(_translations(desk).values()) == {"De Ana", "Sin disputa"}
        again = dict(re.findall(r'name="(seen:[^"]+)" value="([^"]*)"', answer.text))
        theirs = press(lucia, PAGE, PAGE, **typed | again, **{f"theirs:{article_id}:title": "1"})
        assert theirs.status_code == 303
        assert "De Ana" in _translations(desk).values()
        assert press(lucia, PAGE, PAGE, **typed | again).status_code == 303
        assert "De Lucía" in _translations(desk).values()


def test_glossary_and_memory_stand_beside_the_story(desk: Desk) -> None:
    project = desk.project()
    before = Month.parse(str(MONTH)).plus(-1)
    project.articles.add(
        "https://news.example.net/past", month=before, read=False, title="Well number 99 is closed"
    )
    project.articles.translate("99 is closed", "es", title="El pozo 99 está cerrado")
    project.subscribers.add("ana@example.net")
    with desk.browser("lucia@example.org") as lucia:
        assert "El pozo 99" not in lucia.get(PAGE).text  # not sent yet
        project.queue(before)
        html = lucia.get(PAGE).text
        assert '<mark title="pozo">Well</mark>' in html
        assert "never “fuente”" in html
        assert "El pozo 99 está cerrado" in html
        (desk.served.settings.root / "glossary" / "es.csv").write_text("word,es\nwell\n")
        assert "es.csv, line 2: write a word and its translation" in lucia.get(PAGE).text


def test_a_language_of_somebody_else_is_refused(desk: Desk) -> None:
    with desk.browser("lucia@example.org") as lucia, desk.browser("dana@example.org") as dana:
        form = _form(lucia)
        assert lucia.get("/desk/translate?language=ar").status_code == 403
        assert press(lucia, "/desk/translate?language=ar", PAGE, **form).status_code == 403
        assert dana.get(PAGE).status_code == 403
        assert lucia.get("/desk/translate?language=tlh&month=x").status_code == 200
    with desk.browser("anna@example.org") as anna:
        assert anna.get("/desk/translate?language=ar").status_code == 200
    assert _translations(desk, "ar") == {}


def test_forms_that_are_not_ours_change_nothing(desk: Desk) -> None:
    with desk.browser("lucia@example.org") as lucia:
        form = _form(lucia)
        name = next(name for name in form if name.startswith("text:"))
        odd = {
            "text:": "x",
            "text:unknown:title": "x",
            f"{name}x": "x",
            f"text:{name.split(':')[1]}:language": "x",
            name: "\u202e\x07  ",
        }
        assert press(lucia, PAGE, PAGE, **form | odd).status_code == 303
        assert lucia.post(PAGE, data={**form, name: "x", "form": "0" * 32}).status_code == 403
        assert press(lucia, PAGE, PAGE, **form | {name: "x" * 1_000_000}).status_code == 413
        assert _translations(desk) == {}
        desk.project().subscribers.add("ana@example.net")
        desk.project().queue(MONTH)
        closed = press(lucia, PAGE, f"{PAGE}&all=1", **form | {name: "Tarde"})
        assert closed.status_code == 422
        assert "Tarde" in closed.text
        assert "can no longer be changed" in closed.text
