"""`alerts source` and `alerts profile`, as a person calls them."""

import json
from pathlib import Path

import pytest

from tests.conftest import Alerts
from tests.http_server import site

FEED = """<rss version="2.0"><channel><title>F</title><language>en</language><link>https://f.example/</link><item><title>One</title>
<link>https://f.example/1</link><category>law</category><description>Text.</description>
<enclosure url="/i.png" type="image/png"/><pubDate>Mon, 05 Oct 2026 10:00:00 GMT</pubDate></item></channel></rss>"""  # noqa: E501
PAGE = f"<!doctype html><html lang=es><title>Título</title><body><p>{'Una frase larga de texto. ' * 20}"


@pytest.fixture
def files(project: Path) -> Path:
    (project / "feed.xml").write_text(FEED)
    (project / "page.html").write_text(PAGE)
    (project / "feed.json").write_text(
        json.dumps({"version": "https://jsonfeed.org/version/1", "items": []})
    )
    (project / "news").mkdir()
    (project / "news" / "a.md").write_text("---\ntitle: A\nurl: https://a.example/\n---\n")
    return project


def test_check_prints_exactly_the_fields_of_the_contract_and_stores_nothing(
    files: Path, alerts: Alerts
) -> None:
    got = alerts("source", "check", "feed.xml", "--json")
    assert (got.code, got.stderr) == (0, "")
    assert got.json == [
        {"url": "https://f.example/1", "title": "One", "summary": "Text.", "language": "en",
         "published": "2026-10-05T10:00:00+00:00", "image": "https://f.example/i.png", "tags": ["law"]}
    ]  # fmt: skip
    assert alerts("source", "list", "--json").json == []
    assert alerts("article", "list", "--month", "2026-10", "--json").json == []


