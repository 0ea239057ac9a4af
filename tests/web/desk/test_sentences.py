"""What went wrong and what the checks find is said in the language of the person at the desk."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import alerts
import alerts.lint.checks
from alerts.editions.catalogue import Catalogue
from alerts.editions.template_files import packaged_templates
from alerts.lint.register import CHECKS
from alerts.web.desk.sentences import SENTENCES, told
from tests.factories import MONTH
from tests.web.desk.signed_in import desk_of, press

GAP = "\0"


def _words(node: ast.expr) -> str:
    """The words of a string of the program, with a gap for each value."""
    if isinstance(node, ast.JoinedStr):
        parts = [str(one.value) if isinstance(one, ast.Constant) else GAP for one in node.values]
        return re.sub(f"{GAP}+", GAP, "".join(parts))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@cache
def _program() -> frozenset[str]:
    """Every string of the program but those of the table itself."""
    found = {f"{GAP} {one.several}" for one in CHECKS.values() if one.several}
    for path in Path(alerts.__file__).parent.rglob("*.py"):
        if path.name != "sentences.py":
            tree = ast.parse(path.read_text())
            nodes = (one for one in ast.walk(tree) if isinstance(one, ast.expr))
            found.update(filter(None, map(_words, nodes)))
    return frozenset(found)


def test_each_sentence_is_one_that_the_program_says() -> None:
    said = {one: re.sub(f"{GAP}+", GAP, re.sub(r"%\(\w+\)s", GAP, one)) for one in SENTENCES}
    assert not [sentence for sentence, words in said.items() if words not in _program()]


@pytest.mark.parametrize("language", ["es", "fr", "ru", "ar", "pt", "pt-br"])
def test_each_sentence_is_translated_with_its_values(language: str) -> None:
    catalogue = Catalogue(language, [packaged_templates()])
    for sentence, words in SENTENCES.items():
        values = {name: f"⟨{name}⟩" for name in re.findall(r"%\((\w+)\)s", sentence)}
        said = told(catalogue, sentence % values)
        assert said not in (sentence % values, words % values), sentence
    thin = "3 of 9 titles in “es”, alert.min_coverage requires 50%"
    nested = told(catalogue, f"2026-10: {thin}: `alerts article translate ID LANG`")
    assert "titles" not in nested
    unknown = "Nothing of ours says this: 100 %(x)s"
    assert told(catalogue, unknown) == unknown


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
