"""One story, one identity: over languages, addresses, sources and past issues; joins that can be undone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks import stories
from tests.conftest import CORPUS, Alerts, Result
from tests.http_server import Site, site

WHEN = datetime.fromisoformat("2026-10-14T08:22:33+00:00")
TITLES = {
    "en": "Committee adopts prison health resolution",
    "es": "El comité aprueba una resolución sobre salud",
    "fr": "Le comité adopte une résolution sur la santé",
}
TEXTS = {
    "en": "Delegates from forty countries voted in favour after two days of talks about health in prisons, "
    "and six abstained from the vote.",
    "es": "Delegados de cuarenta países votaron a favor tras dos días de debate sobre la salud en las "
    "prisiones, y seis se abstuvieron.",
    "fr": "Des délégués de quarante pays ont voté pour après deux jours de débats sur la santé en prison, "
    "et six se sont abstenus.",
}


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    monkeypatch.setenv("ALERTS_ALERT__LANGUAGES", "en,es,fr")
    with site() as here:
        yield here


def _item(
    title: str, link: str, guid: str, text: str, when: datetime = WHEN, more: str = ""
) -> str:
    return (
        f"<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>{guid}</guid>"
        f"<pubDate>{format_datetime(when)}</pubDate><description>{text}</description>{more}</item>"
    )


def _feed(*items: str, language: str = "en", link: str = "https://ngo.example/") -> bytes:
    head = f"<title>F</title><link>{link}</link><language>{language}</language>"
    return f"<rss version='2.0'><channel>{head}{''.join(items)}</channel></rss>".encode()


def _collect(alerts: Alerts, month: str = "2026-10") -> Result:
    got = alerts("collect", "--month", month, "--json")
    assert got.code == 0, got.stderr
    return got


def _articles(alerts: Alerts, month: str = "2026-10") -> list[Any]:
    found: list[Any] = alerts("article", "list", "--month", month, "--json").json
    return found


def _shown(alerts: Alerts, month: str) -> list[str]:
    sections = alerts("issue", "show", "--month", month, "--json").json["sections"]
    return [a["title"] for section in sections for a in section["articles"]]


def _three_feeds(alerts: Alerts, web: Site, *, pages: bool) -> dict[str, str]:
    """One feed per language of one site, whose guids, paths and titles have nothing in common."""
    urls = {
        tag: web.url(f"/{tag}/news/{title[:5].replace(' ', '-')}-{tag}")
        for tag, title in TITLES.items()
    }
    for number, (tag, url) in enumerate(urls.items()):
        item = _item(TITLES[tag], url, web.url(f"/?p={101 + number * 7}"), TEXTS[tag])
        feed = web.serve(f"/{tag}/feed", _feed(item, language=tag, link=web.url(f"/{tag}")))
        assert alerts("source", "add", feed).code == 0
        if pages:
            links = "".join(
                f'<link rel="alternate" hreflang="{t}" href="{u}">' for t, u in urls.items()
            )
            body = (
                f"<html lang={tag}><head>{links}<title>{TITLES[tag]}</title><body><p>{TEXTS[tag]}"
            )
            web.serve(url.removeprefix(web.url("")), body.encode(), Content_Type="text/html")
    return urls


@pytest.mark.parametrize("pages", [True, False])
def test_one_feed_per_language_gives_one_article_in_each_readers_language(
    project: Path, alerts: Alerts, web: Site, pages: bool
) -> None:
    urls = _three_feeds(alerts, web, pages=pages)
    counts = _collect(alerts).json
    assert (counts["new"], counts["updated"]) == (1, 2)
    (article,) = _articles(alerts)
    assert (article["language"], article["title"]) == ("en", TITLES["en"])
    for tag in ("es", "fr"):
        assert article["translations"][tag] == {
            "title": TITLES[tag],
            "summary": TEXTS[tag],
            "url": urls[tag],
        }
    asked = [path for path, _ in web.requests if "/news/" in path]
    assert len(asked) == (
        1 if pages else 3
    )  # a page is asked for once, and one that says it all is enough
    counts = _collect(alerts).json
    assert (counts["new"], counts["updated"], counts["unchanged"]) == (0, 0, 3)
    assert alerts("render", "--month", "2026-10", "--out", "out").code == 0
    for tag, title in TITLES.items():
        html = (project / "out" / "2026-10" / f"{tag}.html").read_text().replace("\u00a0", " ")
        assert title in html
        assert [t for t, url in urls.items() if f'href="{url}"' in html] == [tag]


def test_a_join_tells_why_and_is_undone_for_good(project: Path, alerts: Alerts, web: Site) -> None:
    _three_feeds(alerts, web, pages=False)
    _collect(alerts)
    (article,) = _articles(alerts)
    told = alerts("article", "show", article["id"], "--json").json["story"]
    assert {one["language"]: one["joined"] for one in told} == {
        "es": "translation",
        "fr": "translation",
    }
    assert all("same moment of publication" in one["reason"] for one in told)
    spanish = next(one["id"] for one in told if one["language"] == "es")
    assert alerts("article", "part", spanish).code == 0
    for _ in range(2):
        apart = {a["language"]: a for a in _articles(alerts)}
        assert apart.keys() == {"en", "es"}
        assert apart["en"]["translations"].keys() == {"fr"}
        web.serve(
            "/en/feed", _feed(_item(TITLES["en"], article["url"], "g", TEXTS["en"] + " More."))
        )
        _collect(alerts)
    assert alerts("article", "join", spanish, article["id"]).code == 0
    (again,) = _articles(alerts)
    assert again["translations"]["es"]["title"] == TITLES["es"]


def test_an_editor_joins_across_languages_and_parts(project: Path, alerts: Alerts) -> None:
    ids = {}
    for tag in ("en", "es"):
        got = alerts("article", "add", "--url", f"https://a{tag}.example/{tag}", "--title", TITLES[tag],
                     "--summary", TEXTS[tag], "--language", tag, "--month", "2026-10", "--json")  # fmt: skip
        ids[tag] = got.json["id"]
    got = alerts("article", "join", ids["es"], ids["en"])
    assert (got.code, "a translation of" in got.stderr) == (0, True)
    (article,) = _articles(alerts)
    assert article["translations"]["es"] == {
        "title": TITLES["es"], "summary": TEXTS["es"], "url": "https://aes.example/es"
    }  # fmt: skip
    assert alerts("article", "translate", ids["en"], "es", "--title", "Mejor").code == 0
    assert _articles(alerts)[0]["translations"]["es"]["title"] == "Mejor"
    assert alerts("article", "part", ids["es"]).code == 0
    assert [a["title"] for a in _articles(alerts)] == [TITLES["en"], TITLES["es"]]


def test_a_primary_is_parted_from_one_translation_or_from_all_of_them(
    project: Path, alerts: Alerts
) -> None:
    ids = {}
    for tag in ("en", "es", "fr"):
        got = alerts("article", "add", "--url", f"https://a{tag}.example/{tag}", "--title", TITLES[tag],
                     "--language", tag, "--month", "2026-10", "--json")  # fmt: skip
        ids[tag] = got.json["id"]
    assert alerts("article", "join", ids["es"], ids["en"]).code == 0
    assert alerts("article", "join", ids["fr"], ids["en"]).code == 0
    assert alerts("article", "part", ids["en"], ids["es"]).code == 0  # in either order
    assert {a["language"]: [*a["translations"]] for a in _articles(alerts)} == {
        "en": ["fr"],
        "es": [],
    }
    assert alerts("article", "join", ids["es"], ids["en"]).code == 0
    assert alerts("article", "part", ids["en"]).code == 0
    found = {a["language"]: [*a["translations"]] for a in _articles(alerts)}
    assert found == {"en": [], "es": ["fr"]}


def test_a_corrected_title_and_address_is_the_same_article_and_the_same_text_is_not(
    project: Path, alerts: Alerts, web: Site
) -> None:
    old, new = "https://www.ngo.example/news/evalution", "https://www.ngo.example/news/evaluation"
    feed = web.serve(
        "/f", _feed(_item("Ministry publishes evalution", old, "node-55", TEXTS["en"]))
    )
    alerts("source", "add", feed)
    _collect(alerts)
    (before,) = _articles(alerts)
    web.serve("/f", _feed(
        _item("A new November item on the budget", "https://www.ngo.example/nov", "node-56", TEXTS["en"]),
        _item("Ministry publishes evaluation of pilot sites", new, "node-55", TEXTS["en"]),
    ))  # fmt: skip
    counts = _collect(alerts).json
    assert (counts["new"], counts["updated"]) == (1, 1)
    corrected, other = _articles(alerts)
    assert (corrected["id"], corrected["url"], corrected["first_url"]) == (before["id"], new, old)
    assert corrected["title"] == "Ministry publishes evaluation of pilot sites"
    assert other["same_as"] == ""
    assert _collect(alerts).json["unchanged"] == 2


def test_what_was_updated_at_another_address_is_parted_into_two_for_good(
    project: Path, alerts: Alerts, web: Site
) -> None:
    old, new = "https://www.ngo.example/news/first", "https://www.ngo.example/news/second"
    feed = web.serve("/f", _feed(_item("The first story of the year", old, "node-7", TEXTS["en"])))
    alerts("source", "add", feed)
    _collect(alerts)
    (first,) = _articles(alerts)
    later = _item(
        "Another story under its guid", new, "node-7", f"{TEXTS['en']} More is said here."
    )
    web.serve("/f", _feed(later))
    _collect(alerts)
    assert [a["id"] for a in _articles(alerts)] == [first["id"]]
    got = alerts("article", "part", first["id"])
    assert f"is the article at {new}" in got.stderr
    web.serve("/f", _feed(later.replace("Another story", "One more story"),
                          _item("The first story of the year", old, "", TEXTS["en"])))  # fmt: skip
    for _ in range(2):
        _collect(alerts)
        assert {(a["title"], a["url"], a["same_as"]) for a in _articles(alerts)} == {
            ("The first story of the year", old, ""),
            ("One more story under its guid", new, ""),
        }
    assert alerts("article", "part", first["id"]).code == 0  # again: there is nothing to part
    assert len(_articles(alerts)) == 2


@pytest.mark.parametrize(
    "addresses", [("https://ngo.example/e/old", "https://ngo.example/e/new"), ("", "")]
)
def test_an_event_that_its_calendar_calls_the_same_is_updated_with_start_end_and_place(
    project: Path, alerts: Alerts, web: Site, addresses: tuple[str, str]
) -> None:
    def calendar(url: str, title: str, start: str, end: str, place: str) -> bytes:
        lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y", "BEGIN:VEVENT", "UID:e1@ngo.example",
                 "DTSTAMP:20260901T000000Z", f"DTSTART:{start}", f"DTEND:{end}", f"SUMMARY:{title}",
                 f"LOCATION:{place}", f"URL:{url}", "END:VEVENT", "END:VCALENDAR", "")  # fmt: skip
        return "\r\n".join(lines).encode()

    web.serve("/c.ics", calendar(addresses[0], "Forum on homes", "20261110T090000Z",
                                 "20261110T170000Z", "Bogotá"), content_type="text/calendar")  # fmt: skip
    alerts("source", "add", web.url("/c.ics"), "--kind", "calendar", "--language", "en")
    _collect(alerts)
    (before,) = _articles(alerts)
    alerts("article", "edit", before["id"], "--summary", "Ours")
    web.serve("/c.ics", calendar(addresses[1], "Forum on homes and rents",
                                 "20261112T100000Z", "20261113T120000Z", "Medellín"),
              content_type="text/calendar")  # fmt: skip
    counts = _collect(alerts).json
    assert (counts["new"], counts["updated"]) == (0, 1)
    (after,) = _articles(alerts)
    assert after["id"] == before["id"]
    assert after["title"] == "Forum on homes and rents"
    assert after["summary"] == "Ours"
    event = {name: after["event"][name] for name in ("start", "end", "place")}
    assert event == {
        "start": "2026-11-12T10:00:00+00:00",
        "end": "2026-11-13T12:00:00+00:00",
        "place": "Medellín",
    }
    assert _collect(alerts).json["unchanged"] == 1


@pytest.mark.parametrize(
    ("guids", "link"),
    [(("1", "2"), "https://ngo.example/"), (("https://ngo.example/",) * 2, "https://ngo.example/")],
)
def test_guids_that_are_positions_or_the_same_for_all_join_nothing(
    project: Path, alerts: Alerts, web: Site, guids: tuple[str, ...], link: str
) -> None:
    def items(*names: str) -> bytes:
        return _feed(*(
            _item(f"{name} is what this story is about today", f"https://ngo.example/{name}", guid,
                  f"Of {name}.", WHEN + timedelta(hours=len(name)))
            for name, guid in zip(names, guids, strict=True)
        ), link=link)  # fmt: skip

    alerts("source", "add", web.serve("/f", items("harbour", "sea")))
    _collect(alerts)
    web.serve("/f", items("elections", "harbour"))
    assert _collect(alerts).json["new"] == 1
    assert sorted(a["url"].rpartition("/")[2] for a in _articles(alerts)) == [
        "elections",
        "harbour",
        "sea",
    ]


def test_what_was_mailed_is_left_out_when_its_site_is_made_anew(
    project: Path, alerts: Alerts, web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _item(TITLES["en"], "https://old.example/a", "https://old.example/?p=7", TEXTS["en"])
    bulletin = ("Monthly bulletin of our large network", "What our members do, and how to join them in "
                "their work at any time of the year, is told in this bulletin.")  # fmt: skip
    other = _item(bulletin[0], "https://old.example/b", "https://old.example/?p=8", bulletin[1])
    alerts("source", "add", web.serve("/f", _feed(first, other)))
    _collect(alerts)
    alerts("subscriber", "add", "a@example.org")
    assert alerts("queue", "--month", "2026-10").code == 0
    again = _item(
        TITLES["en"], "https://new.example/archive/a", "https://new.example/?p=1007", TEXTS["en"]
    )
    november = _item(bulletin[0], "https://old.example/c", "https://old.example/?p=9", bulletin[1],
                     WHEN + timedelta(days=30))  # fmt: skip
    web.serve("/f", _feed(again, november))
    got = _collect(alerts, "2026-11")
    assert "was in 2026-10" in got.stderr
    assert "`alerts article include" in got.stderr
    assert _shown(alerts, "2026-11") == [bulletin[0]]
    assert "was in" not in _collect(alerts, "2026-11").stderr
    left = next(a for a in _articles(alerts, "2026-11") if a["excluded"])
    assert [
        one["month"] for one in alerts("article", "show", left["id"], "--json").json["story"]
    ] == ["2026-10"]
    near = alerts("article", "list", "--near", "--month", "2026-11", "--json").json
    assert [hit["reason"] for hit in near] == [
        "same title; same title and text, but published on another day"
    ] or near
    assert alerts("article", "include", left["id"]).code == 0
    assert sorted(_shown(alerts, "2026-11")) == sorted([bulletin[0], TITLES["en"]])
    assert _articles(alerts, "2026-10")[0]["url"] == "https://old.example/a"


def test_near_hits_have_both_texts_and_a_reason_and_are_settled_with_one_command(
    project: Path, alerts: Alerts, web: Site
) -> None:
    picture = '<enclosure url="https://ngo.example/p.jpg" type="image/jpeg" length="1"/>'
    for tag, hours in (("en", 0), ("es", 100)):
        item = _item(TITLES[tag], f"https://ngo.example/{tag}/{TITLES[tag][-4:]}xyz", f"g{tag}", TEXTS[tag],
                     WHEN + timedelta(hours=hours), picture)  # fmt: skip
        alerts("source", "add", web.serve(f"/{tag}", _feed(item, language=tag)))
    _collect(alerts)
    near = alerts("article", "list", "--near", "--month", "2026-10", "--json").json
    assert [(hit["one"]["summary"], hit["other"]["summary"]) for hit in near] == [
        (TEXTS["en"], TEXTS["es"])
    ]
    assert "same picture" in near[0]["reason"]
    shown = alerts("article", "list", "--near", "--month", "2026-10").stdout
    assert f"`alerts article part {near[0]['other']['id']} {near[0]['one']['id']}`" in shown
    assert alerts("article", "part", near[0]["other"]["id"], near[0]["one"]["id"]).code == 0
    assert alerts("article", "list", "--near", "--month", "2026-10", "--json").json == []


def test_one_event_of_two_calendars_is_one_in_both_languages(
    project: Path, alerts: Alerts, web: Site
) -> None:
    for tag, title in (("en", "Meeting of the members"), ("es", "Reunión de los miembros")):
        event = (
            f"BEGIN:VEVENT\r\nUID:42@ngo.example\r\nDTSTART:20261110T090000Z\r\nDTEND:20261110T110000Z\r\n"
            f"SUMMARY;LANGUAGE={tag}:{title}\r\nURL:https://ngo.example/{tag}/meeting-{tag}\r\nEND:VEVENT\r\n"
        )
        calendar = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{event}END:VCALENDAR\r\n"
        alerts("source", "add", web.serve(f"/{tag}.ics", calendar.encode()), "--kind", "calendar")
    _collect(alerts)
    (article,) = _articles(alerts)
    assert (article["title"], article["translations"]["es"]["title"]) == (
        "Meeting of the members", "Reunión de los miembros"
    )  # fmt: skip


def test_a_link_that_leads_to_a_known_page_brings_no_second_article(
    project: Path, alerts: Alerts, web: Site
) -> None:
    url = "https://herald.example.org/2026/10/probe?id=7"
    alerts("source", "add", web.serve("/f", _feed(_item(TITLES["en"], url, "g", TEXTS["en"]))))
    wrapped = "https://www.google.com/url?rct=j&amp;url=https://herald.example.org/2026/10/probe%3Fid%3D7&amp;ct=ga"
    alerts(
        "source",
        "add",
        web.serve("/g", _feed(_item(f"{TITLES['en']} - Herald", wrapped, "tag:g,1:2", "…"))),
    )
    assert _collect(alerts).json["new"] == 1
    assert [a["url"] for a in _articles(alerts)] == [url]


def test_a_generated_world_is_recognised(tmp_path: Path) -> None:
    result = stories.measured(60, 3, tmp_path)
    assert result.pairs > 100
    assert result.precision >= 0.995, result.wrong
    assert result.recall >= 0.97, result.missing
    assert result.again == 0


@pytest.mark.proof
def test_nothing_is_joined_among_the_feeds_and_pages_of_the_corpus(tmp_path: Path) -> None:
    assert stories.corpus_joins(CORPUS, tmp_path) == []
