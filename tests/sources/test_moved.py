"""Moved sources: told by everything that reads them, taken over by one command, nothing twice or lost."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from alerts.config.load import load
from alerts.doctor.finding import CheckContext
from alerts.doctor.sources import reachable
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher
from alerts.sources.moved import claimed, redirected
from alerts.store import sources as store
from tests.conftest import Alerts
from tests.factories import NOW, database
from tests.http_server import Site, reply

MONTH = ("--month", "2026-10")


@pytest.fixture
def elsewhere() -> Iterator[Site]:
    """Another organisation's site."""
    from tests.http_server import site

    with site() as here:
        yield here


@pytest.fixture
def root(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that may read the servers of this machine."""
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    monkeypatch.setenv("ALERTS_SOURCES__RETRIES", "0")
    return project


def _rss(own: str = "", items: str = "abc", at: str = "https://n.example") -> bytes:
    entries = "".join(
        f"<item><title>Story {one} of the month</title><link>{at}/{one}</link>"
        f"<guid isPermaLink='false'>g-{one}</guid><pubDate>0{n} Oct 2026 10:00:00 GMT</pubDate></item>"
        for n, one in enumerate(items, 1)
    )
    link = f"<atom:link rel='self' href='{own}'/>" if own else ""
    return (
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>N</title>"
        f"<language>en</language>{link}{entries}</channel></rss>"
    ).encode()


def _redirect(web: Site, path: str, to: str, status: int) -> str:
    web.plan[path] = lambda request: reply(request, b"", status, {"Location": to})
    return web.url(path)


def _told(alerts: Alerts) -> Mapping[str, str]:
    """Where each source has moved, as `collect` and `source list` tell it in one voice."""
    got = alerts("collect", *MONTH, "--json")
    moved = {one["source"]: one["to"] for one in got.json.get("moved", ())}
    kept = {s["location"]: s["moved_to"] for s in alerts("source", "list", "--json").json}
    assert {at: to for at, to in kept.items() if to} == moved, got.stderr
    for at, to in moved.items():
        assert f"{at}: has moved permanently to {to}" in got.stderr
    return moved


PERMANENT = ((301,), (308,), (301, 308))
FOR_NOW = ((302,), (307,), (303,), (301, 302), (302, 301))


def _doctor(root: Path) -> str:
    """What the doctor's check of sources says."""
    settings = load(root, {"ALERTS_SOURCES__ALLOW_PRIVATE": "true", "ALERTS_SOURCES__RETRIES": "0"})
    db = database(root, threads=True)
    context = CheckContext(
        settings, NOW, lambda: db, lambda _: None, lambda *_: (), Fetcher(settings)
    )
    found = "\n".join(f"{said.about} {said.remedy}" for said in reachable(context))
    db.close()
    return found


def test_only_a_way_that_is_permanent_throughout_is_a_move(
    root: Path, alerts: Alerts, web: Site
) -> None:
    moved: dict[str, str] = {}
    for number, statuses in enumerate((*PERMANENT, *FOR_NOW)):
        new = web.serve(f"/{number}/new", _rss(items=str(number)))
        steps = [f"/{number}/{step}" for step in range(len(statuses))] + [f"/{number}/new"]
        for path, to, status in zip(steps, steps[1:], statuses, strict=False):
            _redirect(web, path, to, status)
        old = web.url(f"/{number}/0")
        assert alerts("source", "add", old, "--kind", "feed").code == 0
        moved |= {old: new} if statuses in PERMANENT else {}
    assert _told(alerts) == moved
    assert _told(alerts) == moved  # also where nothing has changed since
    doctor = _doctor(root)
    assert "8 of 8 answer" in doctor
    for number in (0, 3):
        old, new = web.url(f"/{number}/0"), web.url(f"/{number}/new")
        told = f"has moved permanently to {new}" in alerts("source", "check", old).stderr
        assert told is (old in moved)
        assert (f"{old} has moved permanently to {new}" in doctor) is (old in moved)


def test_taking_over_keeps_the_source_and_its_articles(
    root: Path, alerts: Alerts, web: Site
) -> None:
    alerts("profile", "add", "nn", "--name", "N")
    old = web.serve("/old", _rss())
    add = ("--section", "publications", "--language", "es", "--profile", "nn", "--tag", "t")
    assert alerts("source", "add", old, *add).code == 0
    assert alerts("collect", *MONTH, "--json").json["new"] == 3
    ids = {a["id"] for a in alerts("article", "list", *MONTH, "--json").json}
    before = alerts("source", "list", "--json").json[0]

    new = web.serve("/new", _rss(items="abcd"))
    _redirect(web, "/old", "/new", 301)
    assert _told(alerts) == {old: new}
    assert f"moved to {new}: `alerts source move 1`" in alerts("source", "list").stdout
    took = alerts("source", "move", "1")
    assert (took.code, took.stderr) == (0, f"{old}: moved to {new}\n")

    after = alerts("source", "list", "--json").json[0]
    changed = {
        "location": new,
        "articles": 4,
        "moved_to": "",
        "collected_at": after["collected_at"],
    }
    assert after == before | changed
    got = alerts("collect", *MONTH, "--json").json
    assert (got["new"], got["updated"], "moved" in got) == (0, 0, False)
    assert ids < {a["id"] for a in alerts("article", "list", *MONTH, "--json").json}

    for again in (("1",), (old,), (new,), (old, new), ("--all",)):  # twice is harmless
        assert alerts("source", "move", *again).code == 0, again
    assert alerts("source", "add", old).stderr == f"{new}: exists already\n"
    assert [s["location"] for s in alerts("source", "list", "--json").json] == [new]


def test_all_at_once_and_one_that_is_a_source_already(
    root: Path, alerts: Alerts, web: Site
) -> None:
    for name in "abc":
        web.serve(f"/new-{name}", _rss(items=name))
        alerts("source", "add", _redirect(web, f"/{name}", f"/new-{name}", 308), "--kind", "feed")
    alerts("source", "add", web.url("/new-b"))
    told = alerts("collect", *MONTH).stderr
    twice = (
        f"{web.url('/b')}: has moved permanently to {web.url('/new-b')}, which is source 4 already;"
    )
    assert f"{twice} `alerts source remove {web.url('/b')}`" in told
    got = alerts("source", "move", "--all", "--json")
    assert got.code == 1
    assert [(one["id"], one["to"]) for one in got.json["moved"]] == [
        (1, web.url("/new-a")), (3, web.url("/new-c"))
    ]  # fmt: skip
    assert [one["source"] for one in got.json["failed"]] == [web.url("/b")]
    assert "is source 4 already; `alerts source remove 2` leaves that one" in got.stderr
    named = alerts("source", "move", "2", web.url("/new-a"))
    assert (named.code, named.stderr.count("\n")) == (2, 1)
    locations = [s["location"] for s in alerts("source", "list", "--json").json]
    assert locations == [web.url(f"/{path}") for path in ("new-a", "b", "new-c", "new-b")]


def test_what_is_gone_for_good_is_said_to_be(root: Path, alerts: Alerts, web: Site) -> None:
    gone, missing = (web.serve(f"/{name}", _rss(items=name[0])) for name in ("gone", "missing"))
    for at in (gone, missing):
        alerts("source", "add", at, "--kind", "feed")
    alerts("collect", *MONTH)
    web.serve("/gone", b"", 410)
    web.serve("/missing", b"", 404)
    got = alerts("collect", *MONTH)
    assert got.code == 1
    assert f"{gone}: answered 410 Gone: it is gone for good; `alerts source remove 1`" in got.stderr
    assert "`alerts source remove 2`" not in got.stderr
    kept = alerts("source", "list", "--json").json
    assert [s["gone"] for s in kept] == [True, False]
    db = database(root)
    assert store.missed(db, NOW) == [missing]  # an issue waits for it, and not for what is gone
    db.close()
    assert "gone for good: `alerts source remove 1`" in _doctor(root)
    moved = alerts("source", "move", "1")
    assert (moved.code, "410" in moved.stderr) == (1, True)
    web.serve("/gone", _rss())  # it was no word for good
    alerts("collect", *MONTH)
    assert [s["gone"] for s in alerts("source", "list", "--json").json] == [False, False]


def test_a_feed_says_itself_where_it_is(
    root: Path, alerts: Alerts, web: Site, elsewhere: Site
) -> None:
    """One project with a feed for each kind of word: those that are true, and those that are not."""
    for path, items in (("/new", "abc"), ("/short", "ab"), ("/main", "abcdefgh")):
        web.serve(path, _rss(items=items))
    web.serve("/spanish", _rss(items="xyz"))
    _redirect(web, "/on", "/new", 302)
    foreign = elsewhere.serve("/new", _rss())
    json_feed = {"version": "https://jsonfeed.org/version/1.1", "feed_url": web.url("/new"), "items": [
        {"id": one, "url": f"https://n.example/{one}", "title": one} for one in "abc"]}  # fmt: skip
    web.serve("/feed.json", json.dumps(json_feed).encode())
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>N</title><link rel='self' href='/new'/>"
        "<entry><id>u:a</id><title>A</title><link href='https://n.example/a'/></entry>"
        "<entry><id>u:b</id><title>B</title><link href='https://n.example/b'/></entry></feed>"
    )
    web.serve("/atom", atom.encode())
    words = {
        "/true": web.url("/new"), "/longer": web.url("/short"), "/relative": "/new",
        "/foreign": foreign, "/nothing": web.url("/nowhere"), "/redirected": web.url("/on"),
        "/category": web.url("/main"), "/other-language": web.url("/spanish"),
        "/same": web.url("/same/"), "/odd": "javascript:alert(1)", "/itself": web.url("/itself#x"),
    }  # fmt: skip
    for path, own in words.items():
        web.serve(path, _rss(own))
    for path in (*words, "/feed.json", "/atom"):
        alerts("source", "add", web.url(path), "--kind", "feed")
    expected = {"/true": "/new", "/longer": "/short", "/relative": "/new", "/feed.json": "/new",
                "/atom": "/new"}  # fmt: skip
    assert _told(alerts) == {web.url(at): web.url(to) for at, to in expected.items()}
    web.serve(
        "/new", _rss(web.url("/true"))
    )  # and the new one names the old one: no way back and forth
    assert alerts("source", "move", "1").code == 0
    _redirect(web, "/true", "/new", 301)
    alerts("collect", *MONTH)
    assert alerts("source", "list", "--json").json[0]["moved_to"] == ""


