"""The archive: what was sent, as it was sent, for everybody (X12, X17, P6)."""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

import feedparser
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alerts.archive.public_page import framed, left_out, public
from alerts.store import archive, articles
from tests import past
from tests.browser import axe_run
from tests.conftest import Alerts
from tests.factories import database, database_at
from tests.issues import ARTICLES, OCTOBER
from tests.pages import Served, serve
from tests.statement import Statement

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BASE = "https://example.org/alerts"


@pytest.fixture
def six(queued: Path, tmp_path: Path) -> Iterator[Served]:
    """The pages of a copy of that project."""
    copied = shutil.copytree(queued, tmp_path / "six")
    with serve(copied, **past.SITE) as running:
        yield running


def test_an_issue_is_shown_as_it_was_sent_and_holds_nothing_personal(six: Served) -> None:
    for language in ("en", "es", "fr", "pt", "ru", "ar"):
        edition = archive.edition(six.db, OCTOBER, language)
        assert edition is not None
        page = six.get(f"/archive/2026-10/{language}")
        assert page.status_code == 200
        assert "{slot:" not in page.text
        assert "/unsubscribe/" not in page.text
        assert "/preferences/" not in page.text
        for piece in archive.pieces(six.db, OCTOBER, language):
            assert f'id="a-{piece.id}"' in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "x-robots-tag" not in page.headers
        assert not page.headers.get("set-cookie")
        # all that was sent is there, in its order, but for the slots and our anchors
        body = edition.html.partition("<body")[2].partition("{slot:browser_url}")[2]
        assert body.partition("{slot:")[0].count("<h3") == page.text.count("<h3")


def test_only_what_is_queued_or_sent_is_shown(served: Served) -> None:
    articles.put(served.db, ARTICLES[1], OCTOBER, None, past.WHEN)
    assert served.get("/archive/2026-10/en").status_code == 404
    assert "No issue has been sent yet" in served.get("/archive").text
    assert served.get("/archive/feed.en.atom").status_code == 200


def test_later_edits_change_nothing(six: Served) -> None:
    before = six.get("/archive/2026-10/es").text
    six.db.conn.execute("UPDATE articles SET found = json_set(found, '$.title', 'Edited')")
    six.db.conn.execute("DELETE FROM deliveries")
    assert six.get("/archive/2026-10/es").text == before


@pytest.mark.parametrize(
    "path",
    [
        *(
            "2026-10/xx",
            "2026-13/en",
            "2026-08/en",
            "../etc/passwd",
            "2026-10/..%2f..%2fetc",
            "0000-00/en",
        ),
        *(
            "feed.xx.atom",
            "feed.en.rss",
            "zz",
            "2026-10",
            "2026-10/en/",
            "%00",
            "'; DROP TABLE issues",
        ),
    ],
)
def test_x17_paths_that_are_none_of_ours_are_missing(six: Served, path: str) -> None:
    assert six.get(f"/archive/{path}").status_code == 404


def test_the_front_page_leads_to_every_edition(six: Served) -> None:
    page = six.get("/archive/es").text
    for pasts in archive.listed(six.db):
        assert f'href="../{pasts.path}"' in page
    assert 'lang="es"' in page
    assert "Octubre de 2026" in page


def test_pages_may_be_kept_and_asked_for_again(six: Served) -> None:
    for path in ("archive", "archive/2026-10/en", "archive/feed.en.atom", "sitemap.xml"):
        first = six.get(path)
        assert "public" in first.headers["cache-control"]
        again = six.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert six.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert six.get("archive").headers["vary"] == "Accept-Language"


def test_the_atom_feed_is_read_by_others(six: Served) -> None:
    for language in ("en", "ar"):
        feed = feedparser.parse(six.get(f"/archive/feed.{language}.atom").content)
        assert not feed.bozo
        assert feed.version == "atom10"
        assert [entry.link for entry in feed.entries] == [
            f"{BASE}/archive/2026-10/{language}",
            f"{BASE}/archive/2026-09/{language}",
        ]
        assert "<ul><li>" in feed.entries[0].content[0].value


def test_the_json_feed_keeps_to_its_version(six: Served) -> None:
    answer = six.get("/archive/feed.es.json")
    feed = answer.json()
    assert answer.headers["content-type"] == "application/feed+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["language"] == "es"
    assert len(feed["items"]) == 2
    assert {"id", "url", "title", "content_html", "date_published"} <= set(feed["items"][0])


