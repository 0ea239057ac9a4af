"""WordPress by its REST interface: recognised from a site, read as far back as needed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import wordpress
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake, SourceContent
from alerts.sources.wordpress_site import is_posts, posts_of
from tests.conftest import Alerts
from tests.http_server import Answer, Site, reply

MONTH = ("--month", "2026-10")
HERE = "https://w.example/wp-json/wp/v2/posts"
LAST = datetime(2026, 10, 30, 10, tzinfo=UTC)


def _post(number: int, **changed: Any) -> dict[str, Any]:
    at = LAST - timedelta(days=number)
    return {
        "id": number, "date": at.isoformat()[:19], "date_gmt": at.isoformat()[:19], "status": "publish",
        "guid": {"rendered": f"https://w.example/?p={number}"}, "link": f"https://w.example/story-{number}/",
        "title": {"rendered": f"Story &#8217;number {number}&#8217; of the courts"},
        "excerpt": {"rendered": "<p>The court has decided on the homes of many [&hellip;]</p>"},
        "content": {"rendered": "<p>The court has decided on the homes of many people. They stay.</p>"
                    "<img src='/in-text.jpg'>", "protected": False},
        "_embedded": {
            "author": [{"name": "admin"}],
            "wp:featuredmedia": [{"source_url": "/door.jpg", "alt_text": "A door"}],
            "wp:term": [[{"taxonomy": "category", "name": "Law &amp; order"},
                         {"taxonomy": "category", "name": "Uncategorized"}],
                        [{"taxonomy": "post_tag", "name": "homes"}, {"taxonomy": "series", "name": "S"}]],
        },
    } | changed  # fmt: skip


def _read(posts: object) -> SourceContent:
    body = posts if isinstance(posts, bytes) else json.dumps(posts).encode()
    intake = Intake(Source(1, HERE, SourceKind.WORDPRESS), Settings(root=Path(".")))
    return wordpress.read(Fetched(HERE, HERE, body), intake)


def test_a_post_is_an_article() -> None:
    (article,) = _read([_post(0)]).articles
    assert article.title == "Story ’number 0’ of the courts"
    assert article.summary == "The court has decided on the homes of many people. They stay."
    assert (article.url, article.published) == ("https://w.example/story-0/", LAST)
    assert article.image is not None
    assert (article.image.url, article.image.alt) == ("https://w.example/door.jpg", "A door")
    assert (article.author, article.tags) == ("", ("Law & order", "homes"))
    assert article.marks == ("guid:https://w.example/?p=0",)


def test_what_is_missing_or_odd_in_a_post_costs_nothing_else() -> None:
    odd = {"_embedded": {"author": [{"code": "invalid"}], "wp:featuredmedia": "no", "wp:term": [7]},
           "excerpt": {"rendered": "", "protected": False}, "guid": 7, "date_gmt": "0000-00-00T00:00:00",
           "lang": "es"}  # fmt: skip
    found = _read([_post(1, **odd), 5, _post(2, link=""), _post(3, status="private"),
                   _post(4, content={"rendered": "", "protected": True})])  # fmt: skip
    (article,) = found.articles
    assert (article.language, article.author) == ("es", "")
    assert article.image is not None
    assert article.image.url == "https://w.example/in-text.jpg"
    assert article.published == LAST - timedelta(days=1)  # by the site's own hour
    assert found.faults == (
        f"{HERE}, item 2: it is no object",
        f"{HERE}, item 3: “Story ’number 2’ of the courts” has no link",
    )
    torn = _read(json.dumps([_post(0), _post(1)]).encode()[:-40])
    assert (len(torn.articles), len(torn.faults)) == (1, 1)


@pytest.mark.parametrize(
    "octets", [b"", b"{}", b"[", b"null", b"<html>", b"[" * 100_000,
               b'{"code":"rest_forbidden","message":"Only for members."}']
)  # fmt: skip
def test_what_is_no_list_of_posts_is_one_line(octets: bytes) -> None:
    with pytest.raises(InputError) as raised:
        _read(octets)
    assert str(raised.value).startswith(HERE)
    assert ("it says “Only for members.”" in str(raised.value)) is (b"members" in octets)


API = '<https://w.example/wp-json/>; rel="https://api.w.org/"'


@pytest.mark.parametrize(
    ("url", "link", "posts"),
    [
        ("https://w.example/", API, HERE),
        ("https://w.example/", f'{API}, <https://w.example/>; rel=shortlink', HERE),
        ("https://w.example/", '<https://w.example/?rest_route=/>; rel="https://api.w.org/"',
         "https://w.example/?rest_route=/wp/v2/posts"),
        ("https://w.example/category/law/", f'{API}, <https://w.example/wp-json/wp/v2/categories/5>; '
         'rel="alternate"; title="JSON"; type="application/json"', f"{HERE}?categories=5"),
        ("https://w.example/author/a/", f'{API}, <https://w.example/wp-json/wp/v2/users/7>; rel="alternate"',
         f"{HERE}?author=7"),
        ("https://w.example/a-story/", f'{API}, <https://w.example/wp-json/wp/v2/posts/9>; rel="alternate"',
         ""),
        ("https://w.example/es/", API, ""),  # all languages are in one
        ("https://w.example/es/", API.replace("/wp-json", "/es/wp-json"),
         "https://w.example/es/wp-json/wp/v2/posts"),
        ("https://w.example/", API.replace("w.example", "other.example"), ""),
        ("https://w.example/", "", ""), ("https://w.example/", "<" * 2000, ""),
    ],
)  # fmt: skip
def test_a_site_says_where_its_posts_are(url: str, link: str, posts: str) -> None:
    assert posts_of(Fetched(url, url, b"", headers={"link": link})) == posts


def test_the_interface_is_known_by_its_address() -> None:
    for url in (HERE, f"{HERE}?categories=5", "https://w.example/?rest_route=/wp/v2/posts&lang=es",
                "https://w.example/en/wp-json/wp/v2/publication"):  # fmt: skip
        assert is_posts(url)
    for url in (
        "https://w.example/",
        "https://w.example/wp-json/",
        f"{HERE}/5",
        "https://w.example/v2/posts",
    ):
        assert not is_posts(url)


class _WordPress(dict[str, Answer]):
    """A site with so many posts; `asked` are the parameters of each request for posts."""

    def __init__(self, web: Site, posts: list[dict[str, Any]]) -> None:
        super().__init__(web.plan)
        self.web, self.posts, self.open = web, posts, True
        self.asked: list[dict[str, str]] = []

    def get(self, path: str, default: Any = None) -> Any:
        parts = urlsplit(path)
        if parts.path == "/wp-json/wp/v2/posts":
            return self._answer({n: v[0] for n, v in parse_qs(parts.query).items()})
        return super().get(path, default)

    def _answer(self, asked: dict[str, str]) -> Callable[[BaseHTTPRequestHandler], None]:
        self.asked.append(asked)
        size, page = int(asked["per_page"]), int(asked.get("page", 1))
        body = json.dumps(self.posts[size * (page - 1) : size * page]).encode()
        status = 200 if self.open else 401
        pages = {
            "X-WP-TotalPages": str(-(-len(self.posts) // size)),
            "Content-Type": "application/json",
        }
        return lambda request: reply(request, body, status, pages)


@pytest.fixture
def wp(project: Path, web: Site, monkeypatch: pytest.MonkeyPatch) -> _WordPress:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    monkeypatch.setenv("ALERTS_SOURCES__RETRIES", "0")
    rows = "".join(
        f"<h2><a href='/story-{n}/'>The story with the number {n}</a></h2>" for n in range(6)
    )
    page = f"<!doctype html><html lang=en><title>W</title><main>{rows}</main>".encode()
    link = f'<{web.url("/wp-json/")}>; rel="https://api.w.org/"'
    web.serve("/", page, content_type="text/html", Link=link)
    here = _WordPress(web, [_post(n, link=web.url(f"/story-{n}/")) for n in range(400)])
    web.plan = here
    return here


def test_a_site_is_read_as_far_back_as_needed(wp: _WordPress, alerts: Alerts) -> None:
    site = wp.web.url("/")
    assert alerts("source", "add", site).stderr.endswith("added as wordpress\n")
    wp.asked.clear()
    got = alerts("collect", *MONTH, "--json")
    assert got.code == 0, got.stderr
    # the month, and alert.late before it: 30 and 31 days; the page in which that ends is the second
    assert [one.get("page", "1") for one in wp.asked] == ["1", "2"]
    assert wp.asked[0]["_embed"] == "author,wp:featuredmedia,wp:term"
    assert got.json["new"] == 100
    assert len(alerts("article", "list", *MONTH, "--json").json) >= 30
    wp.asked.clear()
    again = alerts("collect", *MONTH, "--json")
    assert (again.json["new"], again.json["updated"], len(wp.asked)) == (0, 0, 1)
    wp.posts = [_post(-1, link=wp.web.url("/new/")), *wp.posts]
    assert alerts("collect", *MONTH, "--json").json["new"] == 1
    assert alerts("source", "list", "--json").json[0]["moved_to"] == ""


def test_the_interface_itself_and_a_part_of_it_are_sources(wp: _WordPress, alerts: Alerts) -> None:
    wp.posts = wp.posts[:3]
    part = wp.web.url("/wp-json/wp/v2/posts?categories=5")
    got = alerts("source", "check", part, "--json")
    assert (got.code, len(got.json)) == (0, 3), got.stderr
    assert {one["categories"] for one in wp.asked} == {"5"}
    assert alerts("source", "add", part).code == 0
    assert alerts("collect", *MONTH, "--json").json["new"] == 3


def test_a_site_that_closes_its_interface_is_a_listing(wp: _WordPress, alerts: Alerts) -> None:
    wp.open = False
    assert alerts("source", "add", wp.web.url("/")).stderr.endswith("added as a listing\n")
    wp.web.serve("/plain", b"<!doctype html><title>T</title><p>Words.", content_type="text/html")
    got = alerts("source", "check", wp.web.url("/plain"), "--kind", "wordpress")
    assert (got.code, "no list of posts of WordPress; name a feed" in got.stderr) == (1, True)
