"""The table of an article's fields: each goes through every door that it is said to go through."""

import dataclasses
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.domain.article import (
    EDITED,
    FIELD,
    FIELDS,
    LABELLED,
    SAID,
    SAID_AS_TEXT,
    STORED,
    Article,
    Event,
    Image,
    Translation,
)
from alerts.domain.article_fields import ArticleFieldKind as Kind
from alerts.domain.confidence import guess_of
from alerts.issue.text.format import LABELS
from alerts.issue.text.manuscript import words_of
from alerts.sources.cell.values import found_json, found_of
from alerts.sources.normalise import SourceContent
from alerts.store.article_fields import article_of, fields_of
from tests.conftest import Alerts

URL = "https://example.org/report"
VALUES: dict[Kind, Any] = {
    Kind.TEXT: "Words",
    Kind.LINES: "Words\n\nand more",
    Kind.ADDRESS: URL,
    Kind.NAME: "members",
    Kind.WORDS: ("law", "water"),
    Kind.MOMENT: datetime(2026, 10, 31, 12, tzinfo=UTC),
    Kind.FLAG: True,
    Kind.NUMBER: 3,
    Kind.IMAGE: Image("https://example.org/i.png", "A river"),
    Kind.EVENT: Event(date(2026, 11, 3), None, "Montaria"),
    Kind.TRANSLATIONS: {"es": Translation("Título", "Resumen", "https://example.org/es")},
    Kind.ADDRESSES: {"fr": "https://example.org/fr"},
    Kind.CONFIDENCE: (guess_of("published", "only its month is told"),),
}
DECIDED_BY_OTHERS = {"same_as", "reports"}  # other articles decide them, so they are no fields


def _whole(**other: Any) -> Article:
    """An article with a value in every field."""
    values = {one.name: VALUES[one.kind] for one in FIELDS}
    return Article(**(values | {"language": "pt"} | other))


def test_every_attribute_of_an_article_is_a_field_but_for_what_others_decide() -> None:
    assert {one.name for one in dataclasses.fields(Article)} == FIELD.keys() | DECIDED_BY_OTHERS


def test_what_is_stored_is_read_again_and_an_empty_field_takes_no_room() -> None:
    article = _whole()
    kept = json.loads(json.dumps(fields_of(article)))
    assert kept.keys() == {one.name for one in STORED}
    assert article_of(kept) == dataclasses.replace(article, text="", alternates={}, marks=())
    assert fields_of(Article(URL, "Title")).keys() == {"url", "title", "language", "section"}


def test_a_cell_may_answer_what_sources_can_say_and_nothing_that_editors_decide() -> None:
    told = json.loads(json.dumps(found_json(SourceContent((_whole(),)))))
    assert told["articles"][0].keys() == {one.name for one in SAID}
    (read,) = found_of(told).articles
    decided = {one.name: getattr(Article(URL, "Title"), one.name) for one in FIELDS if one.decided}
    assert read == dataclasses.replace(_whole(), **decided)


def test_the_text_of_an_issue_has_what_is_labelled() -> None:
    assert LABELS.keys() == {one.name for one in LABELLED} | {"alt", "focus", "link"}
    words = words_of(_whole())
    assert words.keys() >= {one.name for one in LABELLED}


@pytest.mark.parametrize("name", [one.name for one in SAID_AS_TEXT])
def test_tables_and_front_matter_say_a_text_under_the_name_of_its_field(
    project: Path, alerts: Alerts, name: str
) -> None:
    (project / "table.csv").write_text(f"url,title,{name}\nhttps://example.org/a,A,Words\n")
    (project / "news").mkdir()
    text = f"---\nurl: https://example.org/b\ntitle: B\n{name}: Words\n---\n"
    (project / "news" / "b.md").write_text(text)
    for location in ("table.csv", "news"):
        assert alerts("source", "add", location).code == 0
    assert alerts("collect", "--month", "2026-10").code == 0
    found = alerts("article", "list", "--month", "2026-10", "--json").json
    assert [one[name] for one in found] == ["Words", "Words"]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "name", [one.name for one in EDITED if one.kind is Kind.TEXT and one.name != "language"]
)
def test_a_text_is_set_shown_and_removed_by_the_option_of_its_name(
    alerts: Alerts, name: str
) -> None:
    option = f"--{name.replace('_', '-')}"
    added = alerts("article", "add", "--url", URL, "--title", "Title", "--month", "2026-10")
    assert added.code == 0, added.stderr
    assert alerts("article", "edit", "Title", option, "My words").code == 0
    (kept,) = alerts("article", "list", "--month", "2026-10", "--json").json
    assert kept[name] == "My words"
    assert f"{name}: My words" in alerts("article", "show", kept["id"]).stdout
    log = alerts("issue", "log", "--month", "2026-10").stdout
    assert f"{name}: " in log
    gone = alerts("article", "edit", kept["id"], option, "")
    assert gone.code == (2 if name == "title" else 0)
