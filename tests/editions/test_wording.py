"""The rules of docs/glossaries/: each catches a breach, and no text that readers get breaks one."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from lxml import html as lxml_html

from alerts.config.settings import Settings
from alerts.doctor.templates import sample_facts
from alerts.domain.issue import Edition
from alerts.editions import translations
from alerts.editions.catalogue import Catalogue
from alerts.editions.catalogue_files import former_texts, read
from alerts.editions.notice import render_notice
from alerts.editions.render import render_edition
from alerts.editions.template_files import packaged_templates
from alerts.store.notices import NoticeKind
from alerts.web.page_samples import asked_for, page_names, samples
from alerts.web.templates import Pages
from tests.conftest import document_tool
from tests.issues import LANGUAGES, issue, settings

wording = document_tool("wording")
catalogues = document_tool("catalogues")

NOWHERE = Path("/nonexistent")
ALL = (*LANGUAGES, "pt-br")
HARD = "Example Network (Africa)"  # a name whose bracket goes astray beside right-to-left words

# A text that each rule refuses.
BREACHES = {
    "en": ['Say "yes"', "It's here", "Saved..", "until 1 г. .", "Delete …", "Two  spaces", "End "],
    "es": ["Qué quiere?", "Hola!", "Guardar :", "Todo(s)", "con menos, otras, o en todas"],
    "fr": [
        *("Calendrier : oui", "Calendrier: oui", "Quoi ?", "Quoi?", "Oui\u00a0!", "un ; deux"),
        *("« mot »", "«\u00a0mot»", "abonné(e)", "%(count)s mois", "dans 10 minutes", "oui , non"),
    ],
    "pt": ["Guardado .", "Obrigado(a)", "um mês (%(count)s)"],
    "pt-br": ["Salvo ."],
    "ru": [
        *("Нажмите — и всё", "слово – слово", "Писем не будет до %(day)s.", "Папка “Спам”"),
        *("%(count)s месяц", "просил(а)", "Готово ."),
    ],
    "ar": [
        *("نعم, لا", "نعم; لا", "متى?", "نعم ، لا", "٣ أشهر", "إلى و%(name)s", "“نعم”"),
        "لشهر واحد (%(count)s)",
    ],
}


@pytest.mark.parametrize(
    ("language", "text"), [(k, text) for k, v in BREACHES.items() for text in v]
)
def test_a_breach_is_named(language: str, text: str) -> None:
    assert list(wording.faults(language, text))


def test_there_is_a_breach_of_every_rule() -> None:
    for primary, rules in {"": wording.EVERYWHERE, **wording.OF_LANGUAGE}.items():
        tried = [
            text for tag, texts in BREACHES.items() for text in texts if tag.startswith(primary)
        ]
        for wrong, pattern in rules:
            assert any(pattern.search(text) for text in tried), f"{primary}: {wrong}"


@pytest.mark.parametrize("language", ALL)
def test_every_word_that_a_glossary_rules_out_is_named(language: str) -> None:
    words = wording.avoided(language)
    assert len(words) >= 10
    for word, instead in words.items():
        text = f"x {word.removesuffix('…')} x"
        assert instead, word
        assert any(f"“{word}”" in one for one in wording.faults(language, text)), word
    assert not list(wording.faults(language, "xyz"))


def test_partir_and_you_of_brazil_are_found_in_a_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the file of the language itself, and in what `pt-br` takes from `pt`."""
    shutil.copytree(packaged_templates() / "locale", tmp_path / "locale")
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(catalogues, "TEMPLATES", tmp_path)
    assert [line for tag in ALL for line in catalogues.breaches(tag)] == []
    spoil(tmp_path, "fr", "Se désabonner", "Partir")
    spoil(tmp_path, "pt", "Parceiros nesta edição", "Parceiros nesta ligação")
    spoil(tmp_path, "ar", "إيقاف لشهرين", "إيقاف لمدة %(count)s شهر")
    assert all("“partir”" in line for line in catalogues.breaches("fr"))
    assert list(catalogues.breaches("fr"))
    assert list(catalogues.breaches("pt")) == []
    assert "“ligação”" in next(iter(catalogues.breaches("pt-br")))
    assert "one number only" in next(iter(catalogues.breaches("ar")))


def spoil(folder: Path, language: str, text: str, other: str) -> None:
    path = folder / "locale" / language / "LC_MESSAGES" / "alerts.po"
    words = path.read_text(encoding="utf-8")
    assert text in words
    path.write_text(words.replace(f'"{text}"', f'"{other}"'), encoding="utf-8")


