"""Which articles are about the same thing: careful rather than complete."""

import gzip
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.sources.similarity import SourceText, duplicates, same

TEXT = (
    "The constitutional court ordered the government on Monday to give homes back to families who were "
    "moved by force during the war. Lawyers of the families spoke of a historic day."
)


def _told(title: str, text: str = TEXT, source: object = 1, language: str = "en") -> SourceText:
    return SourceText(f"{source}/{title}"[:60], source, language, title, text)


TITLE = "Court orders government to return homes to families"
FIRST = _told(TITLE)
DOUBLES = (
    ("the same", TITLE, TEXT),
    ("another case", "COURT ORDERS GOVERNMENT TO RETURN HOMES TO FAMILIES", TEXT),
    ("with its site", f"{TITLE} | Example News", TEXT),
    ("punctuation", "“Court orders government to return homes, to families”", TEXT),
    ("a text cut short", TITLE, TEXT[:110]),
    ("no text", TITLE, ""),
    ("another title", "Homes must go back to families, court says", TEXT),
    ("a longer text", "Court: government to return homes to families", TEXT + " No comment."),
    ("an agency before it", "Court orders government to return homes", f"GENEVA (Agency) – {TEXT}"),
)  # fmt: skip
OTHERS = (
    ("the same subject", "Families wait for their homes after the court's decision",
     "Many families do not know when they may return. The ministry has not yet said how it will proceed."),
    ("a series", "Court orders government to return homes to families 2", TEXT),
    ("a year", "Court orders 2025 report on homes of families", TEXT),
    ("another text", "Court orders government to pay for homes",
     "In a second ruling the judges decided that owners of land are to be paid within three years."),
    ("a round-up", "News of the week", "Our summary of the week. Subscribe to it to get it by e-mail."),
)  # fmt: skip


@pytest.mark.parametrize(("name", "title", "text"), DOUBLES, ids=[name for name, *_ in DOUBLES])
def test_nearly_the_same_article_of_another_source_is_a_double(
    name: str, title: str, text: str
) -> None:
    other = _told(title, text, source=2)
    assert same(FIRST, other)
    assert same(other, FIRST)
    assert list(duplicates([FIRST, other])) == [(other.id, FIRST.id)]
    assert not same(FIRST, replace(other, source=1)), "one source does not tell a story twice"
    assert not same(FIRST, replace(other, language="es"))


@pytest.mark.parametrize(("name", "title", "text"), OTHERS, ids=[name for name, *_ in OTHERS])
def test_what_is_only_like_it_stays_apart(name: str, title: str, text: str) -> None:
    assert not same(FIRST, _told(title, text, source=2))


def test_what_every_source_says_joins_nothing() -> None:
    phrase = "Subscribe to our newsletter to get all the news of the month by e-mail, in three languages."
    titles = ("Housing costs rise once more", "Water for the villages of the north", "Schools open late",
              "A new road to the coast", "Forests are planted again")  # fmt: skip
    told = [_told(title, phrase, source=n) for n, title in enumerate(titles)]
    told += [_told("Weekly news", f"{word} and more.", source=word) for word in ("a", "b", "c")]
    assert list(duplicates(told)) == []


def test_scripts_without_spaces_are_compared_too() -> None:
    one = _told(
        "法院下令政府归还被迫迁移家庭的住房",
        "该部周一公布了这些规定，被强制迁移的租户可以要求归还住房。",
        1,
        "zh",
    )
    two = _told(
        "法院下令政府归还被迫迁移家庭的住房！",
        "该部周一公布了这些规定，被强制迁移的租户可以要求归还住房",
        2,
        "zh",
    )
    three = _told(
        "法院下令调查土地买卖合同",
        "来自十二个国家的四十多个组织参加了上周在首都举行的研讨会。",
        3,
        "zh",
    )
    assert list(duplicates([one, two, three])) == [(two.id, one.id)]


def test_a_third_report_belongs_to_the_first() -> None:
    told = [replace(FIRST, id=str(n), source=n) for n in range(4)]
    assert list(duplicates(told)) == [("1", "0"), ("2", "0"), ("3", "0")]


@pytest.mark.proof
def test_no_two_pages_of_the_corpus_are_taken_for_one_story(corpus: Path) -> None:
    """Several treat the same story (a plague, a duvet, hibernation), each in words of its own."""
    from alerts.sources import main_text, page
    from alerts.sources.fetch import Fetched

    truth = json.loads((corpus / "articles" / "ground-truth.json").read_text())
    told = []
    for name, case in sorted(truth.items()):
        octets = gzip.decompress((corpus / "articles" / f"{name}.html.gz").read_bytes())
        tree = page.page_tree(Fetched(case["url"], case["url"], octets), name)
        title = main_text.content(tree, case["url"]).title
        told.append(SourceText(case["url"], name, "en", title, case["articleBody"][:400]))
    joined = [(a.id, b.id) for a, b in itertools.combinations(told, 2) if same(a, b)]
    assert joined == [], f"{len(told) * (len(told) - 1) // 2} pairs tried, {len(joined)} joined"
