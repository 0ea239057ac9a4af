"""Two extractors vote on the text of a page; the date beside a heading; headlines with a section's name."""

from pathlib import Path

import pytest
from lxml import html

from alerts.config.settings import Settings
from alerts.domain.article import Article, Source
from alerts.sources import page
from alerts.sources.bylines import beside_heading
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake
from alerts.sources.text_vote import voted

URL = "https://site.example/a"
LINES = [
    f"In district number {n * 13} the rents of small flats have doubled in {n + 4} years, the report of the "
    f"institute says, and the {n * 31} families who were asked there have moved {n + 1} times since."
    for n in range(1, 6)
]
MENU = (
    "<nav><ul>"
    + "".join(f"<li><a href=/{n}>Section {n}</a></li>" for n in range(9))
    + "</ul></nav>"
)


def _tree(*lines: str, head: str = "<h1>Rents have doubled</h1>") -> object:
    inner = "".join(f"<p>{line}</p>" for line in lines)
    return html.document_fromstring(
        f"<html><body>{MENU}<div class=post>{head}{inner}</div></body></html>"
    )


def test_two_that_agree_are_sure() -> None:
    vote = voted("\n".join(LINES), _tree(*LINES), URL, "en")
    assert vote.agreed
    assert vote.text == "\n".join(LINES)


def test_where_they_disagree_the_longer_that_has_the_other_is_taken_as_a_guess() -> None:
    vote = voted("\n".join(LINES[:2]), _tree(*LINES), URL, "en")
    assert not vote.agreed
    assert [line for line in LINES if line in vote.text] == LINES
    assert "Section" not in vote.text


def test_where_neither_has_the_other_the_first_stays_as_a_guess() -> None:
    other = (
        "Something else altogether stands in this text, which no other reader of the page has found. "
        * 6
    )
    vote = voted(other, _tree(*LINES), URL, "en")
    assert vote.text == other
    assert not vote.agreed


def _article(head: str, body: str) -> Article:
    text = f"<html lang=en><head>{head}</head><body>{MENU}{body}</body></html>"
    document = Fetched(URL, URL, text.encode(), "text/html; charset=utf-8")
    return page.read(document, Intake(Source(0, URL, "page"), Settings(root=Path()))).articles[0]


def test_a_page_of_a_few_plain_paragraphs_has_a_sure_text() -> None:
    inner = "".join(f"<p>{line}</p>" for line in LINES)
    article = _article("", f"<main><h1>Rents have doubled</h1>{inner}</main>")
    assert "text" not in {one.field for one in article.confidence}
    assert article.text.split("\n\n")[-5:] == LINES


@pytest.mark.parametrize(
    ("byline", "want"),
    [
        ("By Ana Ruiz | Nov. 20, 2019 5:52 AM EST", ["Nov. 20, 2019"]),
        ("30 de julio de 2018", ["30 de julio de 2018"]),
        ("30. Juli 2018", ["30. Juli 2018"]),
        ("le 1er octobre 2026", ["1er octobre 2026"]),
        ("2026年10月5日", ["2026年10月5日"]),
        ("Updated: Nov. 20, 2019 1:35 a.m.", []),
        ("From 3 March 2019 to 4 May 2019", []),
        ("© 2019 The Site", []),
        ("The conference of ministers in Vienna will take place on 3 March 2027 as was agreed", []),
    ],
)
def test_the_date_beside_a_heading_is_that_of_publication(byline: str, want: list[str]) -> None:
    head = f"<h1>Rents have doubled</h1><div>{byline}</div>"
    assert beside_heading(_tree(*LINES, head=head)) == want
    behind = _tree(*LINES, byline)  # below the text stand the dates of other articles
    assert beside_heading(behind) == []


@pytest.mark.parametrize(
    ("title", "want"),
    [
        ("Rents have doubled in the capital - Auto News", "Rents have doubled in the capital"),
        ("Opinion | Rents have doubled in the capital", "Rents have doubled in the capital"),
        ("Rents have doubled in the capital", "Rents have doubled in the capital"),
        (
            "Rents have doubled in the capital since 2016",
            "Rents have doubled in the capital since 2016",
        ),
        ("Why rents have doubled", "Why rents have doubled"),
    ],
)
def test_the_name_of_a_section_is_no_part_of_a_headline(title: str, want: str) -> None:
    head = f'<meta property="og:title" content="{title}">'
    shown = f"<main><h1>Rents have doubled in the capital</h1><p>{LINES[0]}</p></main>"
    assert _article(head, shown).title == want


def test_a_control_character_in_a_page_stops_no_extractor() -> None:
    """justext writes the text into XML, where it cannot stand."""
    vote = voted("", _tree(*(f"\x02{line}\x0b" for line in LINES)), URL, "en")
    assert [line for line in LINES if line in vote.text] == LINES
