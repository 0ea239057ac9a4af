"""A CSV file is a source: a row is an article, its translations stand in columns."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind, Translation
from alerts.domain.errors import InputError
from alerts.sources import table
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake, SourceContent
from tests.conftest import Alerts

FULL = """url,Title,summary,language,published,section,image,tags,title_es,summary_es,url_es,title_pt-BR,notes
https://a.example/1?utm_source=x,New <b>rules</b>,"Two sentences. With, a comma.",en,2026-10-05,publications,\
https://a.example/i.png,"law, homes",Nuevas normas,Dos frases.,https://a.example/es/1,Novas regras,mine
"""


def _read(body: bytes | str) -> SourceContent:
    settings = Settings(root=Path(), alert=AlertSettings(timezone="America/Bogota"))
    intake = Intake(Source(1, "t.csv", SourceKind.TABLE), settings)
    octets = body.encode() if isinstance(body, str) else body
    return table.read(Fetched("", "", octets), intake)


def test_a_row_becomes_an_article_with_its_translations() -> None:
    (article,) = _read(FULL).articles
    assert (article.url, article.title, article.language) == (
        "https://a.example/1",
        "New rules",
        "en",
    )
    assert (article.summary, article.section) == ("Two sentences. With, a comma.", "publications")
    assert article.published == datetime(2026, 10, 5, 17, tzinfo=UTC)
    assert article.image is not None
    assert (article.image.url, article.tags) == ("https://a.example/i.png", ("law", "homes"))
    assert article.translations == {
        "es": Translation("Nuevas normas", "Dos frases.", "https://a.example/es/1"),
        "pt-br": Translation("Novas regras"),
    }


def test_what_spreadsheets_write_is_read() -> None:
    for delimiter in ",;\t|":
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
            for end in ("\n", "\r\n"):
                text = end.join(("Título", "x")[:0]) + end.join(
                    delimiter.join(cells)
                    for cells in (
                        ("link", "title", "Date"),
                        ("https://a.example/1", "Señal", "2026-10-05"),
                    )
                )
                (article,) = _read(text.encode(encoding)).articles
                assert (article.title, article.url) == ("Señal", "https://a.example/1")
                assert article.published is not None


def test_a_table_with_a_column_for_each_language_needs_no_other_title() -> None:
    rows = "url,title_fr,title_es,language\nhttps://a.example/1,Bonjour,Hola,es\nhttps://a.example/2,Salut,,\n"
    one, two = _read(rows).articles
    assert (one.title, one.language, one.translations["fr"].title) == ("Hola", "es", "Bonjour")
    assert (two.title, two.language, dict(two.translations)) == ("Salut", "fr", {})


def test_an_event_in_a_table_stands_among_the_events() -> None:
    rows = (
        "url,title,event_start,event_end,event_place\n"
        "https://a.example/1,A,2026-11-05T18:00,2026-11-05T20:00,Bogotá\nhttps://a.example/2,B,2026-11-07,,\n"
    )
    one, two = _read(rows).articles
    assert one.event is not None
    assert two.event is not None
    assert (one.section, one.event.place) == ("events", "Bogotá")
    assert one.event.start == datetime(2026, 11, 5, 23, tzinfo=UTC)
    assert str(two.event.start) == "2026-11-07"


def test_a_bad_row_is_named_by_its_line_and_spoils_no_other() -> None:
    rows = (
        "url,title,published,language\n"
        "https://a.example/1,Good,,\njavascript:alert(1),Bad,,\nhttps://a.example/2,,,\n"
        'https://a.example/3,Day,31 October,\nhttps://a.example/4,Tongue,,klingon\n"open,Bad,,\n'
        "https://a.example/5,Good too,2026-10-05,es\n"
    )
    found = _read(rows)
    assert [a.title for a in found.articles] == ["Good", "Good too"]
    named = [fault.split(": ")[0] for fault in found.faults]
    assert named == [
        "t.csv, line 3, url", "t.csv, line 4, title", "t.csv, line 5, published", "t.csv, line 6, language",
        "t.csv, line 7",
    ]  # fmt: skip


@pytest.mark.parametrize("body", ["name,mail\na,b\n", "title\nx\n", "\n", "url,titel\n", "\0\0"])
def test_a_table_without_the_columns_is_refused_in_one_line(body: str) -> None:
    with pytest.raises(InputError, match="needs the columns url and title") as caught:
        _read(body)
    assert "\n" not in str(caught.value)


def test_cells_that_were_made_inert_are_read_as_they_were_x11() -> None:
    (article,) = _read("url,title\nhttps://a.example/1,'=1+1 is two\n").articles
    assert article.title == "=1+1 is two"


def test_a_table_is_found_out_and_collected(project: Path, alerts: Alerts) -> None:
    (project / "list.csv").write_text(FULL)
    assert alerts("source", "check", "list.csv", "--json").json[0]["translations"]["es"]["title"]
    assert "added as a table" in alerts("source", "add", "list.csv").stderr
    assert alerts("collect", "--month", "2026-10", "--json").json["new"] == 1
    assert alerts("collect", "--month", "2026-10", "--json").json["unchanged"] == 1
    assert alerts("render", "--month", "2026-10", "--out", "out").code == 0
    html = (project / "out" / "2026-10" / "es.html").read_text()
    assert 'href="https://a.example/es/1"' in html
    assert "https://a.example/1" not in html
    assert "https://a.example/1" in (project / "out" / "2026-10" / "en.html").read_text()
