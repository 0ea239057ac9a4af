"""robots.txt is heeded for pages (RFC 9309), and not asked for feeds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alerts.errors import FetchError
from alerts.model import SourceKind
from alerts.settings import Settings, SourcesSettings
from alerts.sources import Fetcher, Occasion, Reader
from tests.web import Site, site

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


def _reader(**limits: Any) -> Reader:
    settings = Settings(
        root=Path(), sources=SourcesSettings(allow_private=True, retries=0, **limits)
    )
    return Reader(settings, Fetcher(settings), Occasion())


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
            _reader().check(web.url("/page"), SourceKind.PAGE)
        assert [path for path, _ in web.requests] == ["/robots.txt"]
        assert _reader(robots=False).check(web.url("/page"), SourceKind.PAGE).articles


def test_a_page_that_robots_txt_allows_is_read(web: Site) -> None:
    allowing = (
        b"", b"User-agent: *\nDisallow:", b"User-agent: other\nDisallow: /", b"\xff\xfe\x00 nonsense",
        b"User-agent: *\nDisallow: /\nAllow: /page", b"<html>not found, they say</html>", b"x" * 2_000_000,
    )  # fmt: skip
    for text in allowing:
        web.serve("/robots.txt", text)
        assert _reader().check(web.url("/page"), SourceKind.PAGE).articles
    del web.plan["/robots.txt"]  # 404
    assert _reader().check(web.url("/page"), None).articles


def test_an_ill_site_is_left_alone(web: Site) -> None:
    web.serve("/robots.txt", b"", 503)
    with pytest.raises(FetchError, match="cannot be asked"):
        _reader().check(web.url("/page"), SourceKind.PAGE)


def test_a_feed_is_made_for_programs(web: Site) -> None:
    web.serve("/robots.txt", b"User-agent: *\nDisallow: /")
    for kind in (SourceKind.FEED, None):
        assert _reader().check(web.url("/feed"), kind).articles
    assert "/robots.txt" not in [path for path, _ in web.requests]
    with pytest.raises(FetchError, match=r"robots\.txt"):
        _reader().check(web.url("/page"), None)  # found out to be a page: not read after all
