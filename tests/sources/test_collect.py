"""Collecting: sources to articles of the right month, twice the same as once, edits untouched."""

from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from alerts.config.declarations import SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.month import Month
from alerts.sources.collect import collect
from alerts.sources.fetch import Fetcher
from alerts.sources.late import filed
from alerts.store import articles, stamp, transaction
from alerts.store import sources as store
from tests.conftest import Alerts
from tests.http_server import Site, bomb, reply

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
OCTOBER = Month(2026, 10)


def _settings(root: Path, **limits: object) -> Settings:
    chosen = {"allow_private": True, "retries": 0, **limits}
    return Settings(root=root, sources=SourcesSettings(**chosen))  # type: ignore[arg-type]


def _rss(*items: tuple[str, str, str], language: str = "") -> bytes:
    inner = "".join(
        f"<item><title>{title}</title><link>{link}</link><pubDate>{day} Oct 2026 10:00:00 GMT</pubDate></item>"  # noqa: E501
        for title, link, day in items
    )
    return f"<rss version='2.0'><channel><title>F</title><language>{language}</language>{inner}</channel></rss>".encode()  # noqa: E501


def _add(
    db: Database, location: str, kind: SourceKind = SourceKind.FEED, language: str = ""
) -> None:
    assert store.add(db, Source(0, location, kind, language=language), NOW)


def _freeze(db: Database, month: Month, state: str = "queued") -> None:
    db.conn.execute(
        "INSERT INTO secrets (id, secret, created_at) VALUES (1, zeroblob(32), '') ON CONFLICT DO NOTHING"
    )
    db.conn.execute(
        """INSERT INTO issues (month, state, content, frame, secret_id, created_at, queued_at)
           VALUES (?, ?, '{}', '{}', 1, ?, ?)
           ON CONFLICT (month) DO UPDATE SET state = excluded.state, content = '{}', frame = '{}',
               secret_id = 1, queued_at = excluded.queued_at""",
        (str(month), state, stamp(NOW), stamp(NOW)),
    )


def _counts(
    db: Database, settings: Settings, month: Month = OCTOBER
) -> tuple[int, int, int, list[str]]:
    got = collect(db, settings, month, NOW, fetcher=Fetcher(settings, sleep=lambda _: None))
    return got.new, got.updated, got.unchanged, [f.reason for f in got.failed]


# --- the month of an article ----------------------------------------------------------------------

DAYS_31 = timedelta(days=31)


def test_an_article_belongs_to_the_month_of_its_date_in_the_alerts_time_zone() -> None:
    moment = datetime(2026, 11, 1, 3, tzinfo=UTC)
    for zone, month in (
        ("UTC", Month(2026, 11)),
        ("America/Bogota", OCTOBER),
        ("Asia/Tokyo", Month(2026, 11)),
    ):
        assert filed(moment, Month(2026, 1), ZoneInfo(zone), (), DAYS_31).month == month


def test_an_article_without_a_date_joins_the_month_collected_for() -> None:
    assert filed(None, OCTOBER, ZoneInfo("UTC"), (), DAYS_31).month == OCTOBER
    late = filed(None, OCTOBER, ZoneInfo("UTC"), {OCTOBER}, timedelta(0))
    assert (late.month, late.left_out) == (Month(2026, 11), False)


def test_a_late_article_joins_the_first_open_month_and_is_left_out_if_it_is_too_old() -> None:
    published = datetime(2026, 10, 20, tzinfo=UTC)
    november, december = Month(2026, 11), Month(2026, 12)
    cases = [
        (set(), 31, OCTOBER, False), ({OCTOBER}, 31, november, False), ({OCTOBER}, 12, november, False),
        ({OCTOBER}, 11, november, True), ({OCTOBER, november}, 31, december, True),
        ({OCTOBER, november}, 42, december, False), ({november}, 31, OCTOBER, False),
    ]  # fmt: skip
    for closed, days, month, left_out in cases:
        got = filed(published, OCTOBER, ZoneInfo("UTC"), closed, timedelta(days=days))
        assert (got.month, got.left_out) == (month, left_out), (closed, days)


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe"])
def test_a_change_of_clocks_makes_no_article_older(zone: str, month: int) -> None:
    here = ZoneInfo(zone)
    own = Month(2026, month)
    published = datetime(2026, month, 1, 0, 10, tzinfo=here).astimezone(UTC)
    got = filed(published, own, here, {own}, DAYS_31)
    assert (got.own, got.month, got.left_out) == (own, own.plus(1), False)


# --- twice is once --------------------------------------------------------------------------------


