"""Catalogues: complete in every language, and what one lacks is found and named."""

import re
import shutil
from pathlib import Path

import pytest

from alerts.editions import translations
from alerts.editions.catalogue_files import read
from alerts.editions.template_files import packaged_templates
from tests.conftest import document_tool
from tests.issues import LANGUAGES

catalogues = document_tool("catalogues")

# The same word in English and the other language.
SAME = {
    ("fr", "Publications"), ("fr", "Pause"), ("fr", "Date"), ("fr", "Version"), ("es", "Error:"),
    ("es", "error"), ("fr", "version %(number)s"), ("fr", "Introduction"), ("fr", "Segment"),
    ("fr", "Source"), ("fr", "Sources"), ("fr", "machine"), ("fr", "Description"), ("es", "no"),
    ("fr", "sources"), ("fr", "%(number)s message"), ("fr", "%(number)s messages"),
    ("fr", "Organisation"), ("fr", "Machine"), ("fr", "Messages"), ("fr", "%(number)s copies"),
    ("fr", "%(number)s source"), ("fr", "%(number)s sources"), ("fr", "date"),
    *((one, "%(told)s: %(size)s KB.") for one in ("es", "pt")),
    *((one, name) for one in LANGUAGES for name in ("DNS", "hooks")),  # checks of `alerts doctor`
    *((one, "Gmail") for one in ("es", "fr", "pt", "ru")),
}  # fmt: skip


def test_every_text_is_translated_in_all_languages() -> None:
    assert set(LANGUAGES) <= set(catalogues.languages())
    texts = catalogues.wanted()
    assert len(texts) >= 18
    found = [line for one in catalogues.languages() for line in catalogues.faults(one, texts)]
    assert found == [], f"{len(texts)} texts tried"


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_no_translation_is_english_still(language: str) -> None:
    entries = translations.wordings(read(catalogues.catalogue_of(language)))
    same = [key for key, one in entries.items() if one.string == key and _has_words(str(key))]
    assert [key for key in same if (language, key) not in SAME] == []


def _has_words(text: str) -> bool:
    return bool(re.search(r"\w", re.sub(r"%\(\w+\)s", "", text)))


def test_texts_are_found_where_they_are_used(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "{{ _('One') }} {{ _(\"Two %(name)s\", name=x) }} {% if _('Three') %}{% endif %}\n"
        "{{ ngettext('%(count)s dog', '%(count)s dogs', n) }} {{ gettext('Four') }}",
        encoding="utf-8",
    )
    (tmp_path / "code.py").write_text('X = {"a": later("Five")}\nprint("no")\n', encoding="utf-8")
    assert translations.of_templates(tmp_path) == {
        *("One", "Two %(name)s", "Three", "Four"),
        ("%(count)s dog", "%(count)s dogs"),
    }
    assert translations.of_code(tmp_path) == {"Five"}


PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
ARABIC = (
    '"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10'
    ' ? 3 : n%100>=11 ? 4 : 5);\\n"\n'
)
MANY = ("%(count)s dog", "%(count)s dogs")


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ('msgid "News"\nmsgstr "Novedades"\n', ""),
        ('msgid "News"\nmsgstr ""\n', "“News” is not translated"),
        ('#, fuzzy\nmsgid "News"\nmsgstr "Noticia"\n', "“News” is not translated"),
        ('msgid "Other"\nmsgstr "Otro"\n', "“News” is not translated"),
        ('msgid "By %(name)s"\nmsgstr "De %(nombre)s"\n', "other placeholders"),
        ('msgid "By %(name)s"\nmsgstr "De alguien"\n', "other placeholders"),
        ('msgid "By %(name)s"\nmsgstr "%(name)s, %(name)s"\n', ""),
    ],
)
def test_what_a_catalogue_lacks_is_named(tmp_path: Path, entry: str, wrong: str) -> None:
    path = tmp_path / "locale" / "es" / "LC_MESSAGES" / "alerts.po"
    path.parent.mkdir(parents=True)
    path.write_text(f"{PO}\n{entry}", encoding="utf-8")
    wanted = {"By %(name)s" if "By" in entry else "News"}
    found = translations.lacks("es-mx", [tmp_path], wanted)
    assert [wrong in str(one) for one in found] == ([True] if wrong else [])
    assert all(one.path == path for one in found)


@pytest.mark.parametrize(
    ("forms", "wrong"),
    [
        (["لا", "واحد", "اثنان", "%(count)s", "%(count)s", "%(count)s"], ""),
        (["لا", "واحد", "اثنان", "%(count)s", "%(count)s", "كثير"], "other placeholders"),
        (["لا", "واحد", "اثنان", "%(count)s", "", "%(count)s"], "has 5 of 6 plural forms"),
    ],
)
def test_a_number_may_be_words_where_it_is_one_number_only(
    tmp_path: Path, forms: list[str], wrong: str
) -> None:
    said = "".join(f'msgstr[{n}] "{text}"\n' for n, text in enumerate(forms))
    path = tmp_path / "locale" / "ar" / "LC_MESSAGES" / "alerts.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        f'{PO}{ARABIC}\nmsgid "{MANY[0]}"\nmsgid_plural "{MANY[1]}"\n{said}', encoding="utf-8"
    )
    found = translations.lacks("ar", [tmp_path], {MANY})
    assert [wrong in str(one) for one in found] == ([True] if wrong else [])


def test_a_new_text_is_added_to_every_catalogue_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And to English as itself, so that only translations remain to be written."""
    shutil.copytree(packaged_templates() / "locale", tmp_path / "locale")
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(catalogues, "TEMPLATES", tmp_path)
    texts = {*catalogues.wanted(), *translations.of_templates(packaged_templates() / "email")}
    texts |= set(translations.wordings(read(catalogues.catalogue_of("en"))))
    texts |= {"A %(new)s “text”", MANY}
    for language in LANGUAGES:
        assert catalogues.add(language, texts) == 2
        assert catalogues.add(language, texts) == 0
        found = list(catalogues.faults(language, texts))
        assert len(found) == (0 if language == "en" else 2), found
        assert all(re.search("is not translated|plural forms", line) for line in found)
