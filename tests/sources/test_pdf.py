"""PDF reports: what their first pages say, and a line for each file that cannot be read."""

import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.config.declarations import SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import pdf
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake, SourceContent
from tests.conftest import Alerts
from tests.http_server import Site
from tests.pdf_files import Sized, file_of, made

HERE = "https://r.example/files/report.pdf"
TITLE = [(30.0, "Evictions in the time"), (30.0, "of rent freezes")]
ABSTRACT = (
    "This report examines how rent freezes changed the number of evic-",
    "tions in seven countries between 2020 and 2026. It finds that evictions",
    "fell by a third where courts could suspend them.",
)
SUMMARY = (
    "This report examines how rent freezes changed the number of evictions in seven countries between "
    "2020 and 2026. It finds that evictions fell by a third where courts could suspend them."
)


def _body(*lines: str) -> list[Sized]:
    return [(11.0, line) for line in lines]


def _content(octets: bytes, url: str = HERE) -> SourceContent:
    intake = Intake(Source(1, HERE, SourceKind.PDF), Settings(root=Path(".")))
    return pdf.read(Fetched(url, url, octets, "application/pdf"), intake)


def _read(octets: bytes) -> Article:
    article: Article
    (article,) = _content(octets).articles
    return article


def test_a_report_is_read_by_its_own_pages() -> None:
    cover = [(60.0, "2026"), (12.0, "Housing Rights Network"), *TITLE, (12.0, "12 October 2026")]
    contents = _body("Contents", "Executive summary", "1 Introduction", "2 What courts decided")
    inner = [
        (16.0, "Executive summary"),
        *_body(*ABSTRACT, "1 Introduction", "Nothing of it is here."),
    ]
    told = {"Title": "Microsoft Word - report_final.docx", "Author": "Housing Rights Network;Owner",
            "CreationDate": "D:20261014090000+02'00'"}  # fmt: skip
    article = _read(made([cover, contents, inner], told, "en-GB"))
    assert article.title == "Evictions in the time of rent freezes"
    assert article.summary == SUMMARY
    assert (article.author, article.pages, article.url) == ("Housing Rights Network", 3, HERE)
    assert (article.language, article.guessed) == ("en", False)
    assert article.published is not None
    assert article.published.date().isoformat() == "2026-10-12"


@pytest.mark.parametrize(
    "told",
    ["", "untitled", "Microsoft Word - report_final.docx", "Document1", "PowerPoint Presentation",
     "report_v3_FINAL.indd", "Template for annual accounts of 2019", "12345", "Slide 1", "Evictions"],
)  # fmt: skip
def test_a_title_of_the_metadata_is_not_believed_by_itself(told: str) -> None:
    article = _read(made([[*TITLE, *_body(*ABSTRACT)]], {"Title": told}))
    assert article.title == "Evictions in the time of rent freezes"


@pytest.mark.parametrize(
    ("cover", "told", "title"),
    [
        # confirmed by the page, and whole where the page divides it by size
        ([(24.0, "Evictions in the time"), (14.0, "of rent freezes")],
         "Evictions in the time of rent freezes",
         "Evictions in the time of rent freezes"),
        # a number and a lone word are bigger, and are no title
        ([(80.0, "2026"), (40.0, "REPORT"), *TITLE], "", "Evictions in the time of rent freezes"),
        # nothing is bigger than the text: its beginning
        (_body("A short note on evictions"), "", "A short note on evictions"),
    ],
)  # fmt: skip
def test_the_title(cover: list[Sized], told: str, title: str) -> None:
    inner = _body("Words of another page, which has some sentences, too, and is long enough.")
    assert _read(made([cover, inner], {"Title": told})).title.startswith(title)


