"""Reads one row of a file of people as an `Entry`, by the plan of its table.

In a file of a known system, a fault in a name, a language or a tag affects only that field. In any
file, the same is true for people who must not be mailed, because a suppression always counts. Does not
use files or the database.
"""

import csv
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from alerts.domain.address import Address, mailbox_key
from alerts.domain.entry import Entry, Standing, worst
from alerts.domain.errors import InputError
from alerts.domain.subscriber import FIELD, IMPORTED
from alerts.subscribers import fields
from alerts.subscribers.doubtful import doubt
from alerts.subscribers.fields import MAX_NAME, clean, language, shown, tags
from alerts.subscribers.import_options import ReadOptions
from alerts.subscribers.import_plan import Plan
from alerts.subscribers.import_summary import TableSummary
from alerts.subscribers.language_names import named
from alerts.subscribers.status_words import plain
from alerts.subscribers.systems import UNCLEAR
from alerts.text.csv_text import restored

Read = Callable[[int, list[str]], Entry]
Field = Callable[[list[str]], str]  # reads a field from a row

_EMAIL, _NAME, _LANGUAGE, _STATUS, _CONSENT, _SOURCE = map(
    IMPORTED.index, ("email", "name", "language", "status", "consent", "consent_source")
)
SHORT = 200  # characters; a shorter address cannot be too long
MOST_JUDGED = 4096  # different rows of signs whose status is remembered
MOST = 100_000  # most domains that are remembered as not doubtful

_NAMED = re.compile(r"[\"“']?(?P<name>[^<>\"“”]*?)[\"”']?\s*<\s*(?P<address>[^<>\s]+)\s*>")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def reader(
    plan: Plan, options: ReadOptions, taken: Callable[[str], str], summary: TableSummary
) -> Read:
    """A function that makes an `Entry` of a row's cells, or raises `InputError`.

    `taken` gives the text of a cell; `summary` counts the values of the columns.
    """
    email = plan.fields["email"]
    standing = _standing(plan, taken, summary)
    details = _details(plan, options, taken, summary)
    counted = _counted(plan, options, summary)
    fixed = "" if plan.base is None else str(plan.base)
    sure = options.as_typed or options.addresses_only
    fine: set[str] = set()  # domains that are not doubtful
    parse = Address.parse

    def read(line: int, cells: list[str]) -> Entry:
        for index, column_values in counted:
            if cells[index]:
                column_values.add(cells[index])
        called = ""
        try:
            address = parse(taken(cells[email]))
        except InputError as fault:
            address, called = located(taken(cells[email]), fault)
        status = standing(cells) if standing else fixed
        local, domain = address.local, address.domain
        text = f"{local}@{domain}"
        if not (sure or (domain in fine and len(text) < SHORT and local.isascii())):
            _ask(address, status)
            if len(fine) < MOST:
                fine.add(domain)
        return details(line, mailbox_key(local, domain), text, cells, status, called)

    return read


def _ask(address: Address, status: str) -> None:
    """Raise `InputError` where an address is doubtful, unless the person must not be mailed anyway."""
    if (why := doubt(address)) and not (status and Standing(status).refuses):
        raise InputError(f"“{shown(str(address))}”: {why}")


def _standing(
    plan: Plan, taken: Callable[[str], str], summary: TableSummary
) -> Callable[[list[str]], str] | None:
    """A function that gives the status for a row: the worst of all signs. None: all rows have the
    file's status."""
    signs = [(index, sign, plan.headings[index]) for index, sign in plan.signs]
    if not signs:
        return None

    def judged(told: tuple[str, ...]) -> tuple[str, list[tuple[str, str]]]:
        """The status, and the cells that nobody understands with their headings."""
        found = [] if plan.base is None else [plan.base]
        unclear = []
        for cell, (_, sign, heading) in zip(told, signs, strict=True):
            said = sign.judge(taken(cell))
            if said == UNCLEAR:
                unclear.append((heading, cell))
                said = Standing.PENDING
            if said:
                found.append(Standing(said))
        return str(worst(*found)) if found else "", unclear

    columns = [index for index, _, _ in signs]
    kept = lru_cache(maxsize=MOST_JUDGED)(judged)  # most rows say the same

    def standing(cells: list[str]) -> str:
        status, unclear = kept(tuple([cells[index] for index in columns]))
        for heading, cell in unclear:
            summary.misunderstood(heading, cell)
        return status

    return standing


def _counted(plan: Plan, options: ReadOptions, summary: TableSummary) -> list[tuple[int, Any]]:
    """The columns whose values are counted: all, where any column is unknown or an option requires it."""
    every = options.counting or plan.system is not None or bool(plan.unread)
    if not every or options.addresses_only:
        return []
    return [(index, summary.values_of(heading)) for index, heading in enumerate(plan.headings)]


