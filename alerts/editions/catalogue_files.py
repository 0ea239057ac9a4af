"""The files of interface texts: where they are, and what is in them.

A catalogue is `locale/<language>/LC_MESSAGES/alerts.po` below a templates folder, read as it is (no
compiling). `locale/former.po` names the text that took the place of an earlier one, so a project's own
catalogue or template that has the earlier one keeps working.
"""

from collections.abc import Iterable, Mapping
from gettext import GNUTranslations, NullTranslations
from io import BytesIO, StringIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from alerts.domain.errors import TemplateFault
from alerts.text.decoding import charset_of, written

# What Babel finds wrong with an entry, in our words.
_PO_FAULTS = (
    ("missing msgstr", "a text (msgid) without its translation (msgstr)"),
    ("more translations", "more plural forms than its header names (Plural-Forms)"),
    ("starting with", "a text that belongs to no entry"),
    ("conflicts", "a conflict of two versions (#-#-#) that was never resolved"),
)
_NO_ENTRY = "neither msgid, msgstr nor a text in quotation marks"
# A text, or its singular and plural.
Wording = str | tuple[str, str]


def catalogue_paths(language: str, folders: Iterable[Path]) -> list[Path]:
    """The paths where messages of `language` are looked for, in order, whether they exist or not."""
    parts = language.split("-")
    tags = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    below = [Path("locale", tag, "LC_MESSAGES", "alerts.po") for tag in tags]
    return [folder / path for path in below for folder in folders]


def read(path: Path) -> Catalog:
    """A catalogue as it is on disk; raises `TemplateFault` that names file and line."""
    try:
        octets = path.read_bytes()
        text = written(
            octets, str(path), TemplateFault, charset_of(octets[:4096].decode("latin-1"))
        )
        catalogue = read_po(StringIO(text), abort_invalid=True)
    except PoFileError as fault:
        wrong = next((ours for theirs, ours in _PO_FAULTS if theirs in str(fault)), _NO_ENTRY)
        place = f"{path}, line {fault.lineno + 1}"
        raise TemplateFault(f"{place}: {wrong}; correct the catalogue") from fault
    except (AttributeError, LookupError, TypeError, ValueError) as fault:
        raise TemplateFault(f"{path}: not a gettext catalogue in UTF-8; save it as one") from fault
    catalogue.charset = "utf-8"
    return catalogue


def wording_of(entry: Message) -> Wording:
    """What an entry of a catalogue translates."""
    return (entry.id[0], entry.id[1]) if isinstance(entry.id, tuple | list) else str(entry.id)


def former_texts(folders: Iterable[Path]) -> dict[Wording, Wording]:
    """The present text for each earlier one."""
    found: dict[Wording, Wording] = {}
    for folder in folders:
        path = folder / "locale" / "former.po"
        for entry in read(path) if path.is_file() else ():
            if entry.id and entry.string:
                now = entry.string
                found[wording_of(entry)] = now if isinstance(now, str) else (now[0], now[1])
    return found


def translations_of(
    language: str, folders: Iterable[Path], former: Mapping[Wording, Wording]
) -> NullTranslations:
    """The messages of all catalogues of `language`, each with the others to fall back to."""
    messages = NullTranslations()
    for path in catalogue_paths(language, folders):
        if path.is_file():
            messages = _chained(messages, _compiled(path, former))
    return messages


def _compiled(path: Path, former: Mapping[Wording, Wording]) -> GNUTranslations:
    """A catalogue ready to translate; raises as `read` does."""
    octets = BytesIO()
    try:
        write_mo(octets, _with_present_texts(read(path), former))
    except ValueError as fault:
        raise TemplateFault(f"{path}: not a gettext catalogue in UTF-8; save it as one") from fault
    octets.seek(0)
    return GNUTranslations(octets)


def _with_present_texts(catalogue: Catalog, former: Mapping[Wording, Wording]) -> Catalog:
    """Let a translation of an earlier text stand for the present text, unless that has one as well."""
    for entry in list(catalogue):
        now = former.get(wording_of(entry)) if entry.id and not entry.fuzzy else None
        if now is not None and catalogue.get(now if isinstance(now, str) else now[0]) is None:
            catalogue.add(now, entry.string)
    return catalogue


def _chained(first: NullTranslations, then: GNUTranslations) -> NullTranslations:
    """`first`, and `then` for messages that it does not have."""
    if type(first) is NullTranslations:
        return then
    first.add_fallback(then)
    return first
