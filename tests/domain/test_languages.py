"""Which tags are one language, and which language a reader gets."""

import pytest

from alerts.domain.languages import edition_for, primary, same_language, understood

FALLBACK = {"pt": ("es", "en"), "pt-br": ("en",), "ca": ("es",)}


@pytest.mark.parametrize(
    ("tag", "language"),
    [("pt", "pt"), ("pt-br", "pt"), ("pt_BR", "pt"), ("zh-Hant-TW", "zh"), ("", "")],
)
def test_a_region_or_script_leaves_the_language(tag: str, language: str) -> None:
    assert primary(tag) == language
    assert same_language(tag, language)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("pt", ("pt", "es", "en")),
        ("pt-br", ("pt-br", "en")),  # named itself
        ("pt-ao", ("pt-ao", "es", "en")),  # as its language
        ("de", ("de", "en")),  # not named: the default
        ("en", ("en",)),
    ],
)
def test_a_reader_understands_their_language_and_its_fallback(
    language: str, expected: tuple[str, ...]
) -> None:
    assert understood(language, FALLBACK, "en") == expected


@pytest.mark.parametrize(
    ("language", "made", "expected"),
    [
        ("pt-br", ("en", "pt-br", "pt"), "pt-br"),
        ("pt-br", ("en", "pt"), "pt"),
        ("pt", ("en", "pt-br"), "en"),  # the fallback comes before another region
        ("ca", ("en", "es"), "es"),
        ("fr-ca", ("en", "fr-fr"), "fr-fr"),
        ("de", ("en", "es"), "en"),
    ],
)
def test_a_reader_gets_the_nearest_edition(
    language: str, made: tuple[str, ...], expected: str
) -> None:
    assert edition_for(language, made, FALLBACK, "en") == expected