def test_a_region_has_every_text_whose_plural_forms_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(packaged_templates() / "locale", tmp_path / "locale")
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path / "locale")
    path = catalogues.catalogue_of("pt-br")
    kept = [one for one in path.read_text(encoding="utf-8").split("\n\n") if "stories" not in one]
    path.write_text("\n\n".join(kept), encoding="utf-8")
    found = list(catalogues.faults("pt-br", catalogues.wanted()))
    assert len(found) == 1
    assert "stories" in found[0]


# --- earlier texts -----------------------------------------------------------------------------


def test_an_earlier_text_leads_to_one_of_today_with_the_same_values() -> None:
    former = former_texts([packaged_templates()])
    today = catalogues.wanted()
    assert len(former) > 90
    for old, now in former.items():
        assert now in today, now
        assert old not in today, old
        names = [set(re.findall(r"%\(\w+\)s", str(one))) for one in (old, now)]
        assert names[0] == names[1], old


def test_an_own_catalogue_and_an_own_template_with_earlier_texts_work_on(tmp_path: Path) -> None:
    path = tmp_path / "templates" / "locale" / "es" / "LC_MESSAGES" / "alerts.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Look into your mailbox"\nmsgstr "Abra su correo"\n\n'
        'msgid "No e-mails for %(count)s month"\nmsgid_plural "No e-mails for %(count)s months"\n'
        'msgstr[0] "Callar %(count)s mes"\nmsgstr[1] "Callar %(count)s meses"\n',
        encoding="utf-8",
    )
    folders = (tmp_path / "templates", packaged_templates())
    spanish = Catalogue("es", folders)
    assert spanish.say("Check your inbox") == "Abra su correo"
    assert spanish.say("Look into your mailbox") == "Abra su correo"
    assert spanish.say("That was often. Please try again in an hour.").startswith("Demasiados")
    months = ("Pause for %(count)s month", "Pause for %(count)s months")
    assert spanish.write_many(*months, 3) == "Callar 3 meses"
    assert translations.lacks("es", folders, ["Look into your mailbox", months]) == []
    assert Catalogue("de", folders).write("Saved.") == "Your changes have been saved."


# --- what readers get --------------------------------------------------------------------------


@cache
def mails(language: str) -> dict[str, Edition]:
    """Every mail there is, in that language."""
    given = hard()
    facts = sample_facts()
    made = {kind.value: render_notice(kind.value, language, given, facts) for kind in NoticeKind}
    return made | {"issue": render_edition(issue(), language, given)}


def hard() -> Settings:
    given = settings(NOWHERE)
    alert = replace(given.alert, name=HARD, organisation="Consortium (NGO)", languages=ALL)
    return replace(given, alert=alert)


def page_texts(language: str) -> Iterator[tuple[str, str]]:
    """The text of every page, with much to show and with nothing."""
    given = hard()
    pages = Pages(given)
    for name in page_names():
        wanted = asked_for(f"web/{name}.html")
        for values in samples(given, pages, language):
            shown = {key: value for key, value in values.items() if key in wanted}
            document = pages.html(f"web/{name}.html", language, "./", shown)
            if document.strip():
                yield name, "\n".join(read_aloud(document))


def read_aloud(document: str) -> Iterator[str]:
    """What a reader sees or hears of a document: its text and its labels, one element a line."""
    tree = lxml_html.fromstring(document)
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in ("style", "script", "code", "pre"):
            continue
        yield from (element.get(name, "") for name in ("aria-label", "alt"))
        if element.tag in ("p", "h1", "h2", "h3", "li", "label", "button", "option", "dt", "a"):
            yield str(element.text_content())


@pytest.mark.parametrize("language", ALL)
def test_nothing_that_readers_get_has_two_full_stops_or_a_lost_space(language: str) -> None:
    texts = [(name, mail.text) for name, mail in mails(language).items()]
    texts += [(name, "\n".join(read_aloud(mail.html))) for name, mail in mails(language).items()]
    texts += page_texts(language)
    assert len(texts) > 40
    for name, text in texts:
        plain = re.sub(r"https?://\S+|\{slot:\w+\}|UTC\S*|\d\d?:\d\d", "", text)
        assert not re.search(r"\.\s*\.(?!\w)", plain.replace("\n", " | ")), name
        if language == "fr":
            wrong = re.search(r"[^\u00a0]:|[^\u202f\n][;?!]|« | »", ours(plain))
            assert not wrong, f"{name}: {wrong}"
        if language == "ar":
            assert not re.search(r"[\u0600-\u06ff]\u200f?[,;?]", plain), name


