"""Interface texts as a translator sees them: which are asked for, and what a catalogue lacks.

Texts are found where they are used: `_("…")` and `ngettext("…", "…", n)` in templates, `later("…")` in
code. Reads files; changes none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract

from alerts.render.catalogue import catalogue_paths, read

# A text, or its singular and plural.
Wording = str | tuple[str, str]

_TEMPLATES: dict[str, tuple[int, int] | None] = {"_": None, "gettext": None, "ngettext": (1, 2)}
_CODE: dict[str, tuple[int, int] | None] = {"later": None}
_PLACES = re.compile(r"%\(\w+\)s")


@dataclass(frozen=True, slots=True)
class Lack:
    """What is wrong with one text of a catalogue, and where the catalogue lies."""

    path: Path
    text: str
    wrong: str

    def __str__(self) -> str:
        return f"“{self.text}” {self.wrong}"


def of_templates(folder: Path) -> set[Wording]:
    """The texts that the templates below `folder` ask for."""
    found: set[Wording] = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".txt"):
            found |= _used(path, "jinja2.ext:babel_extract", _TEMPLATES)
    return found


def of_code(folder: Path) -> set[Wording]:
    """The texts that the Python files below `folder` ask for."""
    found: set[Wording] = set()
    for path in sorted(folder.rglob("*.py")):
        found |= _used(path, "python", _CODE)
    return found


def _used(path: Path, method: str, keywords: dict[str, tuple[int, int] | None]) -> set[Wording]:
    with path.open("rb") as file:
        messages = extract(method, file, keywords, options={"silent": "true"})
        return {
            (text[0], text[1]) if isinstance(text, tuple | list) else text
            for _, text, _, _ in messages
        }


def wordings(catalogue: Catalog) -> dict[Wording, Message]:
    """The entries of a catalogue by what they translate."""
    return {
        (one.id[0], one.id[1]) if isinstance(one.id, tuple | list) else one.id: one
        for one in catalogue
        if one.id
    }


def lacks(language: str, folders: Iterable[Path], wanted: Iterable[Wording]) -> list[Lack]:
    """What the catalogues of `language` leave unsaid or say wrongly, in the order of the alphabet.

    `folders` as for `Catalogue`. What is unsaid is shown in English.
    """
    paths = [path for path in catalogue_paths(language, folders) if path.is_file()]
    where = paths[0] if paths else catalogue_paths(language, folders)[0]
    said: dict[Wording, tuple[Path, Catalog, Message]] = {}
    for path in reversed(paths):
        catalogue = read(path)
        said |= {
            wording: (path, catalogue, one)
            for wording, one in wordings(catalogue).items()
            if any(_texts(one)) and not one.fuzzy  # gettext passes over what is only a guess
        }
    found = []
    for wording in sorted(wanted, key=str):
        name = wording if isinstance(wording, str) else wording[0]
        if wording not in said:
            found.append(Lack(where, name, "is not translated"))
        else:
            path, catalogue, one = said[wording]
            found += [Lack(path, name, wrong) for wrong in _faults(catalogue, one)]
    return found


def _texts(one: Message) -> tuple[str, ...]:
    return tuple(one.string) if isinstance(one.string, tuple | list) else (one.string or "",)


def _faults(catalogue: Catalog, one: Message) -> Iterator[str]:
    """What a translation says wrongly: plural forms that are missing, places that are."""
    texts = _texts(one)
    plural = isinstance(one.id, tuple | list)
    if plural and (len(texts) != catalogue.num_plurals or not all(texts)):
        yield f"has {sum(map(bool, texts))} of {catalogue.num_plurals} plural forms"
        return
    wanted = set(_PLACES.findall(one.id[0] if plural else str(one.id)))
    for form, text in enumerate(texts):
        given = set(_PLACES.findall(text))
        spared = {"%(count)s"} if plural and _one_number(catalogue, form) else set()
        if given - wanted or wanted - spared - given:
            yield f"has other places to fill in than its translation “{text}”"


def _one_number(catalogue: Catalog, form: int) -> bool:
    """True for a plural form that one number alone takes: it may say the number in words."""
    chosen = c2py(catalogue.plural_expr)
    return sum(chosen(number) == form for number in range(1000)) == 1
