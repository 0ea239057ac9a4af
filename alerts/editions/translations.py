"""Interface texts for translators: which are used, and which are missing in a catalogue.

Texts are found where they are used: `_("…")` and `ngettext("…", "…", n)` in templates, `later("…")` in
code. Reads files; changes none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from gettext import c2py
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract

from alerts.domain.errors import TemplateFault
from alerts.editions.catalogue_files import (
    Wording,
    catalogue_paths,
    former_texts,
    read,
    wording_of,
)
from alerts.text.decoding import written

_TEMPLATES: dict[str, tuple[int, int] | None] = {"_": None, "gettext": None, "ngettext": (1, 2)}
_CODE: dict[str, tuple[int, int] | None] = {"later": None}
_PLACES = re.compile(r"%\(\w+\)s")


@dataclass(frozen=True, slots=True)
class CatalogueGap:
    """A problem with one text of a catalogue, and the catalogue's path."""

    path: Path
    text: str
    wrong: str

    def __str__(self) -> str:
        return f"“{self.text}” {self.wrong}"


def of_templates(folder: Path) -> set[Wording]:
    """The texts that the templates below `folder` use."""
    found: set[Wording] = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".txt"):
            found |= _used(path, "jinja2.ext:babel_extract", _TEMPLATES)
    return found


def of_code(folder: Path) -> set[Wording]:
    """The texts that the Python files below `folder` use."""
    found: set[Wording] = set()
    for path in sorted(folder.rglob("*.py")):
        found |= _used(path, "python", _CODE)
    return found


def _used(path: Path, method: str, keywords: dict[str, tuple[int, int] | None]) -> set[Wording]:
    file = BytesIO(written(path.read_bytes(), str(path), TemplateFault).encode())
    messages = extract(method, file, keywords, options={"silent": "true"})
    return {
        (text[0], text[1]) if isinstance(text, tuple | list) else text for _, text, _, _ in messages
    }


def wordings(catalogue: Catalog) -> dict[Wording, Message]:
    """The entries of a catalogue by what they translate."""
    return {wording_of(one): one for one in catalogue if one.id}


def lacks(language: str, folders: Iterable[Path], wanted: Iterable[Wording]) -> list[CatalogueGap]:
    """Missing and faulty texts in the catalogues of `language`, in alphabetical order.

    `folders` as for `Catalogue`. Missing texts are shown in English. A translation of an earlier text
    counts for the text that took its place.
    """
    folders = tuple(folders)
    former = former_texts(folders)
    paths = [path for path in catalogue_paths(language, folders) if path.is_file()]
    where = paths[0] if paths else catalogue_paths(language, folders)[0]
    said: dict[Wording, tuple[Path, Catalog, Message]] = {}
    for path in reversed(paths):
        catalogue = read(path)
        here = {
            wording: (path, catalogue, one)
            for wording, one in wordings(catalogue).items()
            if any(texts_of(one)) and not one.fuzzy  # gettext passes over what is only a guess
        }
        said |= {former[old]: one for old, one in here.items() if old in former} | here
    found = []
    for wording in sorted({former.get(one, one) for one in wanted}, key=str):
        name = wording if isinstance(wording, str) else wording[0]
        if wording not in said:
            found.append(CatalogueGap(where, name, "is not translated"))
        else:
            path, catalogue, one = said[wording]
            found += [CatalogueGap(path, name, wrong) for wrong in _faults(catalogue, one)]
    return found


def texts_of(one: Message) -> tuple[str, ...]:
    """What an entry of a catalogue says, in each plural form."""
    return tuple(one.string) if isinstance(one.string, tuple | list) else (one.string or "",)


def _faults(catalogue: Catalog, one: Message) -> Iterator[str]:
    """The faults of a translation: missing plural forms, differing placeholders."""
    texts = texts_of(one)
    plural = isinstance(one.id, tuple | list)
    if plural and (len(texts) != catalogue.num_plurals or not all(texts)):
        yield f"has {sum(map(bool, texts))} of {catalogue.num_plurals} plural forms"
        return
    wanted = set(_PLACES.findall(one.id[0] if plural else str(one.id)))
    for form, text in enumerate(texts):
        given = set(_PLACES.findall(text))
        spared = {"%(count)s"} if plural and one_number(catalogue, form) else set()
        if given - wanted or wanted - spared - given:
            yield f"has other placeholders than its translation “{text}”"


def one_number(catalogue: Catalog, form: int) -> bool:
    """True for a plural form used for one number only: it may have the number as a word."""
    chosen = c2py(catalogue.plural_expr)
    return sum(chosen(number) == form for number in range(1000)) == 1
