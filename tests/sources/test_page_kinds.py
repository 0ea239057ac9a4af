"""Pages of journals, with lazy pictures, of layout tables, in wrong charsets, and of scripts alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import page
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake
from alerts.text.lazy_pictures import picture_address

HERE = "https://p.example/news/1"
TEXT = (
    "The regional report says that arrests fell by half after the reform of last year in three of the "
    "five countries."
)


def _article(body: str, head: str = "", language: str = "en", content_type: str = "") -> Article:
    whole = f"<!doctype html><html lang={language}><head>{head}</head><body>{body}</body></html>"
    intake = Intake(Source(1, HERE, SourceKind.PAGE), Settings(root=Path(".")))
    found = page.read(Fetched(HERE, HERE, whole.encode(), content_type or "text/html"), intake)
    return found.articles[0]


def _meta(**values: str) -> str:
    return "".join(f'<meta name="{name}" content="{said}">' for name, said in values.items())


def test_a_journal_says_what_it_is_in_citation_names() -> None:
    title = "Opioid agonist treatment in prisons: a systematic review"
    abstract = (
        "Background: Treatment in prisons reduces deaths after release. Methods: We searched."
    )
    head = f"<title>{title} | Journal of Policy | ScienceDirect</title>" + _meta(
        citation_title=title, citation_author="Doe, Jane", citation_journal_title="Journal of Policy",
        citation_online_date="2026/10/08", citation_publication_date="2026/11",
        citation_doi="10.1016/j.drugpo.2026.000001", citation_abstract=abstract,
        citation_keywords="prison; treatment",
    )  # fmt: skip
    found = _article(f'<div id="app"><h1>{title}</h1></div>', head)
    assert (found.title, found.summary, found.author) == (title, abstract, "Journal of Policy")
    assert found.published == datetime(2026, 10, 8, 12, tzinfo=UTC)
    assert "doi:10.1016/j.drugpo.2026.000001" in found.marks
    assert found.tags == ("prison", "treatment")


def test_dublin_core_is_read() -> None:
    head = (
        '<title>x</title><meta name="DC.title" content="Report on rights">'
        f'<meta name="DCTERMS.abstract" content="{TEXT}"><meta name="DC.publisher" content="Institute">'
        '<meta name="DC.date.issued" content="2026-10-08">'
    )
    found = _article("<div></div>", head)
    assert (found.title, found.summary, found.author) == ("Report on rights", TEXT, "Institute")
    assert found.published == datetime(2026, 10, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "picture",
    [
        '<img class="lazyload" src="data:image/gif;base64,R0lGOD" data-src="/real.jpg" alt="Real">',
        '<img src="/img/placeholder.png" data-lazy-src="/real.jpg" alt="Real">',
        '<img src="data:image/gif;base64,R0lGOD"><noscript><img src="/real.jpg" alt="Real"></noscript>',
        '<img data-srcset="/small.jpg 300w, /real.jpg 1200w" alt="Real">',
        '<img src="/icons/logo.png" alt="Logo"><img src="/real.jpg" alt="Real">',
        '<img src="/dot.jpg" width="20" height="20"><img src="/real.jpg" alt="Real">',
    ],
)
def test_the_picture_of_an_article_is_found(picture: str) -> None:
    found = _article(f"<article><h1>Lazy picture page</h1>{picture}<p>{TEXT}</p></article>")
    assert found.image is not None
    assert (found.image.url, found.image.alt) == ("https://p.example/real.jpg", "Real")


def test_pictures_around_an_article_are_not_its_own() -> None:
    aside = '<aside><img src="/other.jpg"></aside>'
    assert _article(f"<article><h1>A page</h1><p>{TEXT}</p>{aside}</article>").image is None
    assert picture_address({"src": "data:image/gif;base64,R0lGOD"}) == ""


def test_a_page_of_metadata_alone_is_read() -> None:
    head = (
        '<title>Rapport annuel | ONG</title><meta property="og:title" content="Rapport annuel 2026">'
        '<meta property="og:description" content="Le rapport présente les résultats de douze pays.">'
        '<meta property="og:image" content="https://o.example.org/a.jpg">'
    )
    found = _article('<div id="app"></div>', head, "fr")
    assert (found.title, found.language) == ("Rapport annuel 2026", "fr")
    assert found.summary == "Le rapport présente les résultats de douze pays."
    assert found.image is not None


def test_a_table_that_places_things_is_no_table() -> None:
    cells = (
        f'<tr><td><img src="/a.gif"></td><td><h2>News from the office</h2><p>{TEXT}</p></td></tr>'
    )
    found = _article(f"<table>{cells}</table>", "<title>Office news</title>")
    assert (found.title, found.summary) == ("Office news", TEXT)


def test_utf8_that_calls_itself_latin_is_read_as_what_it_is() -> None:
    said = "Die Prüfung der Gebühren für Häuser in Zürich führt zu Änderungen, sagte Müller am Mittwoch."
    head = '<meta charset="iso-8859-1"><title>Müller für Öffnung</title>'
    found = _article(f"<article><h1>Müller für Öffnung</h1><p>{said}</p></article>", head, "de")
    assert (found.title, found.summary) == ("Müller für Öffnung", said)


def test_a_page_of_a_script_alone_is_no_article() -> None:
    body = (
        '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>'
    )
    with pytest.raises(InputError, match="no article found"):
        _article(body, "<title>React App</title>")