@pytest.mark.parametrize(
    "heading",
    ["Abstract", "EXECUTIVE SUMMARY", "1. Summary", "Summary:", "Key findings", "Resumen ejecutivo",
     "Résumé exécutif", "Síntesis", "Sumário executivo", "Zusammenfassung"],
)  # fmt: skip
def test_the_abstract_is_found_in_the_languages_of_reports(heading: str) -> None:
    before = _body("All rights reserved. ISBN 978-3-16-148410-0. Suggested citation: nobody, 2026.")
    pages = [[*TITLE, *before], [(14.0, heading), *_body(*ABSTRACT)]]
    article = _read(made(pages, language="pt"))
    assert (article.summary, article.language) == (
        SUMMARY,
        "en",
    )  # the file declares what it is not
    assert "isbn:9783161484100" in article.marks


def test_an_abstract_goes_on_in_its_line_or_the_first_sentences_stand_for_it() -> None:
    first, *rest = ABSTRACT
    assert _read(made([[*TITLE, *_body(f"Abstract: {first}", *rest)]])).summary == SUMMARY
    legal = _body(
        "© 2026 The publisher. All rights reserved. No part of it may be reproduced by anyone."
    )
    without = _read(made([TITLE, legal, _body(*ABSTRACT)]))
    assert without.summary == SUMMARY


def test_authors_and_dates_that_the_pages_do_not_confirm_are_left_out() -> None:
    told = {"Author": "Secretary Of Somebody", "CreationDate": "D:20261014090000Z"}
    article = _read(made([[*TITLE, (11.0, "Court of 3 May 1999"), *_body(*ABSTRACT)]], told))
    assert article.author == ""
    assert article.published is not None
    assert article.published.date().isoformat() == "2026-10-14"
    assert (
        _read(made([[*TITLE, *_body(*ABSTRACT)]], {"CreationDate": "yesterday"})).published is None
    )


def _page_of(content: bytes, more: str = "", filters: str = "") -> bytes:
    """A file of one page with that content stream."""
    filtered = f" /Filter {filters}" if filters else ""
    return file_of([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(content), filtered.encode(), content),
    ], more=more)  # fmt: skip


GOOD = made([[*TITLE, *_body(*ABSTRACT)]])
LOCKED = (
    " /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"
    + "41" * 32
    + "> /U <"
    + "42" * 32
    + "> >>"
    " /ID [<00> <00>]"
)
SELF_PARENT = file_of([
    b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"
])  # fmt: skip


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (_page_of(b"q 9 0 0 9 0 0 cm /Im0 Do Q"), "without text, such as a scan"),
        (_page_of(b"BT ET", LOCKED), "locked with a password"),
        (GOOD[:40], "a broken PDF"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "a broken PDF"),
        (GOOD.replace(b"/Kids [4 0 R]", b"/Kids [9 0 R]"), "PDF"),
        (SELF_PARENT, "PDF"),
        (file_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 99 >>"]), "PDF"),
        (_page_of(zlib.compress(bytes(400_000_000)), filters="/FlateDecode"), "PDF"),
        (_page_of(zlib.compress(zlib.compress(bytes(300_000_000))), filters="[/FlateDecode /FlateDecode]"),
         "PDF"),
    ],
    ids=["scan", "locked", "torn", "noise", "no page", "circle", "no pages", "bomb", "double bomb"],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(octets: bytes, why: str) -> None:
    with pytest.raises(InputError) as raised:
        _content(octets)
    assert str(raised.value).startswith(f"{HERE}: ")
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


def test_pages_that_take_too_long_are_told() -> None:
    many = made([[(1.0, "word")] * 100_000])
    limits = SourcesSettings(timeout=timedelta(seconds=1))
    intake = Intake(Source(1, HERE, SourceKind.PDF), Settings(root=Path("."), sources=limits))
    with pytest.raises(InputError, match="take too long to read"):
        pdf.read(Fetched(HERE, HERE, many), intake)


def test_a_file_whose_table_is_torn_off_is_read() -> None:
    torn = GOOD[: GOOD.rindex(b"xref\n0")] + b"trailer\n<< /Root 1 0 R >>\n"
    assert _read(torn).title == "Evictions in the time of rent freezes"
    assert _read(b"junk of a server\r\n" + GOOD).title == "Evictions in the time of rent freezes"


