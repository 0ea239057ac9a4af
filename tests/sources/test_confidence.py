"""How sure each collected value is, and why: recorded, shown, settled by editors, asked about."""

import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from alerts.config.settings import Settings
from alerts.domain.article import Source
from alerts.issue.article_fill import filled_in
from alerts.sources import feed, page
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake
from alerts.sources.plausible import of_something_ahead
from tests.conftest import Alerts
from tests.http_server import Site

TEXT = (
    "Housing costs in the capital have risen faster than wages in every one of the last ten years, "
    "a report by the institute shows. Rents for small flats have doubled, and evictions grew."
)
CHANGED = '<meta property="article:modified_time" content="{}T10:00:00Z">'
HEAD = '<meta property="og:title" content="Housing costs rise"><meta name="description" content="Rents.">'


def _page(head: str = "", body: str = f"<p>{TEXT}</p>", lang: str = ' lang="en"') -> bytes:
    return (
        f"<!doctype html><html{lang}><head><meta charset=utf-8>{head}</head>"
        f"<body><main><article><h1>Housing costs rise</h1>{body}</article></main></body></html>"
    ).encode()


def _intake(kind: str) -> Intake:
    return Intake(Source(0, "https://site.example/", kind), Settings(root=Path()))


def _judged(head: str = "", body: str = f"<p>{TEXT}</p>", lang: str = ' lang="en"',
            url: str = "https://site.example/a") -> dict[str, str]:  # fmt: skip
    got = page.read(Fetched(url, url, _page(head, body, lang), "text/html"), _intake("page"))
    return {one.field: one.confidence.value for one in got.articles[0].confidence}


@pytest.mark.parametrize(
    ("case", "field", "confidence"),
    [
        ({"head": '<meta property="article:published_time" content="2026-10-05T10:00:00Z">'},
         "published", None),
        ({"body": f'<time datetime="2026-10-05">5 Oct</time><p>{TEXT}</p>'}, "published", "likely"),
        ({"body": f"<p>Published on 5 October 2026</p><p>{TEXT}</p>"}, "published", "likely"),
        ({"url": "https://site.example/2026/10/05/a"}, "published", "likely"),
        ({"head": CHANGED.format("2026-10-05")}, "published", "guess"),
        ({"head": '<meta name="date" content="2026-10-15 10:00:00">'}, "zone", "likely"),
        ({"head": '<meta name="date" content="2026-10-31 23:00:00">'}, "zone", "guess"),
        ({"head": '<meta name="date" content="2026-10-31T23:00:00+02:00">'}, "zone", None),
        ({"head": '<meta name="date" content="2026-10-31">'}, "zone", None),
        ({"head": HEAD}, "title", None),
        ({"head": HEAD}, "summary", None),
        ({}, "title", "likely"),
        ({}, "summary", "likely"),
        ({}, "language", None),
        ({"lang": ""}, "language", "likely"),
        ({"lang": "", "head": HEAD.replace("Housing costs rise", "CARICOM").replace("Rents", "ECOWAS")},
         "language", "guess"),
        ({"lang": ' lang="es"'}, "language", "likely"),  # its text is English
        ({"body": f"<p>{TEXT}</p><img src=/p.jpg>"}, "image", "guess"),
        ({"head": '<meta property="og:image" content="/p.jpg">'}, "image", None),
    ],
)  # fmt: skip
def test_how_sure_each_value_of_a_page_is(
    case: dict[str, str], field: str, confidence: str | None
) -> None:
    assert _judged(**case).get(field) == confidence


@pytest.mark.parametrize(
    ("item", "want"),
    [
        ("<title>T of it</title><pubDate>Mon, 05 Oct 2026 10:00:00 GMT</pubDate>", {}),
        ("<title>T of it</title><pubDate>2026-10-05 10:00</pubDate>", {"zone": "likely"}),
        ("<pubDate>Mon, 05 Oct 2026 10:00:00 GMT</pubDate>", {"title": "guess"}),
        ("<title>T of it</title><content:encoded>&lt;img src='https://a.example/p.png'&gt; A text."
         "</content:encoded>", {"image": "likely"}),
    ],
)  # fmt: skip
def test_how_sure_each_value_of_an_entry_is(item: str, want: dict[str, str]) -> None:
    text = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>F</title><link>https://site.example/</link><language>en</language><item>{item}"
        f"<link>https://site.example/x</link><description>{TEXT}</description></item></channel></rss>"
    )
    got = feed.read(
        Fetched("https://site.example/f", "", text.encode(), "text/xml"), _intake("feed")
    )
    assert {one.field: one.confidence.value for one in got.articles[0].confidence} == want