def test_collecting_twice_changes_nothing(tmp_path: Path, db: Database, web: Site) -> None:
    _add(
        db,
        web.serve(
            "/f",
            _rss(
                ("A", "https://a.example/1?utm_source=f", "05"), ("B", "https://a.example/2", "06")
            ),
        ),
    )
    settings = _settings(tmp_path)
    assert _counts(db, settings) == (2, 0, 0, [])
    before = list(db.query("SELECT * FROM articles ORDER BY id"))
    assert _counts(db, settings) == (0, 0, 2, [])
    assert list(db.query("SELECT * FROM articles ORDER BY id")) == before
    assert [a.title for a in articles.of_month(db, OCTOBER)] == ["A", "B"]


def test_an_unchanged_feed_is_not_sent_again(tmp_path: Path, db: Database, web: Site) -> None:
    body = _rss(("A", "https://a.example/1", "05"))

    def answer(request: BaseHTTPRequestHandler) -> None:
        known = request.headers.get("If-None-Match") == '"1"'
        reply(request, b"" if known else body, 304 if known else 200, {"ETag": '"1"'})

    web.plan["/f"] = answer
    _add(db, web.url("/f"))
    settings = _settings(tmp_path)
    assert _counts(db, settings) == (1, 0, 0, [])
    assert _counts(db, settings) == (0, 0, 1, [])
    assert web.requests[1][1]["if-none-match"] == '"1"'


def test_only_what_really_changed_is_updated_and_an_editors_word_stays(
    tmp_path: Path, db: Database, web: Site
) -> None:
    _add(
        db,
        web.serve(
            "/f", _rss(("Old", "https://a.example/1", "05"), ("Same", "https://a.example/2", "05"))
        ),
    )
    settings = _settings(tmp_path)
    _counts(db, settings)
    (kept,) = articles.matching(db, "old")
    edits = {"summary": "Mine", "translations": {"es": {"title": "Viejo"}}}
    articles.edit(db, kept.article.id, edits, NOW)
    articles.edit(db, kept.article.id, {"translations": {"es": {"summary": "Mío"}}}, NOW)
    web.serve(
        "/f", _rss(("New", "http://a.example/1/", "07"), ("Same", "https://a.example/2#x", "05"))
    )
    assert _counts(db, settings) == (0, 1, 1, [])
    article = articles.get(db, kept.article.id).article
    assert (article.url, article.title, article.summary) == ("https://a.example/1", "New", "Mine")
    assert (article.translations["es"].title, article.translations["es"].summary) == (
        "Viejo",
        "Mío",
    )


def test_one_page_of_two_sources_is_one_article_and_languages_are_joined(
    tmp_path: Path, db: Database, web: Site
) -> None:
    _add(db, web.serve("/en", _rss(("House", "https://a.example/1", "05"), language="en")))
    _add(db, web.serve("/en2", _rss(("House again", "http://a.example/1/", "06"), language="en")))
    _add(db, web.serve("/es", _rss(("Casa", "https://a.example/1?fbclid=1", "05"), language="es")))
    settings = _settings(tmp_path)
    assert _counts(db, settings) == (1, 1, 1, [])
    for _ in range(2):
        assert _counts(db, settings) == (0, 0, 3, [])
    (article,) = articles.of_month(db, OCTOBER)
    assert (article.title, article.translations["es"].title) == ("House", "Casa")


def test_an_article_keeps_its_month(tmp_path: Path, db: Database, web: Site) -> None:
    _add(db, web.serve("/f", _rss(("A", "https://a.example/1", "05"))))
    settings = _settings(tmp_path)
    _counts(db, settings)
    articles.move(db, articles.of_month(db, OCTOBER)[0].id, Month(2026, 12), NOW)
    web.serve("/f", _rss(("A2", "https://a.example/1", "06")))
    assert _counts(db, settings) == (0, 1, 0, [])
    assert [a.title for a in articles.of_month(db, Month(2026, 12))] == ["A2"]


def test_a_frozen_month_is_left_as_it_is_and_late_articles_join_the_next(
    tmp_path: Path, db: Database, web: Site
) -> None:
    _add(db, web.serve("/f", _rss(("A", "https://a.example/1", "05"))))
    settings = _settings(tmp_path)
    _counts(db, settings)
    _freeze(db, OCTOBER)
    web.serve(
        "/f", _rss(("Changed", "https://a.example/1", "05"), ("Late", "https://a.example/2", "25"))
    )
    assert _counts(db, settings) == (1, 0, 1, [])
    assert [a.title for a in articles.of_month(db, OCTOBER)] == ["A"]
    assert [a.title for a in articles.of_month(db, Month(2026, 11))] == ["Late"]