def _details(
    plan: Plan, options: ReadOptions, taken: Callable[[str], str], summary: TableSummary
) -> Callable[[int, str, str, list[str], str, str], Entry]:
    """A function that reads all fields except the address, for a person with the given status."""
    readers = _field_readers(plan, options, taken)
    source = options.consent_source or (options.asserted if plan.silent else "")
    given = options.consent
    nothing = [FIELD[name].empty for name in IMPORTED]
    nothing[_LANGUAGE] = options.language
    known = [(IMPORTED.index(name), read) for name, read in readers.items()]

    def mended(cells: list[str], found: list[str]) -> None:
        """Empty the fields that cannot be parsed, and count them."""
        for number, read in known:
            try:
                found[number] = read(cells)
            except InputError:
                found[number] = nothing[number]
                summary.dropped[IMPORTED[number].replace("_", " ")] += 1

    def details(
        line: int, key: str, email: str, cells: list[str], status: str, called: str
    ) -> Entry:
        found = nothing.copy()
        try:
            for number, read in known:
                found[number] = read(cells)
        except InputError:
            if not (plan.lenient or (status and Standing(status).refuses)):
                raise
            mended(cells, found)
        found[_EMAIL], found[_STATUS] = email, status
        found[_NAME] = found[_NAME] or called
        if given and not found[_CONSENT]:
            found[_CONSENT], found[_SOURCE] = given, options.consent_source or found[_SOURCE]
        found[_SOURCE] = found[_SOURCE] or source
        return Entry(line, key, tuple(found))

    return details


def _field_readers(
    plan: Plan, options: ReadOptions, taken: Callable[[str], str]
) -> dict[str, "Field"]:
    """For each field in the file or in the options: the function that reads it from a row; raises
    `InputError`."""
    at = plan.fields

    def simple(read: Callable[[str], str], field: str) -> Field:
        index = at[field]
        if taken is not restored:
            return lambda cells: read(taken(cells[index]))

        def field_of(cells: list[str]) -> str:
            cell = cells[index]
            return read(restored(cell) if cell[:1] == "'" else cell)

        return field_of

    readers: dict[str, Field] = {}
    for field, read in _READ.items():
        if field in at:
            readers[field] = simple(read, field)
    if "language" in at and options.language:
        spoken = readers["language"]
        readers["language"] = lambda cells: spoken(cells) or options.language
    if {"first", "last"} & at.keys():
        parts = [at.get(field, -1) for field in ("first", "name", "last")]
        readers["name"] = lambda cells: clean(
            joined(*(taken(cells[index]) if index >= 0 else "" for index in parts)),
            MAX_NAME,
            "name",
        )
    if plan.tags or options.tags:
        given = "\n".join(options.tags)
        first, *others = plan.tags or (-1,)
        if given or others:
            columns = plan.tags
            readers["tags"] = lambda cells: tags(
                "\n".join([*(unquoted(taken(cells[index])) for index in columns), given])
            )
        else:
            readers["tags"] = lambda cells: _tags_of(taken(cells[first]))
    return {} if options.addresses_only else readers


def located(text: str, fault: InputError) -> tuple[Address, str]:
    """The address in `Name <address>`, in `mailto:` or in a longer text, and the name.

    Raises `fault` where there is none.
    """
    bare = text.translate(_INVISIBLE).strip().strip(",;").strip()
    name = ""
    if found := _NAMED.fullmatch(bare):
        bare, name = found["address"], found["name"].strip()
    elif len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'":
        bare = bare[1:-1].strip()
    if bare[:7].lower() == "mailto:":
        bare = bare[7:].partition("?")[0]
    bare = bare.removesuffix(".") if bare.count("@") == 1 else bare
    if bare == text:
        raise fault
    try:
        return Address.parse(bare), clean(name, MAX_NAME, "name")
    except InputError:
        raise fault from None


def is_address(cell: str) -> bool:
    """Whether a cell holds an address, however it is written."""
    if "@" not in cell or len(cell) > 400:
        return False
    text = cell.removeprefix("'")
    try:
        Address.parse(text)
    except InputError as fault:
        try:
            located(text, fault)
        except InputError:
            return False
    return True


@lru_cache(maxsize=1024)
def language_of(text: str) -> str:
    """The tag of a language, by its code or by its name in any language; raises `InputError`."""
    try:
        return language(text)
    except InputError:
        if found := named(text):
            return found
        raise


# The address and the status are read before all other fields, and tags may have several columns.
_READ_APART = {"email", "status", "tags"}
_READ: dict[str, Callable[[str], str]] = {
    **{name: fields.reader(FIELD[name]) for name in IMPORTED if name not in _READ_APART},
    "language": language_of,
}


@lru_cache(maxsize=1024)
def _tags_of(text: str) -> str:
    """The tags of one cell, as a sorted JSON array; raises `InputError`."""
    return tags(unquoted(text))


def unquoted(text: str) -> str:
    """Tags on separate lines, without the marks that systems write around and between them."""
    if text.startswith('"'):
        try:
            return "\n".join(
                word.strip().replace(",", " ")
                for word in next(csv.reader([text], skipinitialspace=True))
            )
        except (csv.Error, StopIteration):
            return text.replace('"', "")
    # Google's groups; the built-in ones begin with a star
    if " ::: " in text or text.startswith("* "):
        return "\n".join(word for word in text.split(" ::: ") if not word.startswith("* "))
    return "" if plain(text) in ("nolists", "null") else text


def joined(first: str, name: str, last: str) -> str:
    """One name from the columns that exist; “nom” beside “prénom” is a family name."""
    if first and last:
        return name or f"{first} {last}"
    return f"{first} {name}{last}".strip() if first else f"{name} {last}".strip()
