"""Google Sheets by the address of a browser: its CSV export, or a remedy where it is not shared."""

from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from alerts.config.declarations import SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.month import Month
from alerts.sources.collect import collect
from alerts.sources.collected import Collected
from alerts.sources.fetch import Fetcher
from alerts.sources.reader import ReadingScope, SourceReader
from alerts.sources.sheets import export_of
from alerts.store import articles
from alerts.store import sources as store
from tests.factories import NOW
from tests.http_server import Site

G = "https://docs.google.com/spreadsheets"
ID = "1aBcD_efGhIjKlMnOpQrStUvWxYz-0123456789"
PUB = "2PACX-1vT_abcdefghijklmnop"
CSV = f"{G}/d/{ID}/export?format=csv"


@pytest.mark.parametrize(
    ("location", "export"),
    [
        (f"{G}/d/{ID}/edit#gid=0", f"{CSV}&gid=0"),
        (f"{G}/d/{ID}/edit?gid=77#gid=77", f"{CSV}&gid=77"),
        (f"{G}/d/{ID}/edit?usp=sharing", CSV),
        (f"{G}/d/{ID}/edit?usp=sharing&resourcekey=0-ab#gid=5", f"{CSV}&gid=5&resourcekey=0-ab"),
        (f"{G}/d/{ID}", CSV),
        (f"{G}/d/{ID}/", CSV),
        (f"{G}/u/1/d/{ID}/view", CSV),
        (f"{G}/d/{ID}/htmlview?gid=9", f"{CSV}&gid=9"),
        (f"{G}/d/{ID}/export?format=xlsx&gid=9", f"{CSV}&gid=9"),
        (f"{CSV}&gid=9", f"{CSV}&gid=9"),
        (f"{G}/d/e/{PUB}/pubhtml", f"{G}/d/e/{PUB}/pub?output=csv"),
        (f"{G}/d/e/{PUB}/pub?gid=3&single=true&output=csv",
         f"{G}/d/e/{PUB}/pub?output=csv&gid=3&single=true"),
        (f"{G}/d/e/{PUB}/pub?output=csv", f"{G}/d/e/{PUB}/pub?output=csv"),
        (f"{G}/d/{ID}/edit#gid=evil&x=1", CSV),
    ],
)  # fmt: skip
def test_every_address_of_a_sheet_leads_to_its_export(location: str, export: str) -> None:
    assert export_of(location) == export
    assert export_of(export) == export


@pytest.mark.parametrize(
    "location",
    ["https://example.org/a.csv", f"https://docs.google.com.evil.example/spreadsheets/d/{ID}/edit",
     "https://docs.google.com/document/d/1aBcD_efGhIjKlMn/edit", "news/list.csv", f"{G}/"],
)  # fmt: skip
def test_any_other_location_stays(location: str) -> None:
    assert export_of(location) == location


class _Google:
    """The servers of Google, played by one on loopback."""

    def __init__(self, web: Site, root: Path) -> None:
        self.web = web
        limits: dict[str, Any] = {"allow_private": True, "retries": 0}
        self.settings = Settings(root=root, sources=SourcesSettings(**limits))
        self.fetcher = Fetcher(self.settings, resolve=lambda *_: ["127.0.0.1"])
        self.sheet = f"http://docs.google.com:{web.port}/spreadsheets/d/{ID}/edit#gid=4"
        self.export = f"/spreadsheets/d/{ID}/export?format=csv&gid=4"

    def collected(self, db: Database) -> Collected:
        return collect(db, self.settings, Month(2026, 10), NOW, fetcher=self.fetcher)


@pytest.fixture
def google(web: Site, tmp_path: Path) -> _Google:
    return _Google(web, tmp_path)


ROWS = (
    b"url,title,published\nhttps://a.example/1,One,2026-10-05\nhttps://a.example/2,Two,2026-10-06\n"
)


def test_a_shared_sheet_is_a_table(google: _Google, db: Database) -> None:
    google.web.serve("/file", ROWS, content_type="text/csv; charset=utf-8")
    google.web.serve(
        google.export, b"", 307, Location=google.web.url("/file", "sheets.googleusercontent.com")
    )
    with SourceReader(google.settings, google.fetcher, ReadingScope()) as reader:
        assert reader.detect(google.sheet) == SourceKind.TABLE
        assert len(reader.check(google.sheet, None).articles) == 2
    store.add(db, Source(0, google.sheet, SourceKind.TABLE), NOW)
    for new, known in ((2, 0), (0, 2)):
        got = google.collected(db)
        assert (got.new, got.unchanged, got.moved, got.failed) == (new, known, [], [])
    assert [one.title for one in articles.of_month(db, Month(2026, 10))] == ["One", "Two"]


SIGN_IN = b"<!doctype html><html><title>Sign in - Google Accounts</title><form>"


@pytest.mark.parametrize("how", ["redirect", "page", "401", "403", "404"])
def test_a_sheet_that_is_not_shared_says_what_to_do(
    how: str, google: _Google, db: Database
) -> None:
    web = google.web
    if how == "redirect":
        web.serve("/v3/signin", SIGN_IN, content_type="text/html")
        web.serve(google.export, b"", 302, Location=web.url("/v3/signin", "accounts.google.com"))
    elif how == "page":
        web.serve(google.export, SIGN_IN, content_type="text/html; charset=utf-8")
    else:
        web.serve(google.export, b"no", int(how))
    store.add(db, Source(0, google.sheet, SourceKind.TABLE), NOW)
    (failure,) = google.collected(db).failed
    assert failure.reason.startswith(
        f"{google.sheet}: this sheet is not shared; in Google Sheets: Share"
    )
