"""Keeps the catalogues of `templates/locale/` in step with the texts that templates and code ask for.

`python docs/catalogues.py` adds what is new to each catalogue, untranslated, and names what nobody asks
for any more; `--check` writes nothing and exits 1 where a text is missing, not translated, or breaks a
rule of `docs/glossaries/`. Run by `make texts` and `make lint`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import normalize
from wording import faults as faults_of_wording

from alerts.domain.languages import primary
from alerts.editions import translations
from alerts.editions.catalogue_files import Wording, catalogue_paths, read

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "templates"
LOCALE = TEMPLATES / "locale"


def wanted() -> set[Wording]:
    """The texts that readers of e-mails and pages see. The preview is the editor's, in English."""
    shown = [folder for folder in TEMPLATES.iterdir() if folder.name not in ("locale", "preview")]
    found = set().union(*(translations.of_templates(folder) for folder in shown))
    return found | translations.of_code(ROOT / "alerts")


def languages() -> list[str]:
    """Those that have a catalogue."""
    return sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def regional(language: str) -> bool:
    """True for a catalogue that holds only what differs from its language's."""
    return "-" in language


def catalogue_of(language: str) -> Path:
    """Where its texts are."""
    return LOCALE / language / "LC_MESSAGES" / "alerts.po"


def faults(language: str, texts: set[Wording]) -> Iterator[str]:
    """What is wrong with one catalogue, a line each."""
    path = catalogue_of(language)
    for lack in translations.lacks(language, (TEMPLATES,), texts):
        yield f"{path}: {lack}"
    for extra in sorted(map(str, translations.wordings(read(path)).keys() - texts)):
        yield f"{path}: {extra!r} is not asked for any more: remove it"
    if regional(language):
        own, parent = read(path), read(catalogue_of(primary(language)))
        missing = translations.wordings(parent).keys() - translations.wordings(own).keys()
        for text in sorted(str(one) for one in missing if not isinstance(one, str)):
            yield f"{path}: {text} has the plural forms of {primary(language)}: add it"
    yield from breaches(language)


def breaches(language: str) -> Iterator[str]:
    """What breaks the rules of the language's glossary, a line each; in what it takes from its parent
    catalogue too."""
    entries: dict[Wording, tuple[Path, Catalog, Message]] = {}
    for path in reversed(catalogue_paths(language, (TEMPLATES,))):
        catalogue = read(path)
        entries |= {
            text: (path, catalogue, entry)
            for text, entry in translations.wordings(catalogue).items()
        }
    for text, (path, catalogue, entry) in entries.items():
        for number, form in enumerate(translations.texts_of(entry)):
            for wrong in faults_of_wording(language, form):
                yield f"{path}: “{form}”: {wrong}"
            if not isinstance(text, str) and spare_number(catalogue, number, form):
                yield f"{path}: “{form}”: a number in digits, where the form takes one number only"


def spare_number(catalogue: Catalog, number: int, form: str) -> bool:
    """True for a plural form that is used for one number and has it in digits, although the catalogue's
    language has forms of such a kind for more than one number: it has words for them."""
    single = [n for n in range(catalogue.num_plurals) if translations.one_number(catalogue, n)]
    return len(single) > 1 and number in single and "%(count)s" in form


def add(language: str, texts: set[Wording]) -> int:
    """Append what a catalogue has no entry for; how many there were. English says the text itself."""
    path = catalogue_of(language)
    if regional(language):
        return 0
    catalogue = read(path)
    new = sorted(texts - translations.wordings(catalogue).keys(), key=str)
    with path.open("a", encoding="utf-8") as file:
        for text in new:
            file.write("\n" + entry(text, catalogue.num_plurals, english=language == "en"))
    return len(new)


def entry(text: Wording, plurals: int, *, english: bool) -> str:
    """A text as it stands in a catalogue, not yet translated."""
    one, many = (text, "") if isinstance(text, str) else text
    flag = "#, python-format\n" if "%(" in one else ""
    lines = f"{flag}msgid {normalize(one)}\n"
    if not many:
        return f"{lines}msgstr {normalize(one if english else '')}\n"
    said = (one, many) if english else ("",) * plurals
    forms = "".join(f"msgstr[{n}] {normalize(text)}\n" for n, text in enumerate(said))
    return f"{lines}msgid_plural {normalize(many)}\n{forms}"


def main(arguments: list[str]) -> int:
    """Bring them up to date, or check them."""
    texts = wanted()
    if arguments != ["--check"]:
        for language in languages():
            if added := add(language, texts):
                sys.stdout.write(f"{catalogue_of(language)}: {added} texts added\n")
    found = [line for language in languages() for line in faults(language, texts)]
    sys.stderr.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