def ours(text: str) -> str:
    """The lines that are no article's."""
    return "\n".join(line for line in text.splitlines() if "ten cities" not in line)


@pytest.mark.parametrize("language", ALL)
def test_a_number_is_said_once_for_any_number(language: str) -> None:
    catalogue = Catalogue(language, (packaged_templates(),))
    many = [one for one in catalogues.wanted() if not isinstance(one, str)]
    assert len(many) >= 6
    for one, more in many:
        names = dict.fromkeys(re.findall(r"%\((\w+)\)s", one + more), "Ana")
        for count in range(122):
            said = str(catalogue.write_many(one, more, count, **{**names, "count": count}))
            assert len(re.findall(r"\d+", said)) <= 1, said
            assert "(" not in said, said


@pytest.mark.parametrize("language", ALL)
def test_every_mail_has_a_subject_of_one_line_that_names_the_alert(language: str) -> None:
    for name, mail in mails(language).items():
        assert HARD in mail.subject, name
        assert mail.subject == mail.subject.strip()
        assert "\n" not in mail.subject
        assert not re.search("[\u2066-\u2069]", mail.subject), "some programs show them as boxes"
    assert mails("fr")["data"].subject == f"Vos données\u00a0: {HARD}"


def test_names_in_right_to_left_text_keep_their_brackets() -> None:
    text = mails("ar")["issue"].text
    assert f"نشرة \u2068{HARD}\u2069." in text
    assert f"\u2068{HARD}\u2069، أكتوبر 2026" in text
    assert "\u2068ana@example.org\u2069" in mails("ar")["confirm"].text
    assert not re.search("[\u2066-\u2069]", mails("en")["issue"].text)


def test_a_mails_text_part_asks_for_no_button() -> None:
    for kind in ("confirm", "already", "move", "left"):
        mail = mails("en")[kind]
        assert "button" in mail.html, kind
        assert "button" not in mail.text, kind
        assert "link below" in " ".join(mail.text.split()), kind


def test_one_thing_has_one_heading() -> None:
    text = dict(page_texts("en"))["preferences"] + "\n".join(t for _, t in page_texts("en"))
    lines = text.splitlines()
    assert lines.count("Unsubscribe") >= 2  # the heading and the button
    assert "Change your email address" in lines
    assert not re.search("e-mail|mailbox|press the button", text, re.IGNORECASE)


# --- dates and regions -------------------------------------------------------------------------


def test_portugal_and_brazil_have_their_own_words_and_dates() -> None:
    portugal, brazil = (Catalogue(tag, (packaged_templates(),)) for tag in ("pt", "pt-br"))
    assert portugal.say("Save") == "Guardar"
    assert brazil.say("Save") == "Salvar"
    assert brazil.say("Send") == portugal.say("Send") == "Enviar"
    many = ("%(count)s article found", "%(count)s articles found")
    assert portugal.say_many(*many, 0) == "0 artigos encontrados"
    assert brazil.say_many(*many, 0) == "0 artigo encontrado"
    assert (portugal.locale.territory, brazil.locale.territory) == ("PT", "BR")
    assert "segunda, 9 de nov. de 2026" in mails("pt")["issue"].text
    assert "seg., 9 de nov. de 2026" in mails("pt-br")["issue"].text
    assert "você" in mails("pt-br")["left"].text
    assert "você" not in "".join(one.text for one in mails("pt").values())


def test_a_region_is_named_only_where_two_would_look_alike() -> None:
    assert Catalogue.own_name("pt-br") == "Português"
    assert Catalogue.own_name("pt-br", ("pt", "pt-br")) == "Português (Brasil)"
    assert Catalogue.own_name("en-gb", ("en-gb", "es")) == "English"
    assert Catalogue.own_name("x-nonsense") == "X-nonsense"


def test_regional_catalogues_hold_only_what_differs() -> None:
    entries = {
        tag: translations.wordings(read(catalogues.catalogue_of(tag))) for tag in ("pt", "pt-br")
    }
    assert len(entries["pt-br"]) < len(entries["pt"])
    assert entries["pt-br"].keys() <= entries["pt"].keys()
    for text, entry in entries["pt-br"].items():
        if isinstance(text, str):
            assert entry.string != entries["pt"][text].string, text