def test_check_needs_no_project(
    tmp_path: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feed.xml").write_text(FEED)
    assert len(alerts("source", "check", "feed.xml", "--json").json) == 1
    with site() as web:
        url = web.serve("/", FEED.encode())
        assert alerts("source", "check", url).code == 1
        monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
        assert len(alerts("source", "check", url, "--json").json) == 1
    assert alerts("--project", str(tmp_path), "source", "check", "feed.xml").code == 2
    assert list(tmp_path.iterdir()) == [tmp_path / "feed.xml"]


def test_the_kind_is_found_out(files: Path, alerts: Alerts) -> None:
    kinds = {"feed.xml": "feed", "page.html": "page", "feed.json": "feed", "news": "folder"}
    for location in kinds:
        assert alerts("source", "add", location).code == 0
    found = alerts("source", "list", "--json").json
    assert {s["location"]: s["kind"] for s in found} == kinds
    assert "exists already" in alerts("source", "add", "./feed.xml").stderr
    assert len(alerts("source", "list", "--json").json) == 4


def test_what_cannot_be_a_source_is_refused_in_one_line(files: Path, alerts: Alerts) -> None:
    cases = {
        ("nothing.xml",): 2, ("ftp://a.example/",): 2, ("javascript:alert(1)",): 2, ("file:///etc/passwd",): 2,  # noqa: E501
        ("http://user:secret@a.example/",): 2, ("feed.xml", "--kind", "diary"): 2,
        ("feed.xml", "--section", "nowhere"): 2, ("feed.xml", "--language", "klingon"): 2,
        ("http://127.0.0.1/",): 1, ("http://nowhere.invalid/",): 1, ("news", "--kind", "feed"): 0,
    }  # fmt: skip
    for arguments, code in cases.items():
        got = alerts("source", "add", *arguments)
        assert got.code == code, (arguments, got.stderr)
        assert got.stderr.count("\n") == 1
        assert "Traceback" not in got.stderr
        assert "secret" not in got.stderr


def test_removing_a_source_keeps_its_articles(files: Path, alerts: Alerts) -> None:
    alerts("source", "add", "feed.xml", "--section", "publications", "--language", "es")
    alerts("collect", "--month", "2026-10")
    assert alerts("source", "remove", "1").code == 0
    assert alerts("source", "remove", "1").code == 2
    (article,) = alerts("article", "list", "--month", "2026-10", "--json").json
    assert (article["section"], article["language"]) == ("publications", "es")


def test_opml_is_imported_with_its_duplicates_counted(files: Path, alerts: Alerts) -> None:
    outlines = """<outline text="Law"><outline text="a" xmlUrl="https://a.example/feed"/>
        <outline text="deep"><outline type="rss" xmlurl="https://b.example/feed?a=1&amp;b=2"/></outline></outline>
        <outline xmlUrl="https://a.example/feed"/><outline text="folder"/>
        <outline xmlUrl="file:///etc/passwd"/>
        <outline xmlUrl="javascript:alert(1)"/>"""
    (files / "list.opml").write_text(f"<opml version='2.0'><head/><body>\n{outlines}</body></opml>")
    got = alerts("source", "import", "list.opml", "--json")
    assert got.code == 1
    reason = "not an http or https address"
    assert got.json == {"added": 2, "known": 1, "rejected": [
        {"line": 5, "location": "file:///etc/passwd", "reason": reason},
        {"line": 6, "location": "javascript:alert(1)", "reason": reason}]}  # fmt: skip
    locations = [s["location"] for s in alerts("source", "list", "--json").json]
    assert locations == ["https://a.example/feed", "https://b.example/feed?a=1&b=2"]


def test_the_folders_of_an_opml_file_become_sections_and_tags(files: Path, alerts: Alerts) -> None:
    outlines = """<outline text="Publications"><outline title="Law"><outline xmlUrl="https://a.example/f"/>
        </outline></outline><outline xmlUrl="https://b.example/f" category="/Events,Homes" language="es"/>
        <outline text="x"><outline xmlUrl="https://c.example/f" language="??"/></outline>"""
    (files / "list.opml").write_text(f"<opml version='2.0'><body>{outlines}</body></opml>")
    assert alerts("source", "import", "list.opml").code == 0
    kept = alerts("source", "list", "--json").json
    assert [(s["section"], s["tags"], s["language"]) for s in kept] == [
        ("publications", ["Law"], ""), ("events", ["Homes"], "es"), ("", ["x"], "")
    ]  # fmt: skip
    for s in kept:
        alerts("source", "remove", s["location"])
    alerts("source", "import", "list.opml", "--section", "members", "--language", "fr")
    kept = alerts("source", "list", "--json").json
    assert {(s["section"], s["language"]) for s in kept} == {("members", "fr")}


def test_the_tags_of_a_source_are_those_of_its_articles(files: Path, alerts: Alerts) -> None:
    alerts("source", "add", "feed.xml", "--tag", "homes", "--tag", "law")
    alerts("collect", "--month", "2026-10")
    (article,) = alerts("article", "list", "--month", "2026-10", "--json").json
    assert article["tags"] == ["homes", "law"]


def test_a_guessed_language_is_said_to_be_one(files: Path, alerts: Alerts) -> None:
    (files / "feed.xml").write_text(FEED.replace("<language>en</language>", ""))
    got = alerts("source", "check", "feed.xml")
    assert "en? One" in got.stdout
    assert "is assumed" in got.stderr
    alerts("source", "add", "feed.xml")
    alerts("collect", "--month", "2026-10")
    (article,) = alerts("article", "list", "--month", "2026-10", "--json").json
    assert article["language_guessed"] is True
    assert "en?" in alerts("article", "list", "--month", "2026-10").stdout
    alerts("article", "edit", article["id"], "--language", "en")
    assert "en?" not in alerts("article", "list", "--month", "2026-10").stdout


def test_an_opml_file_expands_nothing_x4(files: Path, alerts: Alerts) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bombs = (
        f'<!DOCTYPE opml [<!ENTITY a0 "x">{entities}]><opml><body><outline xmlUrl="https://a.example/&a9;"/></body></opml>',
        '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body><outline xmlUrl="https://a.example/1" '  # noqa: E501
        'text="e"/>&x;</body></opml>',
        "<html/>", "", "not xml", "<opml>" * 10_000,
    )  # fmt: skip
    for bomb in bombs:
        (files / "bomb.opml").write_text(bomb)
        got = alerts("source", "import", "bomb.opml")
        assert got.code in (0, 1)
        assert len(got.stdout + got.stderr) < 1000
        assert "root:" not in repr(alerts("source", "list", "--json").json)


def test_profiles_are_kept(project: Path, alerts: Alerts) -> None:
    add = alerts("profile", "add", "icj", "--name", "Court", "--link", "https://icj.example",
                 "--description", "en=A court", "--description", "es=Un tribunal")  # fmt: skip
    assert add.code == 0
    assert alerts("profile", "add", "icj", "--name", "Again").code == 2
    assert alerts("profile", "edit", "icj", "--name", "The Court", "--description", "es=").code == 0
    assert alerts("profile", "list", "--json").json == [
        {"slug": "icj", "name": "The Court", "link": "https://icj.example/", "logo": "",
         "descriptions": {"en": "A court"}}
    ]  # fmt: skip
    for bad in (("Bad Slug", "--name", "x"), ("x", "--name", ""), ("x", "--name", "y", "--link", "javascript:1"),  # noqa: E501
                ("x", "--name", "y", "--description", "no language")):  # fmt: skip
        assert alerts("profile", "add", *bad).code == 2
    assert alerts("profile", "remove", "icj").code == 0
    assert alerts("profile", "remove", "icj").code == 2
    assert alerts("profile", "list", "--json").json == []
