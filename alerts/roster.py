"""A list of people as a spreadsheet keeps it: which column is what, and each row as an entry.

Promises that every line with something on it either becomes an `Entry` whose fields can be trusted
(address parsed, language known, text clean and within its cap) or a `Rejection` with its line
number and reason; one bad line never costs another. Reads columns under the names that people give
them in several languages, and files without a header. Does not know who is subscribed already.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from alerts.address import Address
from alerts.errors import InputError, UsageError
from alerts.fields import MAX_NAME, MAX_SOURCE, clean, evidence, language, shown, status, tags
from alerts.project import known_language
from alerts.sheet import Lines, Row, delimiter_of, restored, rows

# field: the headings that mean it, best first; compared without case, accents and punctuation
HEADINGS: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "e-mail", "mail", "email address", "mail address", "e-mail addresses", "emails",
        "primary email", "e-mail 1 - value", "subscriber email", "user email", "contact email",
        "correo", "correo electrónico", "dirección de correo", "dirección de correo electrónico",
        "courriel", "adresse e-mail", "adresse mail", "adresse électronique", "adresse courriel",
        "e-mail-adresse", "indirizzo e-mail", "endereço de e-mail", "البريد الإلكتروني",
        "address", "dirección", "adresse", "addr",
    ),
    "name": (
        "name", "full name", "display name", "subscriber name", "nombre completo", "nom complet",
        "nombre", "nom", "nome", "nome completo", "الاسم",
    ),
    "first": ("first name", "given name", "forename", "first", "prénom", "vorname", "primer nombre"),
    "last": (
        "last name", "family name", "surname", "last", "apellido", "apellidos", "nachname",
        "nom de famille", "sobrenome",
    ),
    "language": (
        "language", "lang", "locale", "language code", "preferred language", "idioma", "lengua",
        "langue", "sprache", "lingua", "اللغة",
    ),
    "tags": (
        "tags", "tag", "labels", "groups", "group", "etiquetas", "etiqueta", "grupos",
        "étiquettes", "groupes",
    ),
    "status": ("status", "subscription status", "state", "estado", "statut"),
    "consent": ("consent", "consent text", "consent wording", "consentimiento", "consentement"),
    "consent_source": ("consent source", "opt-in source", "source", "origen", "origine"),
    "consent_at": (
        "consent at", "consent date", "consent time", "opt-in time", "opt-in date", "confirm time",
        "confirmed at", "subscribed at", "signup date", "fecha de consentimiento",
        "date de consentement",
    ),
}  # fmt: skip


class Entry(NamedTuple):
    """One accepted line. Empty: the file does not say. `tags` is a sorted JSON array."""

    line: int
    key: str
    email: str
    name: str
    language: str
    status: str
    tags: str
    consent: str
    consent_source: str
    consent_at: str


class Rejection(NamedTuple):
    """One line that was not taken in, and why."""

    line: int
    email: str
    reason: str


class Roster:
    """A file of people. `blocks` are its octets; `file` is what messages call it.

    Iterating yields the entries, once, in flat memory; `rejected` fills as it goes, and `notices`
    holds what the person who imports should know about how the file was read.
    """

    def __init__(
        self, blocks: Iterable[bytes], file: str, mapping: Mapping[str, str] | None = None
    ) -> None:
        """`mapping` names fields by headings of the file, see `mapped`; it wins over what we know."""
        self.file = file
        self._mapping = mapping or {}
        self.rejected: list[Rejection] = []
        self.notices: list[str] = []
        self._lines = Lines(blocks)
        self._width = 0
        self._email = 0

    def __iter__(self) -> Iterator[Entry]:
        """Raises `InputError` where the file is empty or no column holds addresses."""
        lines = iter(self._lines)
        sample = list(itertools.islice(lines, 20))
        skipped = 0
        if sample and re.fullmatch(r"sep=.", sample[0]):  # Excel's own hint
            delimiter, skipped = sample.pop(0)[-1], 1
        else:
            delimiter = delimiter_of(sample)
        table = rows(
            itertools.chain(sample, lines),
            delimiter,
            lambda cells, taken: self._whole(cells, taken, delimiter),
        )
        table = (row._replace(line=row.line + skipped) for row in table) if skipped else table
        columns, table = self._columns(table)
        yield from self._entries(columns, table)
        if self._lines.guessed:
            self.notices.append(
                f"{self.file}, line {self._lines.guessed}: not UTF-8; read as cp1252 (Western European)"
            )

    def _whole(self, cells: list[str], taken: list[str], delimiter: str) -> bool:
        """Whether a row over several lines is one row and not several people swallowed."""
        if self._width and len(cells) != self._width:
            return False
        for line in taken[1:]:
            parts = line.split(delimiter)
            if self._email < len(parts) and _is_address(parts[self._email].strip(' "')):
                return False
        return True

    def _columns(self, table: Iterator[Row]) -> tuple[dict[str, int], Iterator[Row]]:
        """Where each field stands, and the rows that hold people."""
        first = next(table, None)
        if first is None:
            raise InputError(f"{self.file}: holds no lines; give a CSV file with a column “email”")
        self._width = len(first.cells)
        headed = bool(self._mapping) or not any(map(_is_address, first.cells))
        columns = self._named(first) if headed else {}
        if not columns:
            ahead = [first, *itertools.islice(table, 20)]
            columns = self._guessed(ahead)
            table = itertools.chain(ahead, table)
        if "email" not in columns:
            found = ", ".join(f"“{shown(cell)}”" for cell in first.cells[:20] if cell.strip())
            raise InputError(
                f"{self.file}, line {first.line}: no column of addresses; name one of"
                f" {found[:300] or 'the columns'} “email”"
            )
        self._email = columns["email"]
        return columns, table

    def _named(self, header: Row) -> dict[str, int]:
        """The columns that the header names; raises `InputError` where two are one field."""
        keys = [_plain(cell) for cell in header.cells]
        columns: dict[str, int] = {}
        for heading, field in self._mapping.items():
            if keys.count(_plain(heading)) != 1:
                found = ", ".join(f"“{shown(cell)}”" for cell in header.cells[:20])
                raise InputError(
                    f"{self.file}, line {header.line}: --map: “{shown(heading)}” is not one of its"
                    f" columns: {found[:300]}"
                )
            columns[field] = keys.index(_plain(heading))
        for field, headings in _HEADINGS.items():
            if field in columns:
                continue
            taken = {keys[index] for index in columns.values()} if self._mapping else set()
            known = [key for key in headings if key in keys and key not in taken]
            if not known:
                continue
            columns[field] = keys.index(known[0])
            if keys.count(known[0]) > 1:
                raise InputError(
                    f"{self.file}, line {header.line}: two columns are named"
                    f" “{shown(header.cells[columns[field]])}”; rename or remove one"
                )
        return columns

    def _guessed(self, ahead: list[Row]) -> dict[str, int]:
        """The columns of a file without a header, by what its first rows hold."""
        for row in ahead:
            for index, cell in enumerate(row.cells):
                if _is_address(cell):
                    self._width = len(row.cells)
                    return {"email": index, **_by_looks(row.cells, index)}
        return {}

    def _entries(self, columns: dict[str, int], table: Iterable[Row]) -> Iterator[Entry]:
        read = reader(columns)
        email, width = columns["email"], self._width
        for line, cells, fault in table:
            if not fault:
                try:
                    entry = read(line, cells if len(cells) == width else _fitted(cells, width))
                except InputError as refused:
                    fault = str(refused)
                else:
                    yield entry
                    continue
            address = restored(cells[email]) if email < len(cells) else ""
            self.rejected.append(Rejection(line, shown(address), fault))


def mapped(text: str) -> dict[str, str]:
    """`E-Mail=email,Sprache=language` as fields by headings; raises `UsageError`."""
    mapping: dict[str, str] = {}
    for pair in text.split(","):
        heading, sign, field = (part.strip() for part in pair.rpartition("="))
        if not sign or not _plain(heading) or field not in HEADINGS:
            raise UsageError(
                f"--map: “{shown(pair)}”: write HEADING=FIELD; fields are {', '.join(HEADINGS)}"
            )
        if heading in mapping or field in mapping.values():
            raise UsageError(f"--map: “{shown(pair)}”: each heading and each field once")
        mapping[heading] = field
    return mapping


def reader(columns: dict[str, int]) -> Callable[[int, list[str]], Entry]:
    """A function that makes an `Entry` of a row's cells, or raises `InputError`."""
    email = columns["email"]
    at = {field: columns.get(field, -1) for field in HEADINGS}
    nothing = ("", "", "", "[]", "", "", "")
    plain = set(columns) <= {"email"}
    parse = Address.parse

    def cell(cells: list[str], field: str) -> str:
        index = at[field]
        return restored(cells[index]) if index >= 0 else ""

    def read(line: int, cells: list[str]) -> Entry:
        address = parse(restored(cells[email]))
        local, domain = address.local, address.domain
        key, text = f"{local.lower()}@{domain}", f"{local}@{domain}"
        if plain:
            return Entry(line, key, text, *nothing)
        return Entry(
            line,
            key,
            text,
            clean(_name(*(cell(cells, f) for f in ("first", "name", "last"))), MAX_NAME, "name"),
            language(cell(cells, "language")) if at["language"] >= 0 else "",
            status(cell(cells, "status")) if at["status"] >= 0 else "",
            tags(cell(cells, "tags")) if at["tags"] >= 0 else "[]",
            evidence(cell(cells, "consent")) if at["consent"] >= 0 else "",
            clean(cell(cells, "consent_source"), MAX_SOURCE, "consent_source"),
            clean(cell(cells, "consent_at"), 100, "consent_at"),
        )

    return read