def test_reports_are_collected_from_listings_feeds_and_addresses(
    project: Path, alerts: Alerts, web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    names = ("Tenants in court", "Homes without heating", "Rents after the war", "A right to housing",
             "Evicting families", "Who owns the city")  # fmt: skip
    rows = ""
    for number, name in enumerate(names):
        lines = [(30.0, f"{name} and what follows"), *_body(*ABSTRACT, f"Its number is {number}.")]
        body = made([lines], {"Title": "untitled", "CreationDate": f"D:202610{number + 10}120000Z"})
        web.serve(f"/r/{number}.pdf", body, content_type="application/pdf")
        rows += f"<li><h3><a href='/r/{number}.pdf'>{name} and what follows</a></h3></li>"
    web.serve("/r/2.pdf", _page_of(b"q Q"), content_type="application/pdf")
    web.serve("/r/3.pdf", GOOD[:50], content_type="application/pdf")
    page = f"<!doctype html><html lang=en><title>Reports</title><main><ul>{rows}</ul></main>"
    listing = web.serve("/reports", page.encode(), content_type="text/html")
    bare = web.serve("/one.pdf", made([[(30.0, "Only named in a feed"), *_body(*ABSTRACT)]]))
    said = web.serve("/two.pdf", made([[(30.0, "Another title of the file"), *_body("x" * 60)]]))
    entries = (
        f"<item><title>one.pdf</title><link>{bare}</link><pubDate>05 Oct 2026 10:00:00 GMT</pubDate></item>"
        f"<item><title>Said in the feed</title><link>{said}</link>"
        "<description>Words of the feed.</description><pubDate>06 Oct 2026 10:00:00 GMT</pubDate></item>"
    )
    feed = "<rss version='2.0'><channel><title>F</title><language>en</language>{}</channel></rss>"
    web.serve("/feed", feed.format(entries).encode())
    lone = web.serve("/lone.pdf", made([[(30.0, "A source of its own"), *_body(*ABSTRACT)]]))
    added = web.serve("/added.pdf", made([[(30.0, "Added by an editor"), *_body(*ABSTRACT)]]))

    assert alerts("source", "add", listing).stderr.endswith("added as a listing\n")
    assert alerts("source", "add", web.url("/feed"), "--section", "publications").code == 0
    assert alerts("source", "add", lone).stderr.endswith("added as a pdf\n")
    got = alerts("collect", "--month", "2026-10")
    assert f"{web.url('/r/2.pdf')}: a PDF without text" in got.stderr
    assert f"{web.url('/r/3.pdf')}: a broken PDF" in got.stderr
    assert alerts("article", "add", added, "--month", "2026-10").code == 0

    def months() -> dict[str, tuple[str, int | None]]:
        kept = alerts("article", "list", "--month", "2026-10", "--json").json
        return {a["title"]: (a["summary"][:12], a.get("pages")) for a in kept}

    expected: dict[str, tuple[str, int | None]] = {
        f"{names[n]} and what follows": ("This report ", 1) for n in (0, 1, 4, 5)
    }
    read = ("Only named in a feed", "A source of its own", "Added by an editor")
    expected |= dict.fromkeys(read, ("This report ", 1))
    expected["Said in the feed"] = ("Words of the", None)
    assert months() == expected
    more = "<item><title>Third</title><link>https://f.example/3</link></item>"
    web.serve(
        "/feed", feed.format(entries + more).encode()
    )  # the file is known, and is not read again
    asked = len([path for path, _ in web.requests if path == "/one.pdf"])
    assert "0 updated" in alerts("collect", "--month", "2026-10").stdout
    assert len([path for path, _ in web.requests if path == "/one.pdf"]) == asked
    assert {k: v for k, v in months().items() if k != "Third"} == expected
    assert "(PDF, 1 page)" in alerts("source", "check", lone).stdout
