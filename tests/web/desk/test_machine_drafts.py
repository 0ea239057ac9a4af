"""Drafts by a machine: made by a job, marked until a person saves them, and not approved or queued before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts import Incomplete, Project
from alerts.domain.errors import TranslatorFault, UsageError
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers
from tests.pages import fields
from tests.translate_server import TranslateServer, translate_server
from tests.web.desk.signed_in import Desk, desk_of, press

TABLE, SEND = f"/desk/translate?language=es&month={MONTH}", f"/desk/send?month={MONTH}"
DRAFT = f"/desk/translate/draft?language=es&month={MONTH}"


@pytest.fixture
def machine() -> Iterator[TranslateServer]:
    """A translator."""
    with translate_server() as running:
        yield running


@pytest.fixture
def desk(project: Path, machine: TranslateServer) -> Iterator[Desk]:
    """A desk with two stories, one of them half translated."""
    (project / "key").write_text("secret\n")
    (project / "key").chmod(0o600)
    settings = {
        "TRANSLATOR__KIND": "libretranslate",
        "TRANSLATOR__URL": machine.url,
        "TRANSLATOR__KEY_FILE": "key",
        "ALERT__LANGUAGES": "en,es",
        "ALERT__REVIEW": "required",
    }
    with desk_of(project, **settings) as running:
        articles = running.project().articles
        for name in ("water", "land"):
            url = f"https://news.example.net/{name}"
            articles.add(url, month=MONTH, read=False, title=f"On {name}", summary="Law.")
        articles.translate("On land", "es", title="Sobre la tierra")
        add_subscribers(running.served.db, 2)
        yield running


def _draft(desk: Desk) -> int:
    return desk.project().translations.draft_missing("es", MONTH, by="lucia@example.org")


def test_drafts_are_asked_for_once_marked_and_signed_by_saving(
    desk: Desk, machine: TranslateServer
) -> None:
    with desk.browser("lucia@example.org") as lucia, desk.browser("anna@example.org") as anna:
        assert "Draft what is missing" in lucia.get(TABLE).text
        for _ in range(2):
            assert press(lucia, DRAFT).status_code == 303
        assert "Draft what is missing" not in lucia.get(TABLE).text
        assert lucia.get(f"/desk/translate/progress?month={MONTH}").json()["open"] is True
        asked = [one for one in desk.project().jobs.latest() if one.kind == "translate"]
        assert [(one.started_by, dict(one.arguments)) for one in asked] == [
            ("lucia@example.org", {"language": "es"})
        ]
        assert _draft(desk) == 3
        assert [one["q"] for one in machine.asked] == [["On water", "Law."], ["Law."]]
        assert {one["api_key"] for one in machine.asked} == {"secret"}
        html = lucia.get(TABLE).text
        assert (html.count(">machine<"), html.count(">to sign<")) == (3, 2)
        assert "ON WATER" in html
        assert "\u202e" not in html
        gate = anna.get(SEND).text
        assert "3 texts in Spanish are a machine" in gate
        approve = f"/desk/send/approve?month={MONTH}"
        refused = press(anna, approve, content=fields(gate)["content"])
        assert (refused.status_code, "nobody has signed" in refused.text) == (422, True)
        form = fields(lucia.get(TABLE).text)
        texts = {
            row.article_id + ":" + row.name: row.target
            for story in desk.project().translations.table("es", MONTH).stories
            for row in story.texts
        }
        changed = {f"text:{key}": text.replace("LAW", "Ley") for key, text in texts.items()}
        saved = lucia.post(TABLE, data={**form, **changed})
        assert saved.status_code == 303
        assert "4" not in saved.headers["location"].partition("note=")[2].replace("%3A", "")
        assert "machine" not in anna.get(SEND).text
        assert (
            press(anna, approve, content=fields(anna.get(SEND).text)["content"]).status_code == 303
        )
    assert desk.project().queue(MONTH).deliveries == 2


def test_nothing_unsigned_is_queued_where_nobody_reviews(desk: Desk) -> None:
    settings = desk.served.settings
    assert _draft(desk) == 3
    with Project(settings.root, clock=desk.served.clock, environ={}) as project:
        with pytest.raises(Incomplete, match="3 texts of a machine that nobody has signed, in es"):
            project.queue(MONTH)
        for story in project.translations.table("es", MONTH).stories:
            words = {row.name: row.target for row in story.texts}
            project.articles.translate(story.article.id, "es", **words)
        assert project.queue(MONTH).deliveries == 2
        with pytest.raises(UsageError, match="queued"):
            project.translations.ask_drafts("es", MONTH)


def test_what_a_person_wrote_is_never_overwritten_and_a_fault_keeps_what_was_drafted(
    desk: Desk, machine: TranslateServer
) -> None:
    for status, body, words in (
        (403, b'{"error": "Invalid API key\\u202e"}', "answered 403: Invalid API key"),
        (200, b'{"translatedText": ["one"]}', "answered 200"),
        (200, b"<html>", "answered 200"),
        (500, b"", "answered 500"),
        (302, b"", "answered 302"),
        (200, b" " * 2_100_000, "too long"),
    ):
        machine.answer = status, body
        with pytest.raises(TranslatorFault, match=words):
            _draft(desk)
    machine.answer = None
    assert _draft(desk) == 3
    assert _draft(desk) == 0
    kept = desk.project().articles.find("On land").article.translations["es"]
    assert (kept.title, kept.summary) == ("Sobre la tierra", "LAW.")


def test_the_doctor_names_a_translator_that_fails(
    project: Path, machine: TranslateServer, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_TRANSLATOR__KIND", "libretranslate")
    monkeypatch.setenv("ALERTS_TRANSLATOR__URL", machine.url)

    def told() -> tuple[str, str]:
        found = alerts("doctor", "--json").json["findings"]
        (one,) = [one for one in found if one["check"] == "translator"]
        return one["level"], one["about"]

    assert told() == ("ok", "translator “libretranslate” answers")
    machine.answer = 500, b""
    level, about = told()
    assert (level, "answered 500" in about) == ("warning", True)