def test_search_engines_find_every_page(six: Served) -> None:
    tree = Xml.fromstring(six.get("/sitemap.xml").content)
    urls = [loc.text for loc in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(urls) == 1 + 12
    for url in urls:
        assert url is not None
        assert six.get(url.removeprefix(BASE)).status_code == 200
    robots = six.get("/robots.txt").text
    assert f"Sitemap: {BASE}/sitemap.xml" in robots


def test_a_shared_link_has_a_face(six: Served) -> None:
    page = six.get("/archive/2026-10/en").text
    for name in ("title", "description", "url", "image", "type", "site_name", "locale"):
        assert f'property="og:{name}"' in page
    assert 'type="application/atom+xml"' in page
    assert f'rel="canonical" href="{BASE}/archive/2026-10/en"' in page


def test_past_articles_are_found_by_their_words(six: Served) -> None:
    page = six.get("/archive/search", params={"q": "COMISION", "in": "es", "lang": "es"}).text
    assert "<mark>comisión</mark>" in page
    assert "2026-10/es#a-" in page
    assert page.count('class="issue"') == 2
    assert six.get("/archive/search", params={"q": "المجتمع", "in": "ar"}).text.count("#a-") == 2
    nothing = six.get("/archive/search", params={"q": "zebra"})
    assert "No results" in nothing.text
    assert "Search in all languages" in nothing.text
    everywhere = six.get("/archive/search", params={"q": "zebra", "in": "all"}).text
    assert "Try fewer or different words." in everywhere
    assert "Search in all languages" not in everywhere  # they have been searched
    assert nothing.headers["cache-control"] == "no-store"
    assert not [line for line in six.log if "zebra" in line]


SYNTAX = (
    *(
        '"',
        '""',
        "*",
        "a*b",
        "NEAR(a b)",
        "title:x",
        "a AND",
        "NOT",
        "OR OR",
        "(",
        ")",
        "^a",
        "-a",
        "+",
    ),
    *(
        "{a b}:c",
        "'; DROP TABLE archived; --",
        "\0",
        "a\0b",
        "_",
        "\u0301",
        "“x”",
        "a" * 5000,
        "%",
        "\\",
    ),
)


def test_x17_no_question_is_syntax(six: Served) -> None:
    for question in SYNTAX:
        assert six.get("/archive/search", params={"q": question[:1500]}).status_code == 200, (
            question
        )


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=60))
@example('"*"')
def test_x17_any_text_can_be_looked_for(project: Path, question: str) -> None:
    db = database_at(project / "subscribers.db")
    assert archive.search(db, question, "", 5) == []
    db.close()


def test_articles_without_room_in_the_mail_follow_below() -> None:
    document = (
        '<html><head></head><body><a href="https://e.org/1?a=1&amp;b=2">One</a>'
        '<a href="{slot:browser_url}">1 more</a>{slot:name|reader} {slot:address}</body></html>'
    )
    links = ["https://e.org/1?a=1&b=2", "https://e.org/2"]
    assert left_out(document, links) == {"https://e.org/2"}
    page = public(document, join="../join", more=True, anchors={links[0]: "aa"})
    assert '<a id="a-aa" href="https://e.org/1' in page
    assert 'href="#more"' in page
    assert "reader" in page
    assert "{slot" not in page
    whole = framed(page, head="<H>", before="<B>", after="<E>")
    assert (
        whole.index("<H>") < whole.index("</head>") < whole.index("<B>") < whole.index("<E></body>")
    )


@given(st.text(alphabet="<>/abodyhe \"'{slot:name}|", max_size=80))
def test_any_document_can_be_framed(document: str) -> None:
    whole = framed(document, head="H1", before="B2", after="E3")
    assert all(piece in whole for piece in ("H1", "B2", "E3"))
    assert len(whole) == len(document) + 6


# --- alerts archive -------------------------------------------------------------------------------


