"""Where a finding is mended: by the id that it names, the link that it quotes, or the story around it."""

from types import MappingProxyType

import pytest

from alerts.domain.article import Article, Translation
from alerts.domain.issue import Issue, Section
from alerts.domain.month import Month
from alerts.lint.mend import StoryLines, pinned
from alerts.lint.place import Finding, Level, Place

ONE = Article("https://a.example/1?x=1&y=2", "One")
TWO = Article(
    "https://a.example/2",
    "Two",
    translations=MappingProxyType({"es": Translation("Dos", url="https://a.example/es/2")}),
)
ISSUE = Issue(Month(2026, 10), (Section("news", (ONE, TWO)),), {}, {}, {})
HTML = """<h1>October</h1>
<a href="https://a.example/1?x=1&amp;y=2"><img src="1.jpg"></a>
<p>Lorem ipsum</p>
<a href="https://a.example/1?x=1&amp;y=2">One</a>
<a href="https://a.example/es/2">Dos</a>
<p>Our address</p>"""


@pytest.mark.parametrize(
    ("code", "place", "reason", "found"),
    [
        (
            "picture-undescribed",
            Place("html", 6),
            f"The picture of {TWO.id} “Two”",
            (TWO, "picture"),
        ),
        (
            "link-vague",
            Place("html", 0, '<a href="https://a.example/es/2">'),
            "vague",
            (TWO, "texts"),
        ),
        ("sample-text", Place("html", 3), "Sample text", (ONE, "texts")),
        ("image-alt", Place("html", 2, '<img src="1.jpg">'), "No alt", (ONE, "picture")),
        ("sample-text", Place("html", 6), "after all stories", None),
        ("contrast", Place("html", 3), "a colour is the template's", None),
        ("list-id", Place("headers", 1, "List-Id"), "of the edition", None),
        ("link-vague", Place("html", 1, '<a href="https://evil.example">'), "0123456789", None),
    ],
)
def test_where_a_finding_is_mended(
    code: str, place: Place, reason: str, found: tuple[Article, str] | None
) -> None:
    finding = Finding(code, Level.WARNING, place, reason, "", "es")
    mended = StoryLines(HTML, ISSUE).place(finding)
    told = (mended.article_id, mended.part, mended.language) if mended else None
    assert told == ((found[0].id, found[1], "es") if found else None)


def test_what_is_about_the_subject_leads_to_the_words_of_the_issue() -> None:
    finding = Finding("subject-long", Level.HINT, Place("headers", 4, "Subject"), "Long", "", "en")
    mended = StoryLines(HTML, ISSUE).place(finding)
    assert mended is not None
    assert (mended.article_id, mended.part) == ("", "opening")


def test_a_pin_stands_before_the_first_link_of_its_story_and_nothing_else_changes() -> None:
    shown = pinned(HTML, ISSUE, {ONE.id: "<b>1</b>", "0123456789": "<b>2</b>"})
    assert shown.replace("<b>1</b>", "", 1) == HTML
    assert '<b>1</b><a href="https://a.example/1?x=1&amp;y=2"><img' in shown
