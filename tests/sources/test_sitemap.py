"""Sitemaps: indexes, news and gzip; only pages that can be of the month are read."""

import gzip
from pathlib import Path

import pytest

from alerts.domain.errors import InputError
from alerts.sources.cell.checks import Malformed
from alerts.sources.cell.values import sitemap_of
from alerts.sources.document import Fetched
from alerts.sources.sitemap import parsed
from tests.conftest import Alerts
from tests.http_server import Site, bomb

MONTH = ("--month", "2026-10")
HERE = "https://s.example/sitemap.xml"
XMLNS = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
NEWS = "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"


def _map(*pages: tuple[str, str], root: str = "urlset", more: str = "") -> bytes:
    item = "sitemap" if root == "sitemapindex" else "url"
    inner = "".join(
        f"<{item}><loc>{url}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}{more}</{item}>"
        for url, at in pages
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<{root} {XMLNS} {NEWS}>{inner}</{root}>".encode()
    )


def _news(day: str, title: str) -> str:
    return (
        f"<news:news><news:publication><news:name>N</news:name></news:publication><news:publication_date>{day}"
        f"</news:publication_date><news:title>{title}</news:title></news:news>"
    )


def test_a_map_is_read_in_all_its_forms() -> None:
    plain = _map(("https://s.example/a", "2026-10-05"), ("/b", ""))
    for octets in (plain, b"\xef\xbb\xbf\n" + plain, gzip.compress(plain, mtime=0), plain[:-20]):
        found = parsed(Fetched(HERE, HERE, octets), HERE)
        assert not found.is_index
        assert (found.pages[0].url, found.pages[0].changed) == ("https://s.example/a", "2026-10-05")
    assert parsed(Fetched(HERE, HERE, plain), HERE).pages[1].url == "https://s.example/b"
    index = parsed(Fetched(HERE, HERE, _map((HERE, ""), root="sitemapindex")), HERE)
    assert index.is_index
    (page,) = parsed(
        Fetched(HERE, HERE, _map(("/n", ""), more=_news("2026-10-06", "T"))), HERE
    ).pages
    assert (page.published, page.title) == ("2026-10-06", "T")


