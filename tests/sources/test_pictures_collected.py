"""Pictures of articles as they are collected: fetched once, kept, told of once, never a failure."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from alerts.config.declarations import AlertSettings, Funder, SourcesSettings
from alerts.config.picture_declarations import PicturesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.month import Month
from alerts.domain.picture import PictureKind, PictureUse
from alerts.sources.collect import collect
from alerts.sources.collected import Collected
from alerts.sources.fetch import Fetcher
from alerts.store import articles, issues, picture_originals, pictures, transaction
from alerts.store import sources as store
from tests.drawn import drawing, file_of, photograph
from tests.http_server import Site, reply

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
OCTOBER = Month(2026, 10)
PHOTOGRAPH = file_of(photograph(1400, 900))
DRAWING = file_of(drawing(1400, 900), "PNG")


def _settings(root: Path, alert: AlertSettings | None = None, **chosen: Any) -> Settings:
    return Settings(
        root=root,
        alert=alert or AlertSettings(),
        sources=SourcesSettings(allow_private=True, retries=0),
        pictures=PicturesSettings(**{"timeout": timedelta(minutes=2), **chosen}),
    )


def _feed(web: Site, db: Database, *shown: str) -> None:
    """A feed whose articles have these pictures."""
    items = "".join(
        f"<item><title>Story {n}</title><link>https://a.example/{n}</link>"
        f"<pubDate>{n:02} Oct 2026 10:00:00 GMT</pubDate>"
        f"<enclosure url='{url}' type='image/jpeg' length='1'/></item>"
        for n, url in enumerate(shown, 1)
    )
    web.serve(
        "/f.xml", f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>".encode()
    )
    store.add(db, Source(0, web.url("/f.xml"), SourceKind.FEED), NOW)


def _collect(db: Database, settings: Settings, now: datetime = NOW) -> Collected:
    return collect(db, settings, OCTOBER, now, fetcher=Fetcher(settings, sleep=lambda _: None))


def _uses(db: Database, url: str, focus: str = "") -> set[PictureUse]:
    found = picture_originals.prepared(db).get((url, PictureKind.STORY, focus))
    return set(found.versions) if found else set()


def _asked(web: Site, path: str) -> list[dict[str, str]]:
    return [headers for asked, headers in web.requests if asked == path]


def test_a_picture_is_fetched_with_its_article_and_costs_nothing_when_it_is_unchanged(
    web: Site, db: Database, tmp_path: Path
) -> None:
    def conditional(request: Any) -> None:
        known = request.headers.get("If-None-Match") == '"one"'
        reply(request, b"" if known else PHOTOGRAPH, 304 if known else 200, {"ETag": '"one"'})

    web.plan["/p.jpg"] = conditional
    _feed(web, db, web.url("/p.jpg"))
    settings = _settings(tmp_path)
    first = _collect(db, settings)
    assert (first.failed, first.notes) == ([], [])
    assert _uses(db, web.url("/p.jpg")) == {PictureUse.LEAD, PictureUse.CARD, PictureUse.THUMB}
    before = picture_originals.prepared(db)
    web.serve("/f.xml", b"", 304)
    again = _collect(db, settings, NOW + timedelta(days=1))
    assert again.notes == []
    assert picture_originals.prepared(db) == before
    assert [asked.get("if-none-match") for asked in _asked(web, "/p.jpg")] == [None, '"one"']
    assert "image/webp" in _asked(web, "/p.jpg")[0]["accept"]


def test_a_server_without_validators_is_asked_once_a_week(
    web: Site, db: Database, tmp_path: Path
) -> None:
    _feed(web, db, web.serve("/p.png", DRAWING))
    for days in (0, 1, 6, 7, 8):
        _collect(db, _settings(tmp_path), NOW + timedelta(days=days))
    assert len(_asked(web, "/p.png")) == 2


def test_a_picture_that_cannot_be_shown_is_told_once_and_fails_nothing(
    web: Site, db: Database, tmp_path: Path
) -> None:
    small = web.serve("/small.jpg", file_of(photograph(102, 68)))
    svg = web.serve("/art.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", ETag='"s"')
    gone = web.url("/gone.jpg")
    fine = web.serve("/fine.jpg", PHOTOGRAPH)
    _feed(web, db, small, svg, gone, fine)
    first = _collect(db, _settings(tmp_path))
    assert (first.failed, first.new) == ([], 4)
    told = "\n".join(first.notes)
    assert "“Story 1”: its picture is not shown: " in told
    assert "has 102×68 pixels" in told
    assert "is SVG or a page" in told
    assert "answered 404" in told
    assert len(first.notes) == 3
    assert _uses(db, fine)
    assert _collect(db, _settings(tmp_path), NOW + timedelta(days=8)).notes == []
    faults = picture_originals.faults(db)
    assert faults.keys() == {(url, PictureKind.STORY) for url in (small, svg, gone)}


def test_what_was_shown_once_stays_when_its_site_has_lost_it(
    web: Site, db: Database, tmp_path: Path
) -> None:
    url = web.serve("/p.jpg", PHOTOGRAPH, ETag='"one"')
    _feed(web, db, url)
    _collect(db, _settings(tmp_path))
    web.plan["/p.jpg"] = lambda request: reply(request, b"gone", 410, {})
    assert _collect(db, _settings(tmp_path), NOW + timedelta(days=9)).notes == []
    assert _uses(db, url)
    web.serve("/p.jpg", DRAWING, ETag='"two"')
    before = picture_originals.prepared(db)
    _collect(db, _settings(tmp_path), NOW + timedelta(days=10))
    assert picture_originals.prepared(db) != before


def test_another_focus_needs_no_fetch(web: Site, db: Database, tmp_path: Path) -> None:
    url = web.serve("/p.jpg", file_of(photograph(1000, 1500)), ETag='"one"')
    _feed(web, db, url)
    _collect(db, _settings(tmp_path))
    (article,) = articles.of_month(db, OCTOBER)
    web.plan["/p.jpg"] = lambda request: reply(request, b"down", 503, {})
    articles.edit(db, article.id, {"image": {"url": url, "alt": "", "focus": "50,90"}}, NOW)
    assert _collect(db, _settings(tmp_path), NOW + timedelta(days=9)).notes == []
    found = picture_originals.prepared(db)
    assert {key[2] for key in found} == {"50,90"}
    assert _uses(db, url, "50,90")


def test_time_is_limited_for_each_picture_and_for_all(
    web: Site, db: Database, tmp_path: Path
) -> None:
    def never(request: Any) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(PHOTOGRAPH[:1000])
        request.wfile.flush()
        web.stopping.wait(20)

    web.plan["/slow.jpg"] = never
    _feed(web, db, web.url("/slow.jpg"))
    result = _collect(db, _settings(tmp_path, timeout=timedelta(seconds=1)))
    assert (result.failed, result.new) == ([], 1)
    assert "not read within 1 s (pictures.timeout)" in result.notes[0]


def test_what_is_left_when_the_time_is_over_waits_for_the_next_collection(
    web: Site, db: Database, tmp_path: Path
) -> None:
    _feed(web, db, web.serve("/p.jpg", PHOTOGRAPH))
    none = timedelta(microseconds=1)
    (told,) = _collect(db, _settings(tmp_path, timeout_in_all=none)).notes
    assert told.startswith("1 picture not fetched within ")
    assert _collect(db, _settings(tmp_path)).notes == []
    assert _uses(db, web.url("/p.jpg"))


def test_no_picture_is_fetched_from_a_private_network(
    web: Site, db: Database, tmp_path: Path
) -> None:
    _feed(web, db, web.serve("/p.jpg", PHOTOGRAPH))
    _collect(db, _settings(tmp_path, delivery="source"))
    assert _asked(web, "/p.jpg") == []
    guarded = Settings(root=tmp_path, sources=SourcesSettings(retries=0))
    result = collect(db, guarded, OCTOBER, NOW, fetcher=Fetcher(guarded, sleep=lambda _: None))
    assert "is not a public address" in result.notes[-1]
    assert _asked(web, "/p.jpg") == []


def test_no_pictures_of_articles_are_fetched_where_none_are_wanted(
    web: Site, db: Database, tmp_path: Path
) -> None:
    _feed(web, db, web.serve("/p.jpg", PHOTOGRAPH))
    _collect(db, _settings(tmp_path, delivery="none"))
    assert _asked(web, "/p.jpg") == []


def test_logos_are_kept_too_and_may_be_files_of_the_project(
    web: Site, db: Database, tmp_path: Path
) -> None:
    (tmp_path / "logo.png").write_bytes(DRAWING)
    alert = AlertSettings(logo="logo.png")
    settings = _settings(tmp_path, alert)
    funders = (
        Funder("A", "", web.serve("/a.png", DRAWING)),
        Funder("B", "", "../outside.png"),
        Funder("C", "", "missing.png"),
    )
    settings = Settings(root=tmp_path, alert=alert, sources=settings.sources, funders=funders)
    (tmp_path.parent / "outside.png").write_bytes(DRAWING)
    result = _collect(db, settings)
    logos = {url for url, kind, _ in picture_originals.prepared(db) if kind is PictureKind.LOGO}
    assert logos == {"file:logo.png", web.url("/a.png")}
    assert result.notes == ["funders, C: its picture is not shown: missing.png: no such file"]


def test_what_no_open_issue_shows_is_deleted_and_a_frozen_one_keeps_its_own(
    web: Site, db: Database, tmp_path: Path
) -> None:
    urls = [web.serve(f"/{n}.png", file_of(drawing(300 + n, 200), "PNG")) for n in range(3)]
    _feed(web, db, *urls)
    _collect(db, _settings(tmp_path))
    first, second, third = articles.of_month(db, OCTOBER)
    before = picture_originals.prepared(db)
    version = before[urls[1], PictureKind.STORY, ""].versions[PictureUse.THUMB]
    frozen = pictures.get(db, version.name)
    assert frozen is not None
    with transaction(db):
        pictures.freeze(db, issues.begin(db, Month(2026, 8), NOW), [frozen])
        articles.edit(db, first.id, {"image": None}, NOW)
        articles.edit(db, second.id, {"image": None}, NOW)
        articles.edit(db, third.id, {"excluded": True}, NOW)
    _collect(db, _settings(tmp_path))
    assert {url for url, _, _ in picture_originals.prepared(db)} == {urls[2]}
    assert pictures.get(db, version.name) == frozen
    assert pictures.of_issue(db, Month(2026, 8)) == {version.name: frozen}
    gone = before[urls[0], PictureKind.STORY, ""].versions[PictureUse.THUMB]
    assert pictures.get(db, gone.name) is None
