"""robots.txt is heeded for pages (RFC 9309), and not asked for feeds."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from alerts.config.declarations import SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.article import SourceKind
from alerts.domain.errors import FetchError
from alerts.sources.cell.pool import Cells
from alerts.sources.fetch import Fetcher
from alerts.sources.reader import ReadingScope, SourceContent, SourceReader
from tests.http_server import Site, site

PAGE = (
    b"<!doctype html><html lang=en><title>T</title><body><p>" + b"Some long text of a page. " * 30
)
FEED = b"<rss version='2.0'><channel><item><title>T</title><link>/1</link></item></channel></rss>"


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as here:
        here.serve("/page", PAGE, Content_Type="text/html")
        here.serve("/feed", FEED)
        yield here


@cache
def _warm() -> Cells:
    """Warm cells for all tests of this file."""
    return Cells(1)


@pytest.fixture(scope="module", autouse=True)
def _ended() -> Iterator[None]:
    yield
    _warm().close()


def _check(url: str, kind: SourceKind | None, **limits: Any) -> SourceContent:
    settings = Settings(
        root=Path(), sources=SourcesSettings(allow_private=True, retries=0, **limits)
    )
    return SourceReader(settings, Fetcher(settings), ReadingScope(), _warm()).check(url, kind)


def test_a_page_that_robots_txt_forbids_is_not_read(web: Site) -> None:
    forbidding = (
        "User-agent: *\nDisallow: /",
        "User-agent: alerts\nDisallow: /page",
        "User-agent: ALERTS\nDisallow: /pa*",
        "\ufeffUser-agent: *\r\nDisallow: /page$",
        "User-agent: other\nDisallow: /x\n\nUser-agent: *\nAllow: /feed\nDisallow: /",
    )
    for text in forbidding:
        web.serve("/robots.txt", text.encode())
        web.requests.clear()
        with pytest.raises(FetchError, match=r"robots\.txt of this site does not allow it"):
            _check(web.url("/page"), SourceKind.PAGE)
        assert [path for path, _ in web.requests] == ["/robots.txt"]
        assert _check(web.url("/page"), SourceKind.PAGE, robots=False).articles


def test_a_page_that_robots_txt_allows_is_read(web: Site) -> None:
    allowing = (
        b"", b"User-agent: *\nDisallow:", b"User-agent: other\nDisallow: /", b"\xff\xfe\x00 nonsense",
        b"User-agent: *\nDisallow: /\nAllow: /page", b"<html>not found, they say</html>", b"x" * 2_000_000,
    )  # fmt: skip
    for text in allowing:
        web.serve("/robots.txt", text)
        assert _check(web.url("/page"), SourceKind.PAGE).articles
    del web.plan["/robots.txt"]  # 404
    assert _check(web.url("/page"), None).articles


def test_an_ill_site_is_left_alone(web: Site) -> None:
    web.serve("/robots.txt", b"", 503)
    with pytest.raises(FetchError, match="cannot be fetched"):
        _check(web.url("/page"), SourceKind.PAGE)


def test_a_feed_is_made_for_programs(web: Site) -> None:
    web.serve("/robots.txt", b"User-agent: *\nDisallow: /")
    for kind in (SourceKind.FEED, None):
        assert _check(web.url("/feed"), kind).articles
    assert "/robots.txt" not in [path for path, _ in web.requests]
    with pytest.raises(FetchError, match=r"robots\.txt"):
        _check(web.url("/page"), None)  # found out to be a page: not read after all