F = "http://www.n.example/feed"


@pytest.mark.parametrize(
    ("location", "own", "hops", "believed"),
    [
        (F, "https://www.n.example/feed", (), True),  # http to https
        (F.replace("http:", "https:"), F, (), False),  # and never back
        (F, "http://n.example/feed", (), True),
        (F, "http://news.n.example/rss", (), True),
        (F, "http://www.n.example/feed/", (), False),
        (F, "http://www.n.example/feed?utm_source=rss", (), False),
        (F, "http://n.example.evil.example/feed", (), False),
        ("http://a.github.io/feed", "http://b.github.io/feed", (), False),  # of another person
        (F, "http://other.example/feed", ((301, "http://other.example/feed"),), False),  # the server says it
        (F, "http://n.example/now", ((302, "http://n.example/now"),), False),
        (F, "ftp://n.example/feed", (), False),
        (F, "", (), False),
        ("saved.xml", "http://n.example/feed", (), False),
    ],
)  # fmt: skip
def test_whom_a_feed_is_believed_about_itself(
    location: str, own: str, hops: tuple[tuple[int, str], ...], believed: bool
) -> None:
    document = Fetched(hops[-1][1] if hops else location, location, b"", hops=hops)
    assert claimed(location, document, own) == (own if believed else "")


