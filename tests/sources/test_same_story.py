"""One story of several sources, one article of several languages: kept as one, and undone by an editor."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Alerts, Result
from tests.http_server import Site, site

TEXT = (
    "The constitutional court ordered the government on Monday to give homes back to families who were "
    "moved by force during the war."
)
TITLE = "Court orders government to return homes to families"


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    with site() as here:
        yield here


def _rss(*items: tuple[str, str, str], language: str = "en") -> bytes:
    inner = "".join(
        f"<item><title>{title}</title><link>{link}</link><description>{text}</description>"
        "<pubDate>Mon, 05 Oct 2026 10:00:00 GMT</pubDate></item>"
        for title, link, text in items
    )
    return f"<rss version='2.0'><channel><title>F</title><language>{language}</language>{inner}</channel></rss>".encode()  # noqa: E501


def _collect(alerts: Alerts, *arguments: str) -> Result:
    got = alerts("collect", "--month", "2026-10", "--json", *arguments)
    assert got.code == 0, got.stderr
    return got


def _articles(alerts: Alerts) -> list[Any]:
    found: list[Any] = alerts("article", "list", "--month", "2026-10", "--json").json
    return found


def _three_sources(alerts: Alerts, web: Site) -> None:
    for n, site_name in enumerate(("one", "two", "three")):
        items = (TITLE if n else f"{TITLE}!", f"https://{site_name}.example/{n}", TEXT)
        other = (f"Another story of {site_name} alone", f"https://{site_name}.example/x", "")
        assert alerts("source", "add", web.serve(f"/{n}", _rss(items, other))).code == 0


def test_what_three_sources_report_is_shown_once_and_names_the_others(
    project: Path, alerts: Alerts, web: Site
) -> None:
    _three_sources(alerts, web)
    got = _collect(alerts)
    assert got.json["new"] == 6
    assert "`alerts article part" in got.stderr
    first, second, third = (a for a in _articles(alerts) if a["title"].startswith(TITLE))
    assert [a["same_as"] for a in (first, second, third)] == ["", first["id"], first["id"]]
    assert [report["url"] for report in first["reports"]] == [second["url"], third["url"]]
    assert (
        len(alerts("issue", "show", "--month", "2026-10", "--json").json["sections"][0]["articles"])
        == 4
    )
    alerts("render", "--month", "2026-10", "--out", "out")
    for name in ("en.html", "en.txt"):
        text = (project / "out" / "2026-10" / name).read_text()
        assert text.count(TITLE) == text.count(f"{TITLE}!")
        assert "Also reported by:" in text
        assert all(url in text for url in (second["url"], third["url"]))


def test_an_editors_word_on_doubles_is_never_overruled(
    project: Path, alerts: Alerts, web: Site
) -> None:
    _three_sources(alerts, web)
    _collect(alerts)
    first, second, _ = (a["id"] for a in _articles(alerts) if a["title"].startswith(TITLE))
    assert alerts("article", "part", second).code == 0
    web.serve("/1", _rss((TITLE, "https://two.example/1", f"{TEXT} New.")))
    for _ in range(2):
        _collect(alerts)
        assert {a["id"]: a["same_as"] for a in _articles(alerts)}[second] == ""
    other = next(a["id"] for a in _articles(alerts) if "of one alone" in a["title"])
    assert alerts("article", "join", first, other).code == 0  # its own double comes along
    joined = {a["id"]: a["same_as"] for a in _articles(alerts)}
    assert list(joined.values()).count(other) == 2
    assert alerts("article", "join", other, first).code == 0  # the other way round
    joined = {a["id"]: a["same_as"] for a in _articles(alerts)}
    assert (joined[first], joined[other]) == ("", first)
    assert alerts("article", "join", first, first).code == 2
    assert alerts("article", "join", first, "nowhere").code == 2


def test_an_article_that_an_editor_has_touched_stands_for_the_others(
    project: Path, alerts: Alerts, web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _three_sources(alerts, web)
    monkeypatch.setenv("ALERTS_SOURCES__JOIN_DOUBLES", "false")
    _collect(alerts)
    assert not any(a["same_as"] for a in _articles(alerts))
    third = next(a["id"] for a in _articles(alerts) if a["url"] == "https://three.example/2")
    alerts("article", "edit", third, "--summary", "Mine.")
    monkeypatch.setenv("ALERTS_SOURCES__JOIN_DOUBLES", "true")
    web.serve("/0", _rss((f"{TITLE}!", "https://one.example/0", f"{TEXT} And more.")))
    _collect(alerts)
    assert [a["same_as"] for a in _articles(alerts) if a["title"].startswith(TITLE)] == [
        third,
        third,
        "",
    ]


# --- translations ---------------------------------------------------------------------------------


def _page(language: str, title: str, **others: str) -> bytes:
    links = "".join(
        f'<link rel="alternate" hreflang="{tag}" href="{url}">' for tag, url in others.items()
    )
    return (
        f"<!doctype html><html lang={language}><head><title>{title}</title>{links}</head><body>"
        f"<article><p>{f'{title}, at some length. ' * 9}</p></article>"
    ).encode()


def test_pages_that_name_each_other_as_translations_are_one_article(
    project: Path, alerts: Alerts, web: Site
) -> None:
    urls = {tag: web.url(f"/{tag}") for tag in ("en", "es", "fr")}
    titles = {
        "en": "New rules on homes",
        "es": "Nuevas normas de vivienda",
        "fr": "Nouvelles règles du logement",
    }
    for tag, title in titles.items():
        web.serve(
            f"/{tag}",
            _page(tag, title, **urls, **{"x-default": urls["en"]}),
            Content_Type="text/html",
        )
        assert alerts("source", "add", urls[tag], "--kind", "page").code == 0
    _collect(alerts)
    for _ in range(2):
        counts = _collect(alerts).json
        assert (counts["new"], counts["updated"], counts["unchanged"]) == (0, 0, 3)
    (article,) = _articles(alerts)
    assert {article["language"], *article["translations"]} == {"en", "es", "fr"}
    assert article["translations"]["es"]["url"] == urls["es"]
    alerts("render", "--month", "2026-10", "--out", "out")
    for tag, title in titles.items():
        html = (project / "out" / "2026-10" / f"{tag}.html").read_text()
        assert title in html
        assert f'href="{urls[tag]}"' in html
        assert not any(f'href="{url}"' in html for other, url in urls.items() if other != tag)


def test_one_feed_in_two_languages_gives_one_article_however_often(
    project: Path, alerts: Alerts, web: Site
) -> None:
    entry = (
        '<entry xml:lang="{0}"><title>{1}</title><id>{2}</id><link href="https://a.example/{0}/1"/>'
        '<link rel="alternate" hreflang="{3}" href="https://a.example/{3}/1"/>'
        "<updated>2026-10-05T10:00:00Z</updated></entry>"
    )
    body = entry.format("es", "Hola", "1", "en") + entry.format("en", "Hello", "2", "es")
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title>{body}</feed>'
    alerts("source", "add", web.serve("/f", feed.encode()))
    assert _collect(alerts).json["new"] == 1
    web.serve("/f", feed.replace("Hello", "Hello!").encode())
    assert (_collect(alerts).json["updated"], len(_articles(alerts))) == (1, 1)
    (article,) = _articles(alerts)
    assert (article["title"], article["translations"]["en"]["title"]) == ("Hola", "Hello!")


def test_a_page_can_name_no_page_of_another_site_its_translation(
    project: Path, alerts: Alerts, web: Site
) -> None:
    body = _page("en", "Stealing a page", es="https://victim.example/es/1")
    alerts("source", "add", web.serve("/thief", body, Content_Type="text/html"), "--kind", "page")
    alerts(
        "source",
        "add",
        web.serve("/f", _rss(("La víctima", "https://victim.example/es/1", ""), language="es")),
    )
    assert _collect(alerts).json["new"] == 2


def test_files_of_one_group_are_one_article(project: Path, alerts: Alerts) -> None:
    folder = project / "news"
    folder.mkdir()
    for name, language, title in (
        ("a", "en", "Rules"),
        ("b", "es", "Normas"),
        ("c", "fr", "Règles"),
    ):
        head = f"---\ntitle: {title}\ngroup: rules\nlanguage: {language}\npublished: 2026-10-05\n"
        (folder / f"{name}.md").write_text(f"{head}url: https://a.example/{language}\n---\nText.\n")
    alerts("source", "add", "news")
    assert _collect(alerts).json["new"] == 1
    (article,) = _articles(alerts)
    assert (article["title"], article["translations"]["es"]) == (
        "Rules", {"title": "Normas", "summary": "Text.", "url": "https://a.example/es"}
    )  # fmt: skip


# --- article add URL ------------------------------------------------------------------------------


def test_an_article_is_filled_from_its_page_and_options_come_first(
    project: Path, alerts: Alerts, web: Site
) -> None:
    page = _page("es", "Nuevas normas de vivienda").replace(
        b"</head>", b'<meta property="article:published_time" content="2026-10-05T10:00:00Z">'
        b'<meta property="og:image" content="/i.png"><meta property="og:site_name" content="El Sitio">'
        b'<link rel="canonical" href="/es/normas"></head>')  # fmt: skip
    url = web.serve("/es/normas?utm_source=x", page, Content_Type="text/html")
    web.serve("/es/normas", page, Content_Type="text/html")
    got = alerts(
        "article", "add", url, "--summary", "Mi resumen.", "--section", "publications", "--json"
    )
    assert got.code == 0, got.stderr
    article = got.json
    assert (article["url"], article["month"]) == (web.url("/es/normas"), "2026-10")
    assert (article["title"], article["language"]) == ("Nuevas normas de vivienda", "es")
    assert (article["summary"], article["section"]) == ("Mi resumen.", "publications")
    assert (article["author"], article["image"]["url"]) == ("El Sitio", web.url("/i.png"))
    assert alerts("article", "add", url).code == 2  # there already


def test_a_page_that_cannot_be_read_can_be_added_by_hand(
    project: Path, alerts: Alerts, web: Site
) -> None:
    url = web.url("/missing")
    got = alerts("article", "add", url)
    assert (got.code, got.stderr.count("\n")) == (1, 1)
    assert "give --title" in got.stderr
    got = alerts("article", "add", url, "--title", "By hand", "--month", "2026-10", "--json")
    assert (got.code, got.json["title"]) == (0, "By hand")
    assert "404" in got.stderr
    asked = len(web.requests)
    got = alerts("article", "add", "--url", web.url("/other"), "--title", "Unseen")
    assert (got.code, len(web.requests)) == (0, asked)
    for bad in ((), (url, "--url", url), ("--url", url), ("javascript:alert(1)",)):
        assert alerts("article", "add", *bad).code == 2