def _name(first: str, name: str, last: str) -> str:
    """One name of the columns that there are; “nom” beside “prénom” is a family name."""
    if first and last:
        return name or f"{first} {last}"
    return f"{first} {name}{last}".strip() if first else f"{name} {last}".strip()


def _fitted(cells: list[str], width: int) -> list[str]:
    """A row with as many cells as the header; raises `InputError` where there are too many."""
    if any(cell.strip() for cell in cells[width:]):
        raise InputError(f"has {len(cells)} cells where the first line has {width}")
    return cells[:width] + [""] * (width - len(cells))


def _is_address(cell: str) -> bool:
    if "@" not in cell or len(cell) > 400:
        return False
    try:
        Address.parse(restored(cell))
    except InputError:
        return False
    return True


def _by_looks(cells: list[str], email: int) -> dict[str, int]:
    """Language and name columns of a row without a header, where they can be told."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(cells):
        word = cell.strip()
        if index == email or not word:
            continue
        code = len(word) == 2 or word[:2].islower()  # “Vai” and “Asa” are names first
        if "language" not in columns and code and known_language(word.lower().replace("_", "-")):
            columns["language"] = index
        elif "name" not in columns and word[0].isalpha():
            columns["name"] = index
    return columns


def _plain(heading: str) -> str:
    """A heading without case, accents and punctuation."""
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(c for c in letters if c.isalnum())


_HEADINGS = {field: tuple(map(_plain, words)) for field, words in HEADINGS.items()}