@pytest.mark.parametrize(
    "octets",
    [b"<html><body>no</body></html>", b"nothing", b"<rss/>", gzip.compress(b"<html>", mtime=0)[:20], bomb(70),
     b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>"],
)  # fmt: skip
def test_what_is_no_map_is_one_line(octets: bytes) -> None:
    with pytest.raises(InputError) as raised:
        parsed(Fetched(HERE, HERE, octets), HERE)
    assert str(raised.value).startswith(f"{HERE}: ")


def test_a_map_expands_nothing() -> None:
    entities = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    hostile = (
        f"<!DOCTYPE urlset [<!ENTITY a0 'x'>{entities}<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
        "<urlset><url><loc>https://s.example/a</loc><lastmod>&a9;&f;</lastmod></url></urlset>"
    )
    assert not any(
        page.changed for page in parsed(Fetched(HERE, HERE, hostile.encode()), HERE).pages
    )


@pytest.mark.parametrize(
    "value",
    [{}, [], {"is_index": 1, "pages": []}, {"is_index": False, "pages": [["file:///etc/passwd", "", "", ""]]},
     {"is_index": False, "pages": [["https://s.example/", "a\nb", "", ""]]},
     {"is_index": False, "pages": [["https://s.example/", "", ""]]},
     {"is_index": False, "pages": [["https://s.example/", 7, "", ""]]}],
)  # fmt: skip
def test_what_a_cell_says_of_a_map_is_checked(value: object) -> None:
    assert sitemap_of({"is_index": True, "pages": [["https://s.example/", "", "", ""]]}).is_index
    with pytest.raises(Malformed):
        sitemap_of(value)


def _story(web: Site, name: str, day: str, head: str = "") -> str:
    dated = f"<meta property='article:published_time' content='{day}'>" if day else ""
    text = (
        f"The court of {name} has decided on the homes of many people, who can stay where they are. "
        * 6
    )
    title = f"<title>The story of {name}</title>"
    body = f"<!doctype html><html lang=en><head>{title}{dated}{head}</head><body><article>"
    return web.serve(
        f"/{name}", f"{body}<p>{text}</p></article>".encode(), content_type="text/html"
    )


@pytest.fixture
def site(project: Path, web: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    monkeypatch.setenv("ALERTS_SOURCES__RETRIES", "0")
    return web


def _titles(alerts: Alerts) -> set[str]:
    kept = alerts("article", "list", *MONTH, "--json").json
    return {a["title"].removeprefix("The story of ") for a in kept if not a["excluded"]}


def test_an_index_leads_to_the_pages_of_the_month_and_to_no_others(
    site: Site, alerts: Alerts
) -> None:
    of_month = _story(site, "october", "2026-10-05T10:00:00Z")
    changed = _story(site, "changed-since", "2026-10-07T10:00:00Z")
    before = _story(site, "september", "2026-09-05T10:00:00Z")
    undated = _story(site, "about-us", "")
    site.serve("/", b"<!doctype html><title>Front</title>", content_type="text/html")
    posts = _map((of_month, "2026-10-06T08:00:00+00:00"), (changed, "2026-11-20"), (before, "2026-09-30"),
                 (undated, "2026-10-08"), (site.url("/"), "2026-10-30"), (site.url("/never"), ""),
                 ("https://other.example/x", "2026-10-05"))  # fmt: skip
    site.serve(
        "/post-sitemap.xml.gz", gzip.compress(posts, mtime=0), content_type="application/gzip"
    )
    for name in (
        "old-sitemap.xml",
        "category-sitemap.xml",
        "page-sitemap2.xml",
        "author-sitemap.xml",
    ):
        site.serve(f"/{name}", _map((site.url("/never"), "2026-10-05")))
    maps = [(site.url("/post-sitemap.xml.gz"), "2026-10-09"), (site.url("/old-sitemap.xml"), "2026-08-01"),
            (site.url("/category-sitemap.xml"), "2026-10-09"), (site.url("/page-sitemap2.xml"), ""),
            (site.url("/author-sitemap.xml"), ""), (site.url("/lost.xml"), "")]  # fmt: skip
    at = site.serve("/sitemap_index.xml", _map(*maps, root="sitemapindex"), content_type="text/xml")
    assert alerts("source", "add", at, "--section", "news").stderr.endswith("added as a sitemap\n")
    got = alerts("collect", *MONTH)
    assert _titles(alerts) == {"october", "changed-since"}
    assert "1 page without a date left out" in got.stderr
    before_again = len(site.requests)
    again = alerts("collect", *MONTH)
    assert "without a date" not in again.stderr  # it is asked for once a day
    assert "/about-us" not in [path for path, _ in site.requests[before_again:]]
    assert f"{site.url('/lost.xml')}: answered 404" in got.stderr
    asked = {path for path, _ in site.requests}
    assert not asked & {"/september", "/never", "/", "/old-sitemap.xml", "/category-sitemap.xml",
                        "/page-sitemap2.xml", "/author-sitemap.xml"}  # fmt: skip
    site.requests.clear()
    assert alerts("collect", *MONTH, "--json").json["new"] == 0
    assert "/october" not in {path for path, _ in site.requests}


def test_a_map_of_news_gives_its_dates_to_pages_without_any(site: Site, alerts: Alerts) -> None:
    page = _story(site, "undated", "")
    at = site.serve(
        "/news.xml", _map((page, ""), more=_news("2026-10-06T10:00:00Z", "The story of undated"))
    )
    assert alerts("source", "add", at).code == 0
    alerts("collect", *MONTH)
    (article,) = alerts("article", "list", *MONTH, "--json").json
    assert (article["title"], article["published"]) == (
        "The story of undated", "2026-10-06T10:00:00+00:00"
    )  # fmt: skip
    checked = alerts("source", "check", at, *MONTH)
    assert "The story of undated" in checked.stdout


def test_only_some_pages_are_read_at_once_the_newest_first(
    site: Site, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_SOURCES__FOLLOW", "2")
    pages = [
        (_story(site, f"day-{n}", f"2026-10-0{n}T10:00:00Z"), f"2026-10-0{n}") for n in range(1, 5)
    ]
    at = site.serve("/sitemap.xml", _map(*pages))
    alerts("source", "add", at)
    assert "4 new links; the first 2 are read" in alerts("collect", *MONTH).stderr
    assert _titles(alerts) == {"day-4", "day-3"}
    alerts("collect", *MONTH)
    assert _titles(alerts) == {"day-1", "day-2", "day-3", "day-4"}


def test_a_map_without_dates_says_so(site: Site, alerts: Alerts) -> None:
    at = site.serve("/sitemap.xml", _map((site.url("/a"), ""), (site.url("/b"), "")))
    alerts("source", "add", at)
    assert (
        "no address has a date; try the site with --kind listing"
        in alerts("collect", *MONTH).stderr
    )
    assert {path for path, _ in site.requests} == {"/sitemap.xml"}
