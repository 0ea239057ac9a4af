"""The language of a text is found out offline; what is not sure is not used."""

import pathlib
import socket
from typing import Any

import pytest

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.sources.language_guess import guess
from alerts.sources.normalise import Intake

# Headlines and passages of one or two sentences in 18 languages, written for this test.
SENTENCES = [
    line.split("\t")
    for line in (pathlib.Path(__file__).parents[1] / "data" / "sentences.tsv")
    .read_text(encoding="utf-8")
    .splitlines()
]
_COUSINS = [{"id", "ms"}, {"hi", "mr"}]  # which a headline cannot tell apart


def _measured(kind: str) -> tuple[int, int, list[str]]:
    """How many there are, how many are told for sure, and those told wrongly for sure."""
    every = [(language, text) for sort, language, text in SENTENCES if sort == kind]
    sure = [(language, text, guess(text)) for language, text in every if guess(text).sure]
    wrong = [
        f"{text} ({language}, not {read.language})"
        for language, text, read in sure
        if read.language != language and {language, read.language} not in _COUSINS
    ]
    return len(every), len(sure), wrong


def test_what_is_told_for_sure_is_right_and_most_is_told() -> None:
    assert len({language for _, language, _ in SENTENCES}) == 18
    for kind, share in (("headline", 0.7), ("passage", 0.9)):
        number, sure, wrong = _measured(kind)
        assert wrong == [], f"{number} texts tried, {sure} told for sure, {len(wrong)} wrongly"
        assert sure >= share * number, f"{sure} of {number} told for sure"


@pytest.mark.parametrize(
    "text", ["", "One", "2026", "ICJ", "https://a.example/x", "COVID-19", "!!!", "a b"]
)
def test_a_text_that_says_nothing_is_not_sure(text: str) -> None:
    assert not guess(text).sure


def test_no_network_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    guess.cache_clear()
    assert guess("El ministerio publicó las normas el lunes por la mañana.").language == "es"


# --- what is said and what is read ----------------------------------------------------------------

_SPANISH = "El ministerio publicó las normas el lunes. Los inquilinos pueden pedir su vivienda en dos años."


def _language(title: str, summary: str = "", own: str = "", whole: str = "", said: str = "") -> Any:
    settings = Settings(root=pathlib.Path(), alert=AlertSettings(languages=("fr", "en", "es")))
    intake = Intake(Source(1, "x", SourceKind.FEED, language=said), settings)
    article = intake.article(
        url="https://a.example/1",
        title=title,
        summary=summary,
        language=own,
        fallback_language=whole,
    )
    return article.language, article.guessed


def test_who_says_the_language_counts_in_this_order() -> None:
    assert _language("Title", _SPANISH, own="pt", whole="en", said="fr") == ("pt", False)
    assert _language("Title", _SPANISH, whole="en", said="fr") == ("fr", False)
    assert _language("Titular del ministerio", _SPANISH, whole="en") == ("es", False)
    assert _language("Nuevas normas", whole="en") == ("en", False)  # too short to contradict
    assert _language("Nuevas normas", _SPANISH) == ("es", False)
    assert _language("One") == ("fr", True)
    assert _language("Titular del ministerio", _SPANISH, whole="es-MX") == ("es", False)