# --- bad sources ----------------------------------------------------------------------------------


def test_one_bad_source_never_stops_the_others(tmp_path: Path, db: Database, web: Site) -> None:
    web.serve("/big", bytes(200_000))
    web.serve("/bomb", bomb(10), Content_Encoding="gzip")
    web.serve("/circle", b"", 302, Location="/circle")
    web.serve("/500", b"", 500)
    web.serve("/html", b"<!doctype html><p>hello")
    web.serve("/empty", b"")

    def slow(request: BaseHTTPRequestHandler) -> None:
        while not web.stopping.wait(0.05):
            request.wfile.write(b"x")

    web.plan["/slow"] = slow
    bad = {
        "/missing": "404", "/500": "500", "/circle": "circle", "/big": "larger", "/bomb": "larger",
        "/slow": "not read within", "/html": "not a feed", "/empty": "empty",
    }  # fmt: skip
    for number, path in enumerate(bad):
        _add(db, web.url(path))
        _add(
            db,
            web.serve(f"/good{number}", _rss((f"A{number}", f"https://a.example/{number}", "05"))),
        )
    _add(db, web.serve("/broken", _rss(("Broken", "https://a.example/b", "05"))[:-30]))
    _add(db, "http://nowhere.invalid/")
    _add(db, "gone.xml")
    settings = _settings(tmp_path, max_bytes=100_000, timeout=timedelta(seconds=2))
    new, _, _, reasons = _counts(db, settings)
    assert new == len(bad) + 1
    assert len(reasons) == len(bad) + 2
    for words in (*bad.values(), "no such host", "No such file"):
        assert any(words in reason for reason in reasons), words
    assert all("\n" not in reason for reason in reasons)
    faults = [kept.fault for kept in store.kept(db) if kept.fault]
    assert sorted(faults) == sorted(reasons)


def test_which_source_owns_a_page_does_not_hang_on_speed(
    tmp_path: Path, db: Database, web: Site
) -> None:
    def late(request: BaseHTTPRequestHandler) -> None:
        web.plan["/second"]  # noqa: B018, RUF100
        web.stopping.wait(0.1)
        reply(request, _rss(("First", "https://a.example/1", "05")), 200, {})

    web.plan["/first"] = late
    web.serve("/second", _rss(("Second", "https://a.example/1", "05")))
    _add(db, web.url("/first"))
    _add(db, web.url("/second"))
    _counts(db, _settings(tmp_path))
    assert [a.title for a in articles.of_month(db, OCTOBER)] == ["First"]


def test_an_article_added_by_hand_is_not_overwritten_by_a_feed(
    tmp_path: Path, db: Database, web: Site
) -> None:
    with transaction(db):
        assert articles.add(
            db, "https://a.example/1", {"title": "Mine", "language": "en"}, OCTOBER, NOW
        )
    assert articles.add(db, "http://a.example/1", {"title": "Again"}, OCTOBER, NOW) is None
    _add(db, web.serve("/f", _rss(("Theirs", "https://a.example/1", "05"))))
    assert _counts(db, _settings(tmp_path)) == (0, 1, 0, [])
    assert _counts(db, _settings(tmp_path)) == (0, 0, 1, [])
    (article,) = articles.of_month(db, OCTOBER)
    assert (article.title, article.published) == ("Mine", datetime(2026, 10, 5, 10, tzinfo=UTC))


def test_the_command_reports_and_keeps_what_it_got(
    project: Path, alerts: Alerts, web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    assert alerts("collect", "--month", "2026-10").code == 0
    assert (
        alerts("source", "add", web.serve("/f", _rss(("A", "https://a.example/1", "05")))).code == 0
    )
    assert alerts("source", "add", web.url("/gone"), "--kind", "feed").code == 0
    got = alerts("collect", "--month", "2026-10", "--json")
    assert got.code == 1
    reason = f"{web.url('/gone')}: answered 404 Not Found"
    assert got.json == {
        "month": "2026-10", "new": 1, "updated": 0, "unchanged": 0,
        "failed": [{"source": web.url("/gone"), "reason": reason}],
    }  # fmt: skip
    assert reason in got.stderr
    assert alerts("source", "remove", web.url("/gone")).code == 0
    assert (
        alerts("collect", "--month", "2026-10").stdout
        == "2026-10: 0 new, 0 updated, 1 unchanged, 0 failed\n"
    )
