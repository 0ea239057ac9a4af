"""Texts from outside are set as their language wants, and no letter of them is ever changed."""

import gzip
import json
import random
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from alerts.text.plain_text import tidy
from alerts.text.typography import set_in

LANGUAGES = ("en", "es", "fr", "fr-ca", "pt", "pt-br", "ru", "ar", "de", "zh", "")
N, T = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("language", "found", "wanted"),
    [
        ("fr", "Pourquoi? Parce que!", f"Pourquoi{T}? Parce que{T}!"),
        (
            "fr",
            "Le logement : un droit ; et la ville ?",
            f"Le logement{N}: un droit{T}; et la ville{T}?",
        ),
        ("fr", 'Le "plan" de l\'État', f"Le «{N}plan{N}» de l’État"),
        ("fr", "Le “plan” et « l’autre »", f"Le “plan” et «{N}l’autre{N}»"),
        ("fr", "Le “plan”", f"Le «{N}plan{N}»"),
        ("fr", "Fini ... ou pas!?", f"Fini … ou pas{T}!?"),
        ("fr-ca", "Pourquoi? Un droit : oui", f"Pourquoi? Un droit{N}: oui"),
        ("es", "Qué cambia con la ley?", "¿Qué cambia con la ley?"),
        ("es", "Vivienda: cómo alquilar?", "Vivienda: ¿cómo alquilar?"),
        ("es", "Por qué no?", "¿Por qué no?"),
        ("es", "¿Qué cambia?", "¿Qué cambia?"),
        ("es", "Ya es ley?", "Ya es ley?"),  # nobody knows where the question begins
        ("es", "Qué alegría!", "¡Qué alegría!"),
        ("es", 'El "plan" - hoy...', "El «plan» – hoy…"),
        ("en", 'The "plan" - it\'s here', "The “plan” – it’s here"),
        ("en", 'A 5" pipe, a "plan"', 'A 5" pipe, a “plan”'),
        ("en", 'An open " mark', 'An open " mark'),
        ("pt", 'O "plano" -- hoje', "O “plano” – hoje"),
        ("pt-br", 'O "plano" - hoje', "O “plano” – hoje"),
        ("ru", 'Суд - это "дело"', f"Суд{N}— это «дело»"),
        ("ar", 'ما هو "الحل"? نعم, الآن; هنا', "ما هو «الحل»؟ نعم، الآن؛ هنا"),
        ("de", 'Das "Werk" - so...', 'Das "Werk" - so…'),
    ],
)
def test_each_language_has_its_marks(language: str, found: str, wanted: str) -> None:
    assert set_in(found, language) == wanted


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/x?y=1&z='q'...!", "www.a.example/?q", "a.b@c.example", "10:30", "3:1",
        "2026-10-31", "10 - 15", "10.000,5", ":-) ;) <3", "A/RES/66/288", "rapport_final.v2.pdf", "C:\\x\\y",
        "{slot:name}", "[a](https://b.example)", "**bold** and *so*", "&amp; &#39;", "--force", "std::move",
        "f() ", "Yahoo!", "`a ? b - c`", "#hash @name", "10%", "5'10\"", "<b>",
    ],
)  # fmt: skip
def test_addresses_code_names_and_numbers_are_not_touched(language: str, text: str) -> None:
    assert set_in(text, language) == text
    assert text in set_in(f"mot {text} mot", language)


@pytest.mark.parametrize(("language", "found", "wanted"), [
    ("fr", "1 099 € et 12,5 %", f"1\u202f099{N}€ et 12,5{N}%"),
    ("ru", "5 % в 2026 г. и т. д., т.е. так", f"5{N}% в 2026{N}г. и т.{N}д., т.е. так"),
    ("es", "En 2026 300 personas; 1 200 ha", f"En 2026 300 personas; 1{N}200{N}ha"),
    ("en", "3 m away, 3 months; call 555 123 456", f"3{N}m away, 3 months; call 555 123 456"),
    ("de", "10 %", "10 %"),
])  # fmt: skip
def test_a_number_and_its_unit_are_on_one_line(language: str, found: str, wanted: str) -> None:
    assert set_in(found, language) == wanted


def test_the_last_word_of_a_title_does_not_stand_alone() -> None:
    assert (
        set_in("The council votes on the new housing law", "en", title=True)
        == f"The council votes on the new housing{N}law"
    )
    assert set_in("Qui paie dans les villes cette grosse facture ?", "fr", title=True).endswith(
        f" grosse{N}facture{T}?"
    )
    assert set_in("О праве и о доме", "ru", title=True) == f"О{N}праве и{N}о{N}доме"
    for text in ("A short title here", "The council votes on responsibilities", "One"):
        assert set_in(text, "en", title=True) == text


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


_ODD = st.text(
    st.sampled_from(" \"'«»“”„…-–—?!¿¡:;,.()`*_<>{}[]/\\@#0123ab Éé\u00a0\u202fящу\u0645\ue000"),
    max_size=40,
)
_WORDY = st.lists(
    st.sampled_from(
        ["Qué", "mot", "it's", '"a', 'b"', "«", "»", "-", "--", "—", "...", "?", "!", ":", ";", "https://a.b/c?d",
         "a.pdf", "10:30", "и", "في", "ما?", "x@y.zz", "5\"", "`c`", "fin?", "fin!", "d'art", "“q”", "Yahoo!"]
    ),
    max_size=12,
).map(" ".join)  # fmt: skip


@given(st.one_of(_ODD, _WORDY, st.text(max_size=60)), st.sampled_from(LANGUAGES), st.booleans())
def test_no_letter_changes_and_twice_is_once(text: str, language: str, title: bool) -> None:
    once = set_in(text, language, title=title)
    assert _letters(once) == _letters(text)
    assert set_in(once, language, title=title) == once
    for address in re.findall(r"https?://[^\s<>\"“”«»]+", text):
        assert address in once


def _texts(corpus: Path) -> Iterator[str]:
    """Titles and sentences of news pages, and texts of feeds."""
    truth = json.loads((corpus / "articles" / "ground-truth.json").read_text(encoding="utf-8"))
    for page in truth.values():
        yield from filter(None, map(tidy, re.split(r"\n|(?<=[.!?]) ", page["articleBody"])))
    for path in sorted((corpus / "articles").rglob("*.gz")):
        tree = html.fromstring(gzip.decompress(path.read_bytes()))
        yield from (tidy(piece) for piece in tree.itertext() if 15 < len(piece) < 1500)
        yield from (
            tidy(node.text_content()) for node in tree.iter("h1", "h2", "h3", "a", "p", "li")
        )


@pytest.mark.proof
def test_ten_thousand_real_texts_are_the_same_after_a_second_time(corpus: Path) -> None:
    found = islice((text[:1500] for text in _texts(corpus) if text), 25_000)
    texts = list(dict.fromkeys(found))
    random.Random(7).shuffle(texts)
    texts = texts[:10_000]
    assert len(texts) == 10_000
    changed = 0
    for number, text in enumerate(texts):
        language = LANGUAGES[number % 8]
        once = set_in(text, language, title=number % 2 == 0)
        assert _letters(once) == _letters(text)
        assert set_in(once, language, title=number % 2 == 0) == once, text
        changed += once != text
    assert changed > 1000