def _listing(web: Site, pages: dict[str, bytes]) -> str:
    rows = "".join(
        f'<li class=row><h3><a href="{path}">Housing costs rise, part {n}</a></h3></li>'
        for n, path in enumerate(pages)
    )
    for path, body in pages.items():
        web.serve(path, body, content_type="text/html; charset=utf-8")
    whole = f"<html lang=en><head><title>News</title></head><body><main><ul>{rows}</ul></main>"
    return web.serve("/list.html", whole.encode(), content_type="text/html")


def _numbered(n: int, day: str, declared: str = "modified") -> bytes:
    head = CHANGED.format(day).replace("modified", declared)
    text = f"<p>{TEXT.replace('ten', str(n))} Report number {n} is about district {n * 7} only.</p>"
    return _page(head, text).replace(b"costs rise", f"costs rise, part {n}".encode())


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")


@pytest.mark.usefixtures("private", "project")
def test_guesses_are_marked_counted_and_settled_by_an_editor(
    alerts: Alerts, web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", "required")  # so that nothing is held
    pages = {f"/n{n}.html": _numbered(n, f"2026-10-1{n}") for n in range(2)}
    pages["/n2.html"] = _numbered(2, "2026-10-12", "published")
    assert alerts("source", "add", _listing(web, pages), "--kind", "listing").code == 0
    assert alerts("collect", "--month", "2026-10").code == 0
    shown = alerts("issue", "show", "--month", "2026-10").stdout
    assert "2 dates are guessed" in shown
    assert "part 0 (2026-10-10?)" in shown
    listed = alerts("article", "list", "--month", "2026-10").stdout
    assert listed.count("2026-10-11?") == 1
    assert "2026-10-12?" not in listed
    assert (
        "a guess: its page has only the date of its last change"
        in alerts("article", "show", "part 1").stdout
    )
    told = alerts("article", "show", "part 1", "--json").json["confidence"]["published"]
    assert told["confidence"] == "guess"
    assert alerts("article", "edit", "part 1", "--published", "2026-10-11").code == 0
    assert "published" not in alerts("article", "show", "part 1", "--json").json["confidence"]
    document = alerts("issue", "show", "--month", "2026-10", "--json").json
    assert document["guesses"] == {"published": 1}
    assert alerts("collect", "--month", "2026-10", "--json").json["updated"] == 0
    log = json.dumps(alerts("issue", "log", "--month", "2026-10", "--json").json)
    assert '"confidence"' not in log


@pytest.mark.usefixtures("private")
@pytest.mark.parametrize("review", ["none", "required"])
def test_what_rests_on_a_guessed_date_waits_where_nobody_looks_or_its_month_is_closed(
    project: Path, alerts: Alerts, web: Site, monkeypatch: pytest.MonkeyPatch, review: str
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", review)
    pages = {f"/n{n}.html": _numbered(n, f"2026-1{n % 2}-1{n}") for n in range(2)}
    pages["/n2.html"] = _numbered(2, "2026-11-12", "published")
    assert alerts("article", "add", "--url", "https://a.example/x", "--title", "Of October",
                  "--month", "2026-10").code == 0  # fmt: skip
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", "none")
    assert alerts("queue", "--month", "2026-10").code == 0
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", review)
    assert alerts("source", "add", _listing(web, pages), "--kind", "listing").code == 0
    told = alerts("collect", "--month", "2026-11").stderr
    assert "the issue of 2026-10 is closed; it is left out until a person says so" in told
    held = alerts("issue", "show", "--month", "2026-11", "--json").json["quarantine"]
    reasons = {one["title"][-1]: one["reasons"][0] for one in held}
    assert reasons.keys() == ({"0", "1"} if review == "none" else {"0"})
    assert "2026-10-10" in reasons["0"]
    again = alerts("collect", "--month", "2026-11")
    assert "part" not in again.stderr  # told once
    assert len(alerts("issue", "show", "--month", "2026-11", "--json").json["quarantine"]) == len(
        held
    )
    assert alerts("article", "include", "part 0").code == 0
    alerts("collect", "--month", "2026-11")
    sections = alerts("issue", "show", "--month", "2026-11", "--json").json["sections"]
    assert "Housing costs rise, part 0" in {a["title"] for s in sections for a in s["articles"]}


@pytest.mark.usefixtures("private", "project")
def test_article_add_warns_of_what_it_fills_in(alerts: Alerts, web: Site) -> None:
    here = web.serve("/a", _page(CHANGED.format("2026-10-12"), f"<img src=/p.png><p>{TEXT}</p>"),
                     content_type="text/html")  # fmt: skip
    got = alerts("article", "add", here)
    (new,) = alerts("article", "list", "--month", "2026-10", "--json").json
    date, picture, *_ = got.stderr.splitlines()
    assert date == (
        "alerts: date “2026-10-12”: a guess: its page has only the date of its last change; "
        f"`alerts article edit {new['id']} --published YYYY-MM-DD` sets it"
    )
    assert f"`alerts article edit {new['id']} --image URL` sets it" in picture
    assert new["confidence"]["published"]["confidence"] == "guess"
    assert alerts("article", "edit", new["id"], "--published", "2026-10-13").code == 0
    shown = alerts("article", "show", new["id"], "--json").json
    assert "published" not in shown["confidence"]
    assert "image" in shown["confidence"]

    missing = _page("<title>Page not found</title>", "<p>We could not find it.</p>")
    missing = missing.replace(b"<h1>Housing costs rise", b"<h1>Page not found")
    wall = web.serve("/b", missing, content_type="text/html")
    assert "it is an error page" in alerts("article", "add", wall, "--month", "2026-10").stderr
    far = web.serve("/c", _numbered(3, "2062-10-12", "published"), content_type="text/html")
    got = alerts("article", "add", far, "--month", "2026-10")
    assert "date: its date, 2062-10-12, cannot be right, and is left out" in got.stderr
    given = web.serve("/d", _numbered(4, "2026-10-12"), content_type="text/html")
    assert not alerts("article", "add", given, "--published", "2026-10-03").stderr


@pytest.mark.usefixtures("private")
def test_without_review_editors_are_told_once_of_what_was_held(
    project: Path, alerts: Alerts, web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__EDITORS", "ann@desk.example,bob@desk.example")
    assert alerts("subscriber", "add", "reader@x.example").code == 0
    pages = {f"/n{n}.html": _numbered(n, f"2026-10-1{n}") for n in range(2)}
    pages["/n2.html"] = _numbered(2, "2026-10-12", "published")
    assert alerts("source", "add", _listing(web, pages), "--kind", "listing").code == 0
    assert alerts("collect", "--month", "2026-10").code == 0
    assert alerts("article", "include", "part 1").code == 0
    told = [alerts("run", "--month", "2026-10").stderr for _ in range(2)]
    mails = [
        message_from_bytes(one.read_bytes(), policy=default)
        for one in (project / "outbox").rglob("new/*")
    ]
    notes = {one["To"]: one for one in mails if "[HELD]" in one["Subject"]}
    assert notes.keys() == {"ann@desk.example", "bob@desk.example"}
    assert [one["To"] for one in mails if one not in notes.values()] == ["reader@x.example"]
    plain = notes["ann@desk.example"].get_body(("plain",))
    text = plain.get_content() if plain else ""
    assert "1 article held, not sent" in text
    assert "part 0”: its date, 2026-10-10, is a guess" in text
    assert "part 1”: its date, 2026-10-11, is a guess" in text
    assert "told by mail" in told[0]
    assert "told by mail" not in told[1]
    assert alerts("article", "include", "part 0").code == 0  # its month is sent: it joins the next
    assert alerts("article", "show", "part 0", "--json").json["month"] == "2026-11"
    document = alerts("issue", "show", "--month", "2026-10", "--json").json
    shown = {a["title"][-1] for s in document["sections"] for a in s["articles"]}
    assert shown == {"1", "2"}


@pytest.mark.parametrize(
    ("head", "body", "ahead"),
    [
        ("", "<p>12 December 2026</p>", True),
        ("", "<p>12 October 2026</p>", False),
        ('<meta property="article:published_time" content="2026-12-12">', "", False),
    ],
)
def test_a_date_to_come_that_nothing_declares_is_that_of_an_event(
    head: str, body: str, ahead: bool
) -> None:
    text = _page(head, f"{body}<p>{TEXT}</p>")
    got = page.read(Fetched("https://site.example/a", "", text, "text/html"), _intake("page"))
    (article,) = got.articles
    assert article.published is not None
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert of_something_ahead(article, now) is ahead
    edits, doubts = filled_in(article, {}, (), now)
    assert ("published" in edits) is not ahead
    assert any("still to come" in one.told("id") for one in doubts) is ahead


@pytest.mark.usefixtures("private", "project")
def test_the_month_in_an_address_is_no_guess_and_is_shown_as_all_that_is_known(
    alerts: Alerts, web: Site
) -> None:
    text = (
        "<rss version='2.0'><channel><title>F</title><language>en</language><item><title>Of October</title>"
        "<link>https://site.example/2026/10/of-october</link></item></channel></rss>"
    )
    assert alerts("source", "add", web.serve("/f", text.encode()), "--kind", "feed").code == 0
    assert alerts("collect", "--month", "2026-11").code == 0
    assert "2026-10?" in alerts("article", "list", "--month", "2026-10").stdout
    document = alerts("issue", "show", "--month", "2026-10", "--json").json
    assert (document["articles"], document["quarantine"], document["guesses"]) == (1, [], {})
