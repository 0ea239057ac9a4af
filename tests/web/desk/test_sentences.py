"""What went wrong and what the checks find is said in the language of the person at the desk."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import alerts.lint.checks  # noqa: F401  (it registers them)
from alerts.doctor.examine import CHECKS as DOCTORS
from alerts.domain.errors import SettingsError
from alerts.editions.catalogue import Catalogue
from alerts.editions.template_files import packaged_templates
from alerts.lint.register import CHECKS
from alerts.web.desk.sentences.doctor import DOCTOR_CHECKS
from alerts.web.desk.sentences.told import SENTENCES, fault_told, told
from tests.factories import MONTH
from tests.web.desk.program_sentences import GAP, sentences, text_of, with_gaps
from tests.web.desk.reached_code import program
from tests.web.desk.signed_in import desk_of, press

OF_ADMINS = frozenset(
    (
        "SettingsError", "StoreError", "NoDatabase", "UndecidedCopy", "TemplateFault", "PlugInFault",
        "TransactionFault", "MailboxRefused", "MailboxUnavailable", "LoginRefused", "RelayUnavailable",
        "NoAnswer", "PdfFailed",
    )
)  # fmt: skip
"""What is said by these can be mended only by who has a shell: the desk says so, and shows it as it is."""
IN_MODULES_OF_ADMINS = (
    "alerts.config.listen_address", "alerts.config.load", "alerts.mail.", "alerts.transport.",
    "alerts.library.bounces", "alerts.sources.holiday_calendar",
)  # fmt: skip
OPTIONS = re.compile(r"^--(map|ignore|content|to|layout\b.*auto)|: --map|`alerts init")
"""Options that the desk never gives, and a project that is not there."""


@cache
def _strings() -> frozenset[str]:
    """Every string of the program but those of the tables themselves, with gaps."""
    found = {f"{GAP} {one.several}" for one in CHECKS.values() if one.several}
    for module, tree in program().modules.items():
        if not module.startswith("alerts.web.desk.sentences"):
            nodes = (one for one in ast.walk(tree) if isinstance(one, ast.expr))
            found.update(text for node in nodes if (text := text_of(node)))
    return frozenset(found)


def _wanted() -> set[str]:
    """Each sentence that the desk can come to and has to say in the language of a person."""
    found = {f"{GAP} {one.several}" for one in CHECKS.values() if one.several}
    for sentence, said_by in sentences().items():
        by = {one.name for one in said_by}
        elsewhere = {one for one in said_by if not one.module.startswith(IN_MODULES_OF_ADMINS)}
        if not by <= OF_ADMINS and elsewhere and not OPTIONS.search(sentence):
            found.add(sentence)
    return found


def test_each_sentence_that_the_desk_can_come_to_has_its_words_there() -> None:
    assert len(_wanted()) > 400
    assert not _wanted() - {with_gaps(one) for one in SENTENCES}


def test_a_new_fault_of_a_use_case_is_missed() -> None:
    assert "there is no such comment" in _wanted()
    assert (
        f"{GAP}: nothing here reads sources of kind “{GAP}”; is its plug-in installed?" in _wanted()
    )
    assert "The subject is empty." in _wanted()
    assert f"{GAP} has no SPF record" in _wanted()  # a finding of the doctor


def test_each_sentence_is_one_that_the_program_says() -> None:
    made = sentences().keys() | _strings()
    said = "\n".join(made)
    for sentence in SENTENCES:
        words = with_gaps(sentence)
        pieces = (one.strip() for one in re.split(f"[{GAP}“”()]", words))
        assert words in made or all(one in said for one in pieces if len(one) > 3), sentence


@pytest.mark.parametrize("language", ["es", "fr", "ru", "ar", "pt", "pt-br"])
def test_each_sentence_is_translated_with_its_values(language: str) -> None:
    catalogue = Catalogue(language, [packaged_templates()])
    for sentence, words in SENTENCES.items():
        values = {name: f"⟨{name}⟩" for name in re.findall(r"%\((\w+)\)s", sentence)}
        said = told(catalogue, sentence % values)
        assert said == str(catalogue.write(words, **values)), sentence
        if len(re.sub(r"%\(\w+\)s|\W", "", words)) > 8:  # else it may be the same, such as “KB”
            assert said != words % values, sentence
    thin = "3 of 9 titles in “es”, alert.min_coverage requires 50%"
    nested = told(catalogue, f"2026-10: {thin}: `alerts article translate ID LANG`")
    assert "titles" not in nested
    unknown = "Nothing of ours says this: 100 %(x)s"
    assert told(catalogue, unknown) == unknown


@pytest.mark.parametrize("language", ["es", "fr", "ru", "ar", "pt", "pt-br"])
def test_each_check_of_the_doctor_and_whom_to_ask_is_said(language: str) -> None:
    catalogue = Catalogue(language, [packaged_templates()])
    assert DOCTOR_CHECKS.keys() == DOCTORS.keys()
    for name in set(DOCTOR_CHECKS) - {"DNS", "sources", "hooks"}:
        assert catalogue.say(DOCTOR_CHECKS[name]) != name
    known = (
        "the relay limits us: it took 1 message in 24 hours, then said “452; no more”;"
        " sending goes on after 2026-12-01 10:00 UTC"
    )
    said = told(catalogue, known)
    assert "452; no more" in said
    assert not re.search(r"\b(relay|message|hours|then|sending)\b", said.replace("message en", ""))
    asked = told(catalogue, "`alerts hook test crm` tries it now")
    assert "`alerts hook test crm`" in asked
    assert "tries" not in asked


def test_lines_reasons_and_values_are_said_and_quotes_are_not() -> None:
    spanish = Catalogue("es", [packaged_templates()])
    gate = (
        "2026-10: refused to send through mail.example.org:\n"
        "  no postal address in the footer, which laws require in bulk mail: set alert.address;"
        " on purpose: --anyway no-address\n"
        "  mail would come from a@x.example, which is an example: write an address of your own in"
        " sender.address; on purpose: --anyway example-sender"
    )
    said = told(spanish, gate)
    assert "falta la dirección postal" in said
    assert "ponga una dirección propia" in said
    assert "--anyway" not in said
    near = told(
        spanish, "same path but for the language, and same or like title and text; same UID"
    )
    assert (
        near == "en común: ruta, salvo el idioma; iguales o parecidos: título y texto; el mismo UID"
    )
    quoted = told(spanish, "its title “title” contradicts its link “text”")
    assert quoted == "su título «title» contradice su enlace «text»"


def test_what_only_an_admin_can_mend_is_said_to_be_theirs() -> None:
    fault = SettingsError("alerts.toml, line 3: write a number from 1 on")
    said = {one: fault_told(Catalogue(one, [packaged_templates()]), fault) for one in ("en", "fr")}
    assert said["en"] == str(fault)
    assert said["fr"] == f"Un administrateur peut y remédier\u00a0: {fault}"


def test_the_desk_speaks_the_language_that_a_person_has_chosen(project: Path) -> None:
    with desk_of(project, ALERT__LANGUAGES="en,es") as desk:
        with desk.browser("anna@example.org") as anna:
            to = f"/desk/words?month={MONTH}&lang=en"
            chosen = press(anna, "/desk/language", language="fr", to=to)
            assert chosen.headers["location"].endswith(f"/desk/words?month={MONTH}")
            assert 'lang="fr"' in anna.get("/desk").text
            wrong = press(anna, f"/desk/add?month={MONTH}", url="no-address")
            assert "il faut une adresse complète" in wrong.text
            assert 'lang="es"' in anna.get("/desk?lang=es").text  # for once
            for odd in ("xx", "", "../en"):
                assert press(anna, "/desk/language", language=odd).status_code == 403
            for far in ("https://evil.example/", "//evil.example/desk", "/join", "\r\nX: y"):
                gone = press(anna, "/desk/language", language="ar", to=far)
                assert gone.headers["location"] == f"{desk.served.url.rstrip('/')}/desk"
        with desk.browser("anna@example.org") as another:
            assert 'dir="rtl"' in another.get("/desk").text
        with desk.browser() as stranger:
            assert 'href="?lang=es"' in stranger.get("/desk/sign-in").text
            data = {"language": "es", "form": "0" * 32}
            assert (
                stranger.post("/desk/language", data=data).headers["location"].endswith("sign-in")
            )