def test_a_redirect_from_http_to_https_is_a_move() -> None:
    there = F.replace("http:", "https:")
    assert redirected(F, Fetched(there, there, b"", hops=((301, there),))) == there
    assert redirected(F, Fetched(there, there, b"", hops=((302, there),))) == ""
    assert redirected(F, Fetched(F, F, b"", hops=((301, F),))) == ""


def test_a_redirect_to_a_front_page_or_to_no_feed_is_no_move(
    root: Path, alerts: Alerts, web: Site
) -> None:
    web.serve("/", _rss())
    web.serve("/page", b"<!doctype html><title>For sale</title><p>This domain is for sale.")
    for at, to in (("/a", "/"), ("/b", "/page")):
        alerts("source", "add", _redirect(web, at, to, 301), "--kind", "feed")
    assert _told(alerts) == {}
    alerts("source", "remove", "2")
    moved = alerts("source", "move", "1")
    assert (moved.code, "has not moved" in moved.stderr) == (0, True)


def test_a_new_address_is_tried_before_anything_changes(
    root: Path, alerts: Alerts, web: Site
) -> None:
    old = web.serve("/old", _rss())
    web.serve("/page", b"<!doctype html><title>A page</title><p>Words.")
    web.serve("/named", _rss(items="k"))
    _redirect(web, "/hop", "/named", 301)
    alerts("source", "add", old)
    for bad, code in (("/page", 1), ("/missing", 1)):
        got = alerts("source", "move", "1", web.url(bad))
        assert (got.code, f"{old} stays as it was" in got.stderr) == (code, True), got.stderr
    for arguments in ((), ("1", "--all"), ("9",), ("https://nobody.example/",), ("1", "ftp://x/")):
        got = alerts("source", "move", *arguments)
        assert (got.code, got.stderr.count("\n")) == (2, 1), got.stderr
    assert alerts("source", "list", "--json").json[0]["location"] == old
    assert alerts("source", "move", old, web.url("/hop")).code == 0  # to where it leads in the end
    assert alerts("source", "list", "--json").json[0]["location"] == web.url("/named")
    (root / "saved.xml").write_bytes(_rss())
    assert alerts("source", "move", "1", "saved.xml").code == 0
    assert alerts("source", "move", "1", old).code == 0
    assert alerts("source", "list", "--json").json[0]["location"] == old


