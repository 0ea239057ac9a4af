"""Composition: order, once each, and words chosen field by field."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from alerts.config.declarations import AlertSettings
from alerts.domain.article import Article, Event, Profile, Translation
from alerts.issue.compose import chain, compose, coverage, localised
from tests.issues import ARTICLES, OCTOBER, PROFILES, issue

SAID = "The council has bought six tanks, which go round the villages twice a week."
TAGS = ("en", "es", "pt", "pt-br", "ar")
words = st.sampled_from(("", "one", "two"))
articles = st.builds(
    Article,
    url=st.sampled_from([f"https://example.org/{n}" for n in range(6)]),
    title=words,
    summary=words,
    language=st.sampled_from(TAGS),
    section=st.sampled_from(("news", "events", "zebra", "alpha")),
    published=st.none() | st.datetimes(timezones=st.just(UTC)),
    profile=st.sampled_from(("", "lab", "nobody")),
    event=st.none() | st.builds(Event, st.dates() | st.datetimes(timezones=st.just(UTC))),
    translations=st.dictionaries(st.sampled_from(TAGS), st.builds(Translation, words, words)),
    featured=st.booleans(),
    excluded=st.booleans(),
    position=st.none() | st.integers(-3, 3),
)


def test_sections_follow_the_settings_and_unknown_ones_the_alphabet() -> None:
    given = [
        Article(f"https://example.org/{n}", "t", section=section)
        for n, section in enumerate(("zebra", "events", "alpha", "news"))
    ]
    given.append(Article("https://example.org/f", "t", section="zebra", featured=True))
    made = compose(OCTOBER, given, {}, AlertSettings(sections=("events", "news")))
    assert [s.key for s in made.sections] == ["featured", "events", "news", "alpha", "zebra"]


def test_inside_a_section_position_then_events_by_date_then_newest_first() -> None:
    def one(name: str, **changes: object) -> Article:
        return replace(Article(f"https://example.org/{name}", name), **changes)  # type: ignore[arg-type]

    day = [datetime(2026, 10, n, tzinfo=UTC) for n in (1, 2)]
    given = [
        one("undated"),
        one("older", published=day[0]),
        one("newer", published=day[1]),
        one("evening", event=Event(datetime(2026, 11, 3, 20, tzinfo=UTC))),
        one("all day", event=Event(date(2026, 11, 3))),
        one("earlier", event=Event(date(2026, 11, 2))),
        one("second", position=2),
        one("first", position=1),
    ]
    made = compose(OCTOBER, given, {}, AlertSettings())
    assert [a.title for a in made.articles] == [
        *("first", "second", "earlier", "all day", "evening", "newer", "older", "undated")
    ]


@given(st.lists(articles, max_size=12), st.randoms(use_true_random=False))
def test_an_issue_does_not_depend_on_the_order_of_what_was_found(
    given: list[Article], dice: random.Random
) -> None:
    shuffled = given.copy()
    dice.shuffle(shuffled)
    one, other = (compose(OCTOBER, g, PROFILES, AlertSettings()) for g in (given, shuffled))
    assert [a.id for a in one.articles] == [a.id for a in other.articles]
    assert [s.key for s in one.sections] == [s.key for s in other.sections]


@given(st.lists(articles, max_size=12))
def test_each_article_that_is_not_excluded_appears_once_and_no_other(given: list[Article]) -> None:
    made = compose(OCTOBER, given, PROFILES, AlertSettings())
    excluded = {a.id for a in given if a.excluded}
    ids = [a.id for a in made.articles]
    assert sorted(ids) == sorted({a.id for a in given} - excluded)
    assert all(section.articles for section in made.sections)
    for section in made.sections:
        assert all(a.featured == (section.key == "featured") for a in section.articles)
    assert set(made.profiles) == {a.profile for a in made.articles} & set(PROFILES)


@given(articles, st.lists(st.sampled_from(TAGS), max_size=4))
def test_each_field_is_in_the_first_language_that_has_it(
    article: Article, languages: list[str]
) -> None:
    """Against the slow and obvious reading, of tags that are no kin."""
    if "pt-br" in (article.language, *languages, *article.translations):
        languages = [tag for tag in languages if not tag.startswith("pt")]
    shown = localised(article, languages)
    for field in ("title", "summary"):
        translated = {tag: getattr(t, field) for tag, t in article.translations.items()}
        original = translated.get(article.language) or getattr(article, field)
        written = translated | {article.language: original}
        language = next((tag for tag in languages if written.get(tag)), article.language)
        expected = written[language]
        if field == "summary" and expected.lower() in (shown.title.lower(), article.title.lower()):
            expected = ""
        assert getattr(shown, field) == expected
        assert getattr(shown, f"{field}_language") == language
    assert shown.full_text_language == article.language


def test_title_and_summary_fall_back_each_for_itself() -> None:
    article = Article(
        "https://example.org/a",
        "English title",
        "English summary",
        translations={"es": Translation("Título"), "fr": Translation("", "Résumé")},
    )
    shown = localised(article, ("es", "fr", "en"))
    assert (shown.title, shown.title_language) == ("Título", "es")
    assert (shown.summary, shown.summary_language) == ("Résumé", "fr")
    assert localised(article, ("ru",)).title == "English title"


def test_a_reader_of_a_region_understands_the_language() -> None:
    article = Article("https://example.org/a", "Título", language="pt")
    assert localised(article, ("pt-br", "en")).title_language == "pt"


def test_the_chain_is_the_edition_the_fallback_set_for_it_or_the_first_language() -> None:
    alert = AlertSettings(languages=("en", "es", "pt"), fallback={"pt": ("es", "en")})
    assert chain("pt", alert) == ("pt", "es", "en")
    assert chain("es", alert) == ("es", "en")
    assert chain("en", alert) == ("en",)
    assert chain("pt-br", alert) == ("pt-br", "es", "en")


def test_coverage_counts_titles_and_summaries_in_a_language() -> None:
    figures = coverage(issue(), "es")
    assert (figures.titles, figures.summaries, figures.summarised, figures.total) == (2, 1, 5, 7)
    assert coverage(issue(), "en").titles == 6
    assert coverage(issue(), "ru").titles == 0


def test_an_empty_month_is_an_issue_without_sections() -> None:
    made = compose(
        OCTOBER, [replace(ARTICLES[0], excluded=True)], {"x": Profile("x", "X")}, AlertSettings()
    )
    assert (made.sections, made.articles, dict(made.profiles)) == ((), (), {})


def test_a_summary_that_says_its_title_again_is_not_shown() -> None:
    article = Article(
        "https://x.example/1", "Wells dry up", "“Wells dry up.”", language="en",
        translations={"es": Translation("Se secan los pozos", "Se secan los pozos")},
    )  # fmt: skip
    assert localised(article, ("en",)).summary == ""
    assert localised(article, ("es", "en")).summary == ""
    assert localised(replace(article, translations={}), ("es",)).summary == ""
    longer = replace(article, summary="Wells dry up in forty villages.")
    assert localised(longer, ("en",)).summary == "Wells dry up in forty villages."
    twice = replace(
        article, title="Forty wells dry up in Sarim", summary=f"Forty wells dry up in Sarim. {SAID}"
    )
    assert localised(twice, ("en",)).summary == SAID
    of_it = replace(
        twice, summary="Forty wells dry up in Sarim Valley, where no rain has come for ninety days."
    )
    assert localised(of_it, ("en",)).summary == of_it.summary
