"""A listing: its articles are found by the structure of the page, and the new ones followed."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from alerts.config.declarations import SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.month import Month
from alerts.sources import listing, page
from alerts.sources.collect import collect
from alerts.sources.fetch import Fetched, Fetcher
from alerts.sources.reader import ReadingScope, SourceContent, SourceReader
from alerts.store import articles
from alerts.store import sources as store
from tests.conftest import Alerts
from tests.http_server import Site

HERE = "https://www.l.example/news/"
NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
MENU = "".join(
    f'<li><a href="/{name}">A rather long name of a menu entry {name}</a></li>'
    for name in "abcdefgh"
)
FOOT = "".join(f'<a href="/legal/{n}">Conditions and privacy of number {n}</a>' for n in range(9))


def _title(n: int) -> str:
    return f"Court number {n} decides on the homes"


SHAPES = {
    "articles with headings": "".join(
        f'<article class="post-{n}"><h2><a href="/news/{n}">{_title(n)}</a></h2><p>A short text of it.</p>'
        f'<a href="/news/{n}">Read more about this</a></article>' for n in range(7)),
    "headings within links": "".join(
        f'<a class=card href="/news/{n}"><img src=x><h3>{_title(n)}</h3><p>Text</p></a>' for n in range(7)),
    "a list with dates": "<ul class=items>" + "".join(
        f'<li><time datetime=2026-10-0{n}>{n} Oct</time> <a href="/news/{n}">{_title(n)}</a></li>'
        for n in range(1, 8)) + "</ul>",
    "a table": "<table>" + "".join(
        f'<tr><td><time></time></td><td><a href="{n}">{_title(n)}</a></td></tr>'
        for n in range(7)) + "</table>",
    "divs": "".join(
        f'<div class="row"><div class="title"><h4><a href="/news/{n}">{_title(n)}</a></h4></div>'
        f'<div class="tags"><a href="/tag/a">tag of it</a></div></div>' for n in range(7)),
    "an image link before each": "".join(
        f'<div class=item><a href="/news/{n}"><img src=y></a><h3><a href="/news/{n}#top">{_title(n)}</a></h3>'
        "</div>" for n in range(7)),
}  # fmt: skip


def _page(inner: str, head: str = "") -> str:
    return (
        f"<!doctype html><html lang=en><head><title>News</title>{head}</head><body><nav><ul>{MENU}</ul></nav>"
        f'<div class="sidebar"><h3><a href="/old">An old story in the sidebar</a></h3></div>'
        f"<main>{inner}</main><footer>{FOOT}</footer></body></html>"
    )


def _tree(html: str) -> Any:
    return page.page_tree(Fetched(HERE, HERE, html.encode()), HERE)


@pytest.mark.parametrize("shape", list(SHAPES))
def test_the_list_of_a_page_is_found_whatever_its_markup(shape: str) -> None:
    tree = _tree(_page(SHAPES[shape]))
    found = listing.links(tree, HERE)
    assert [link.title for link in found] == [
        _title(n) for n in (range(1, 8) if "dates" in shape else range(7))
    ]
    assert all(link.url.startswith("https://www.l.example/news/") for link in found)
    assert listing.is_listing(tree, HERE)


def test_links_that_lead_elsewhere_are_not_followed() -> None:
    inner = "".join(
        f'<h2><a href="{url}">{_title(n)}</a></h2>'
        for n, url in enumerate(("https://other.example/1", "javascript:alert(1)", "mailto:a@b.example",
                                 "/report.pdf", "#top", "/", "file:///etc/passwd", HERE, "/news/ok",
                                 "/news/ok2", "/news/ok3"))
    )  # fmt: skip
    found = listing.links(_tree(_page(inner)), HERE)
    assert [link.url[-3:] for link in found] == ["/ok", "ok2", "ok3"]


def test_a_page_that_is_an_article_is_no_listing(corpus: Path) -> None:
    prose = (
        "<p>"
        + "The court decided the case on Monday, after a long debate about homes and land. " * 3
        + "</p>"
    )
    related = SHAPES["articles with headings"]
    for html in (
        _page(prose * 9 + related),
        _page(related, '<meta property="og:type" content="article">'),
        _page(related, '<meta property="article:published_time" content="2026-10-05">'),
        _page(prose),
        _page(""),
    ):
        assert not listing.is_listing(_tree(html), HERE)
    truth = json.loads((corpus / "articles" / "ground-truth.json").read_text())
    wrong = []
    for name, case in truth.items():
        body = gzip.decompress((corpus / "articles" / f"{name}.html.gz").read_bytes())
        tree = page.page_tree(Fetched(case["url"], case["url"], body), name)
        wrong += [case["url"]] if listing.is_listing(tree, case["url"]) else []
    assert wrong == [], f"{len(truth)} article pages tried, {len(wrong)} taken for listings"


# --- following ------------------------------------------------------------------------------------


def _article(n: int) -> bytes:
    text = "<p>The court decided the case on Monday. It had taken long to decide so.</p>" * 9
    return f"<html lang=en><title>{_title(n)}</title><body><article>{text}</article>".encode()


def _plan(web: Site, number: int = 7) -> str:
    inner = "".join(
        f'<article><h2><a href="/n/{n}">{_title(n)}</a></h2></article>' for n in range(number)
    )
    for n in range(number):
        web.serve(f"/n/{n}", _article(n), Content_Type="text/html")
    return web.serve("/news", _page(inner).encode(), Content_Type="text/html")


def _paths(web: Site) -> list[str]:
    return [path for path, _ in web.requests]


def test_a_listing_is_collected_and_only_what_is_new_is_asked_for_again(
    project: Path, alerts: Alerts, web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    url = _plan(web, 6)
    assert "added as a listing" in alerts("source", "add", url, "--section", "publications").stderr
    got = alerts("collect", "--month", "2026-10", "--json").json
    assert (got["new"], got["unchanged"], got["failed"]) == (6, 0, [])
    assert _paths(web).count("/robots.txt") <= 2  # once a command
    web.requests.clear()
    _plan(web, 7)
    got = alerts("collect", "--month", "2026-10", "--json").json
    assert (got["new"], got["unchanged"], got["failed"]) == (1, 6, [])
    assert sorted(_paths(web)) == ["/n/6", "/news", "/robots.txt"]
    articles = alerts("article", "list", "--month", "2026-10", "--json").json
    assert {a["section"] for a in articles} == {"publications"}
    assert articles[0]["summary"].startswith("The court decided the case on Monday.")


def _check(url: str, sleeps: list[float], **limits: Any) -> SourceContent:
    chosen: dict[str, Any] = {"allow_private": True, "retries": 0, **limits}
    settings = Settings(root=Path(), sources=SourcesSettings(**chosen))
    with SourceReader(settings, Fetcher(settings, sleep=sleeps.append), ReadingScope()) as reader:
        return reader.check(url, None)


def test_what_robots_txt_forbids_is_not_asked_for_and_its_pause_is_kept(web: Site) -> None:
    url = _plan(web)
    web.serve("/robots.txt", b"User-agent: *\nDisallow: /n/3\nCrawl-delay: 4\n")
    sleeps: list[float] = []
    found = _check(url, sleeps)
    assert len(found.articles) == 6
    assert "/n/3" not in _paths(web)
    assert any("robots.txt" in note for note in found.notes)
    assert sleeps == [4.0] * 5
    assert _paths(web).count("/robots.txt") == 1
    web.serve("/robots.txt", b"User-agent: alerts\nCrawl-delay: 86400\n")
    sleeps.clear()
    assert len(_check(url, sleeps).articles) == 7
    assert max(sleeps) == 10.0


def test_no_more_links_are_followed_than_is_set_and_bad_ones_spoil_nothing(web: Site) -> None:
    url = _plan(web)
    web.plan["/n/1"] = web.plan["/missing"] = lambda request: request.send_error(404)
    web.serve("/n/2", b"%PDF-1.4", Content_Type="application/pdf")
    web.serve("/n/4", b"", 302, Location="http://10.0.0.1/")
    found = _check(url, [], follow=6, timeout=timedelta(seconds=20))
    assert [a.title for a in found.articles] == [_title(n) for n in (0, 3, 5)]
    assert any("the first 6 are read" in note for note in found.notes)
    assert len(found.notes) == 4
    assert "/n/6" not in _paths(web)


def test_a_link_that_gave_no_article_is_asked_for_and_told_once_a_day(
    db: Database, web: Site, tmp_path: Path
) -> None:
    url = _plan(web)
    web.plan["/n/1"] = lambda request: request.send_error(404)
    web.serve("/n/2", b"%PDF-1.4", Content_Type="application/pdf")
    web.plan["/n/3"] = lambda request: request.send_error(503)  # it may be there soon
    web.serve("/robots.txt", b"User-agent: *\nDisallow: /n/4\n")
    assert store.add(db, Source(0, url, SourceKind.LISTING), NOW)
    settings = Settings(
        root=tmp_path, sources=SourcesSettings(allow_private=True, retries=0, follow=4)
    )

    def asked(hours: float) -> tuple[list[str], int]:
        web.requests.clear()
        result = collect(db, settings, Month(2026, 10), NOW + timedelta(hours=hours))
        assert not result.failed
        paths = sorted(set(_paths(web)) - {"/news", "/robots.txt"})
        return paths, sum("/n/" in note for note in result.notes)

    assert asked(0) == (["/n/0", "/n/1", "/n/2", "/n/3"], 3)
    # what is new has their turns, and what may be there soon its own
    assert asked(1) == (["/n/3", "/n/5", "/n/6"], 2)
    assert asked(2) == (["/n/3"], 2)
    web.serve("/n/1", _article(1), Content_Type="text/html")
    web.serve("/n/3", _article(3), Content_Type="text/html")
    assert asked(23) == (["/n/3"], 1)
    assert asked(24) == (["/n/1", "/n/2"], 2)
    assert asked(25) == ([], 1)
    assert len(articles.of_month(db, Month(2026, 10))) == 5