def test_entries_without_a_page_are_not_collected_twice(
    root: Path, alerts: Alerts, web: Site, elsewhere: Site
) -> None:
    """Their address is that of the feed, which changes; before and after it is taken over."""
    feed = (
        b"<rss version='2.0'><channel><title>N</title><language>en</language>"
        b"<item><title>First of all</title><description>Some words here.</description></item>"
        b"<item><title>Then another</title><description>Other words there.</description></item>"
        b"</channel></rss>"
    )
    old = web.serve("/feed", feed)
    alerts("source", "add", old)
    assert alerts("collect", *MONTH, "--json").json["new"] == 2
    new = elsewhere.serve("/feeds/n", feed)
    _redirect(web, "/feed", new, 301)
    assert alerts("collect", *MONTH, "--json").json["new"] == 0
    assert alerts("source", "move", "--all").code == 0
    assert alerts("collect", *MONTH, "--json").json["new"] == 0
    last = elsewhere.serve("/last", feed)
    assert alerts("source", "move", "1", last).code == 0
    assert alerts("collect", *MONTH, "--json").json["new"] == 0
    assert len(alerts("article", "list", *MONTH, "--json").json) == 2


def test_a_site_that_moved_with_its_feed_gives_no_story_twice(
    root: Path, alerts: Alerts, web: Site
) -> None:
    old = web.serve("/feed", _rss())
    alerts("source", "add", old)
    alerts("collect", *MONTH)
    web.serve("/rss", _rss(at="https://new.n.example"))
    _redirect(web, "/feed", "/rss", 301)
    alerts("collect", *MONTH)
    assert alerts("source", "move", "1").code == 0
    alerts("collect", *MONTH)
    urls = [a["url"] for a in alerts("article", "list", *MONTH, "--json").json]
    assert sorted(urls) == [f"https://new.n.example/{one}" for one in "abc"]


def test_listings_and_calendars_move_too(root: Path, alerts: Alerts, web: Site) -> None:
    rows = "".join(
        f"<li><a href='/n/{n}'>The story number {n} of this year</a></li>" for n in range(6)
    )
    listing = f"<!doctype html><title>News</title><main><ul>{rows}</ul></main>".encode()
    event = "BEGIN:VEVENT\r\nUID:u1\r\nSUMMARY:Talk\r\nDTSTART:20261110T100000Z\r\nEND:VEVENT\r\n"
    calendar = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{event}END:VCALENDAR\r\n".encode()
    web.serve("/list", listing, content_type="text/html")
    web.serve("/cal", calendar)
    alerts("source", "add", web.url("/list"), "--kind", "listing")
    alerts("source", "add", web.url("/cal"))
    first = alerts("collect", *MONTH, "--json").json["new"]
    for at, to, body in (("/list", "/all-news", listing), ("/cal", "/events.ics", calendar)):
        web.serve(to, body, content_type="text/html" if body is listing else "text/calendar")
        _redirect(web, at, to, 308)
    assert set(_told(alerts)) == {web.url("/list"), web.url("/cal")}
    assert alerts("source", "move", "--all").code == 0
    assert alerts("collect", *MONTH, "--json").json["new"] == 0
    assert first == 1
