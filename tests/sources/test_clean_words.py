"""Summaries, titles and authors without the words of the software that wrote the feed or table."""

from pathlib import Path

import pytest

from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.sources import feed, table
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake
from alerts.sources.plausible import doubts
from alerts.text.field_labels import without_labels
from alerts.text.plain_text import plain
from alerts.text.site_names import person, without_site

HERE = "https://feeds.example/f.xml"
BODY = "The committee adopted a resolution on prison health on Wednesday after two days of talks."
DRUPAL = f"""
<span class="field field--name-title field--type-string field--label-hidden">Committee adopts</span>
<div class="field field--name-field-image field--type-image"><img src="/p.jpg" alt="Cell door"></div>
<span class="field field--name-uid field--type-entity-reference"><span lang="">editor</span></span>
<span class="field field--name-created field--type-created">Wed, 10/14/2026 - 10:22</span>
<div class="text-formatted field field--name-body field--type-text-with-summary"><p>{BODY}</p></div>
<div class="field field--name-field-tags field--type-entity-reference field--label-above">
<div class="field__label">Tags</div><div class="field__items">Prisons</div></div>"""


def _intake(kind: SourceKind) -> Intake:
    return Intake(Source(1, HERE, kind), Settings(root=Path(".")))


def _feed(title: str, description: str, link: str = "/2026/10/post", more: str = "") -> Article:
    text = description.replace("&", "&amp;").replace("<", "&lt;")
    whole = (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>NGO News</title>"
        f"<link>https://site.example.org/blog/</link><item><title>{title}</title><link>{link}</link>"
        f"<description>{text}</description>{more}</item></channel></rss>"
    )
    document = Fetched(HERE, HERE, whole.encode(), "application/rss+xml")
    return feed.read(document, _intake(SourceKind.FEED)).articles[0]


def test_labels_of_fields_are_left_out_of_summaries() -> None:
    found = _feed("Committee adopts", DRUPAL, more="<dc:creator>editor</dc:creator>")
    assert (found.summary, found.author) == (BODY, "")
    assert found.image is not None
    assert found.image.alt == "Cell door"


@pytest.mark.parametrize(
    "markup",
    [
        f'<div class="field field-name-body field-type-text-with-summary"><p>{BODY}</p></div>'
        '<div class="field field-name-field-tags field-type-taxonomy-term-reference field-label-above">'
        '<div class="field-label">Tags:&nbsp;</div>Prisons</div>',
        '<div class="views-field views-field-created"><span class="views-label">Posted: </span>14 Oct</div>'
        f'<div class="views-field views-field-body"><p>{BODY}</p></div>',
        '<div class="field field--name-field-paragraphs field--type-entity-reference-revisions">'
        f'<div class="field field--name-body"><div class="field__label">Text</div>{BODY}</div></div>',
        '<div class="field__label">Date</div>' + BODY,
    ],
)  # fmt: skip
def test_other_forms_of_fields(markup: str) -> None:
    assert plain(without_labels(markup)) == BODY


def test_other_markup_stays_as_it_is() -> None:
    assert without_labels(f"<p class='text'>{BODY}</p>") == f"<p class='text'>{BODY}</p>"


@pytest.mark.parametrize(
    ("title", "names", "url", "right"),
    [
        ("Law on drugs passes | NGO News", ("NGO News",), "", "Law on drugs passes"),
        ("Law on drugs passes - The Herald", (), "https://herald.example.org/1", "Law on drugs passes"),
        ("Law on drugs passes – El País", (), "https://elpais.example/1", "Law on drugs passes"),
        ("Law passes | News | NGO News", ("NGO News", "News"), "", "Law passes"),
        ("Law on drugs passes - a review", ("NGO News",), "https://ngo.example/1",
         "Law on drugs passes - a review"),
        ("Home | NGO News", ("NGO News",), "", "Home | NGO News"),
    ],
)  # fmt: skip
def test_the_name_of_a_site_is_no_part_of_a_title(
    title: str, names: tuple[str, ...], url: str, right: str
) -> None:
    assert without_site(title, names, url) == right


def test_a_feed_says_what_its_site_is_called() -> None:
    assert _feed("Law on drugs passes | NGO News", BODY).title == "Law on drugs passes"


def test_accounts_are_no_authors() -> None:
    for name in (
        "admin",
        "Administrator",
        "editor",
        "webmaster",
        "root",
        "wp-admin",
        "user1",
        "админ",
    ):
        assert person(name) == "", name
    for name in ("Ana Admin", "Adminton Society", "Editors Without Borders", "Roota"):
        assert person(name) == name


def test_relative_links_and_pictures_are_resolved() -> None:
    found = _feed("A post", f'<img src="figs/a.png"><p>{BODY}</p>')
    assert found.url == "https://site.example.org/2026/10/post"
    assert found.image is not None
    assert found.image.url == "https://site.example.org/2026/10/figs/a.png"
    assert _feed("A post", BODY, "//other.example/1").url == "https://other.example/1"


def test_the_table_of_another_program_is_read() -> None:
    whole = (
        '"Key","Author","Title","Publication Title","DOI","Url","Abstract Note","Date","Manual Tags",'
        '"Language"\n'
        '"A","Doe, Jane","Treatment in prisons","Journal of Policy","10.1016/j.x.2026.1","","It reduces '
        'deaths.","2026-10-08","prison; OAT","en"\n'
        '"B","UNODC","World Drug Report","","","https://example.org/wdr.pdf","It covers five regions.",'
        '"2026-10-05","","English"\n'
    )
    content = table.read(Fetched("", "", whole.encode(), "text/csv"), _intake(SourceKind.TABLE))
    one, two = content.articles
    assert content.faults == ()
    assert (one.url, one.author) == ("https://doi.org/10.1016/j.x.2026.1", "Journal of Policy")
    assert (one.summary, one.tags, one.language) == ("It reduces deaths.", ("prison", "OAT"), "en")
    assert (two.url, two.author, two.language) == ("https://example.org/wdr.pdf", "UNODC", "en")


@pytest.mark.parametrize("title", ["&amp;amp;", "…", "— ? —"])
def test_a_title_without_a_word_is_held(title: str) -> None:
    found = _feed(title, f"<p>{BODY}</p>")
    assert doubts(found, page=False)[0].startswith("its title says nothing")
    assert not doubts(_feed("5 October: 100 %", f"<p>{BODY}</p>"), page=False)