@pytest.fixture
def sent(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same project for commands."""
    for name, value in past.SIX.items():
        monkeypatch.setenv(name, value)
    db = database(project)
    past.two_issues(db, past.settings_of(project))
    db.close()
    return project


def test_verify_says_what_was_altered(sent: Path, alerts: Alerts) -> None:
    good = alerts("archive", "verify")
    assert (good.code, good.stdout) == (0, "12 editions, 0 altered\n")
    for column in ("subject", "preheader", "html", "text", "template"):
        db = database(sent)
        with db.atomic():
            (kept,) = db.conn.execute(f"SELECT {column} FROM editions WHERE id = 3").fetchone()
            other = kept + (b"." if isinstance(kept, bytes) else ".")
            db.conn.execute(f"UPDATE editions SET {column} = ? WHERE id = 3", (other,))
        bad = alerts("archive", "verify")
        assert bad.code == 1
        assert f"2026-09, fr: altered since it was frozen: {column}\n" in bad.stderr
        assert alerts("archive", "verify", "--json").json["altered"] == 1
        with db.atomic():
            db.conn.execute(f"UPDATE editions SET {column} = ? WHERE id = 3", (kept,))
        db.close()


def test_an_export_writes_only_what_changes_and_nothing_foreign(sent: Path, alerts: Alerts) -> None:
    site = sent / "site"
    (site / "archive").mkdir(parents=True)
    (site / "index.html").write_text("theirs")
    (site / "robots.txt").write_text("theirs")
    first = alerts("archive", "export", "site", "--json")
    assert first.code == 0
    assert first.json["foreign"] == ["robots.txt"]
    assert (site / "index.html").read_text() == (site / "robots.txt").read_text() == "theirs"
    again = alerts("archive", "export", "site", "--json").json
    assert again["written"] == []
    (site / "archive/2026-10/en/index.html").write_text("torn")
    (site / "archive/own.html").write_text("theirs")
    mended = alerts("archive", "export", "site", "--json").json
    assert mended["written"] == ["archive/2026-10/en/index.html"]
    assert (site / "archive/own.html").read_text() == "theirs"
    assert not list(site.rglob(".*"))
    for page in site.rglob("archive/**/index.html"):
        assert "{slot:" not in page.read_text(encoding="utf-8")


def test_an_export_leaves_a_strangers_page_alone(sent: Path, alerts: Alerts) -> None:
    page = sent / "site/archive/2026-10/en/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("theirs")
    done = alerts("archive", "export", "site")
    assert done.code == 1
    assert "not written by an export" in done.stderr
    assert page.read_text() == "theirs"
    assert (sent / "site/archive/2026-10/es/index.html").is_file()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_an_export_is_read_from_a_plain_server_and_from_a_folder(
    sent: Path, alerts: Alerts, page: "Page"
) -> None:
    assert alerts("archive", "export", "site").code == 0
    site = sent / "site"
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for start in (
            f"http://127.0.0.1:{server.server_port}/archive/",
            f"{site.as_uri()}/archive/index.html",
        ):
            page.goto(start)
            assert page.locator("form").count() == 0
            columns = page.evaluate("getComputedStyle(document.querySelector('.wrap')).maxWidth")
            assert columns != "none", "the style sheet is not found"
            page.locator("a.issue").first.click()
            page.wait_for_selector("h1")
            page.locator(".archive-bar a[hreflang=es]").click()
            assert page.locator("html").get_attribute("lang") == "es"
            page.locator(".archive-bar a[rel=prev]").click()
            assert "2026-09/es" in page.url
            page.locator(".archive-bar a.all").click()
            assert "archive/es" in page.url
            page.locator("nav a[hreflang=ar]").click()
            assert page.locator("html").get_attribute("dir") == "rtl"
            broken = [
                link
                for link in page.eval_on_selector_all("a", "all => all.map(a => a.href)")
                if link.startswith("file:")
                and not Path(unescape(link.removeprefix("file://").partition("#")[0])).is_file()
            ]
            assert broken == []
        if server.server_port:  # the address of the e-mails works, too
            answer = page.goto(f"http://127.0.0.1:{server.server_port}/archive/2026-10/en")
            assert answer is not None
            assert answer.status == 200
        server.shutdown()
    listed = json.loads((site / "archive/export.json").read_text())
    assert "archive/sitemap.xml" in listed


@pytest.mark.parametrize("language", ["en", "es", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_h15_no_page_has_a_fault_that_axe_finds(
    six: Served, browser: "Browser", language: str, scheme: str, statement: Statement
) -> None:
    context = browser.new_context(color_scheme=scheme, java_script_enabled=True)  # type: ignore[arg-type]
    page = context.new_page()
    paths = {
        "archive": f"archive/{language}",
        "issue": f"archive/2026-10/{language}",
        "search": f"archive/search?q=com&in=all&lang={language}",
        "subscribe, with the latest issue": f"join?lang={language}",
        "miniature": f"archive/2026-10/{language}/miniature",
    }
    for name, path in paths.items():
        page.goto(six.url + path)
        for width in (320, 1200):
            page.set_viewport_size({"width": width, "height": 800})
            run = axe_run(page)
            statement.record(name, language, scheme, width, run)
            assert not run.faults, f"{path} at {width}"
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, f"{path} scrolls sideways at {width}"
    context.close()


def test_reading_and_searching_in_a_browser(six: Served, browser: "Browser") -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{six.url}archive?lang=en")
    page.fill("#q", "cities")
    page.locator("form button").click()
    page.wait_for_selector("mark")
    page.locator("a.issue").first.click()
    assert page.url.rpartition("#a-")[1]
    assert page.locator(f"[id='a-{ARTICLES[0].id}']").is_visible()
    assert not [line for line in refused if "Content Security Policy" in line], refused
    page.locator(".archive-bar a.join").click()
    page.wait_for_selector("#email")
    context.close()
