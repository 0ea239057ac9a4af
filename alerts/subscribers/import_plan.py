"""Decides what each column of an imported file means, by its headings, before its rows are read.

A file of a known system is read by that system's table; any other file by the column names in our
documents. A file with other columns may not say who left: its people become pending, and columns whose
names suggest it must be explained once their values are known. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from alerts.domain.entry import Standing, worst
from alerts.domain.errors import InputError
from alerts.subscribers.column_names import HEADINGS, columns, mapped_columns
from alerts.subscribers.fields import shown
from alerts.subscribers.import_options import ReadOptions
from alerts.subscribers.import_signs import (
    AGREED,
    ANY_STATUS,
    DOUBT,
    OURS,
    STATUS_OR_DOUBT,
    STATUSES,
    SUSPECT,
    TAGS,
    doubtful_columns,
    nameless_columns,
    status_columns,
)
from alerts.subscribers.status_words import (
    may_concern_status,
    plain,
    status_by_file_name,
)
from alerts.subscribers.systems import Sign, System, recognised

_GENERIC = ("email", "name", "first", "last", "language")  # read in every system


@dataclass(frozen=True, slots=True)
class Plan:
    """The positions of the fields and the signs, by number of column, and which columns are not read.

    `base` is the status of everybody by the file itself; None means active, unless something else is
    said. `silent`: the status is pending only because the file cannot say who left.
    """

    headings: tuple[str, ...]
    system: System | None
    fields: dict[str, int]
    tags: tuple[int, ...]
    signs: tuple[tuple[int, Sign], ...]
    unread: tuple[int, ...]
    base: Standing | None
    silent: bool = False
    lenient: bool = False
    told_by_name: Standing | None = None
    asked: frozenset[int] = field(default_factory=frozenset)

    @property
    def asks(self) -> bool:
        """Whether a column that is not understood stops the import."""
        return self.system is None

    def taken_for(self, index: int) -> str:
        """The field or meaning of a column, in one word; empty: it is not read."""
        names = [name for name, at in self.fields.items() if at == index]
        names += ["tags"] * (index in self.tags and "tags" not in names)
        said = [
            sign
            for at, sign in self.signs
            if index == at and sign not in (DOUBT, AGREED, SUSPECT, TAGS)
        ]
        names += ["status"] * bool(said)
        return " and ".join(dict.fromkeys(names))


def planned(
    header: Sequence[str],
    file: str,
    options: ReadOptions,
    sample: Sequence[Sequence[str]],
    *,
    json: bool,
    apart: bool = False,
) -> Plan:
    """The plan of a table with this header; `sample` are some of its rows, `apart` as in `Table`.

    Raises `InputError`.
    """
    keys = [plain(name) for name in header]
    ours = all(key in OURS for key in keys if key)
    system, by_headings = recognised(header, file, ours=ours)
    if options.addresses_only:
        system = None
    mapping = options.mapping
    if system is None:
        fields = columns(header, mapping, optional=json)
        tags: tuple[int, ...] = (fields["tags"],) if "tags" in fields else ()
    else:
        fields = mapped_columns(header, mapping, optional=json)
        fields, tags = _system_fields(system, keys, fields)
    if "email" not in fields and (found := _addresses(sample, len(header))) is not None:
        fields["email"] = found
    signs = status_columns(system, keys, fields, options, sample)
    if options.addresses_only:
        signs, tags, fields = [], (), {"email": fields["email"]} if "email" in fields else {}
    read = {*fields.values(), *tags, *(index for index, _ in signs)}
    unread = tuple(
        index for index, key in enumerate(keys) if index not in read and key not in options.ignored
    )
    if system is not None:
        harmless = set(map(plain, system.harmless.split("|")))
        doubtful = [n for n in unread if keys[n] not in harmless]
        signs += doubtful_columns(keys, doubtful, by_name=not by_headings)
    foreign = [keys[n] for n in unread if keys[n] and keys[n] not in OURS]
    if foreign and signs and system is None:
        signs = [(n, STATUS_OR_DOUBT if sign is ANY_STATUS else sign) for n, sign in signs]
        foreign = []
    if system is None and apart and not signs:
        foreign.append(file)  # its name is one of several, and nobody knows what it says
    signs += [(n, TAGS) for n in tags if not {keys[n]} & {*options.ignored, *options.values}]
    base, silent, told = _base(system, keys, file, options, foreign)
    fields.pop("status", None)
    fields.pop("tags", None)
    return Plan(
        tuple(header), system, fields, tags, tuple(signs), unread, base, silent,
        system is not None, told,
        frozenset(n for n in unread if keys[n] not in OURS - STATUSES and may_concern_status(header[n])),
    )  # fmt: skip


def nameless(
    sample: Sequence[Sequence[str]],
    file: str,
    options: ReadOptions,
    fields: dict[str, int],
    *,
    apart: bool = False,
) -> Plan:
    """The plan of a table without a header, whose fields were told by what its first rows hold."""
    width = max(map(len, sample))
    system, _ = recognised((), file) if not options.addresses_only else (None, False)
    unknown = [file] if system is None and apart else []
    base, silent, told = _base(system, [], file, options, unknown)
    signs = () if options.addresses_only else tuple(nameless_columns(width, fields, sample))
    if options.addresses_only:
        fields = {"email": fields["email"]}
    return Plan(
        ("",) * width, system, fields, (), signs, (), base, silent, system is not None, told
    )


def doubted(plan: Plan, words: str, options: ReadOptions) -> Plan:
    """The plan where `words` above the table, or for its column of addresses, may say who is in it: then
    people are pending at best, unless an admin asserts that they have subscribed."""
    if status_by_file_name(words) is None or options.asserted or options.addresses_only:
        return plan
    base = Standing.PENDING if plan.base is None else worst(plan.base, Standing.PENDING)
    return replace(plan, base=base, silent=True)


def _system_fields(
    system: System, keys: list[str], mapped: dict[str, int]
) -> tuple[dict[str, int], tuple[int, ...]]:
    """The fields that a system's table names, and those with names that all systems share."""
    fields = {name: at for name, at in mapped.items() if name in mapped}
    tags: list[int] = [fields["tags"]] if "tags" in fields else []
    signed = {n for n, key in enumerate(keys) if any(sign.stands(key) for sign in system.signs)}
    for name, headings in system.fields.items():
        wanted = list(map(plain, headings.split("|")))
        at = [keys.index(key) for key in wanted if key in keys]
        if name == "tags":
            tags += at
        elif at:
            fields.setdefault(name, at[0])
    taken = {*fields.values(), *tags, *(signed - set(tags))}
    for name in _GENERIC:
        names = [plain(one) for one in HEADINGS[name]]
        at = [keys.index(key) for key in names if key in keys and keys.index(key) not in taken]
        if at:
            fields.setdefault(name, at[0])
    return fields, tuple(dict.fromkeys(tags))


def _base(
    system: System | None, keys: list[str], file: str, options: ReadOptions, foreign: list[str]
) -> tuple[Standing | None, bool, Standing | None]:
    """The status of everybody by the file itself; whether it is only because the file does not say; and
    the status by the file's name."""
    told = None if options.addresses_only else status_by_file_name(file)
    silent = False
    if system is None:
        base = Standing.PENDING if foreign and not options.addresses_only else None
        silent = base is not None
    else:
        said = system.file_standing(file)
        if said is not None and told is not None and said is not Standing.ACTIVE:
            told = None  # the system's own table of file names takes precedence
        can = said is Standing.ACTIVE or system.can_say(frozenset(keys) - {""})
        silent = not can and (said is None or said is Standing.ACTIVE)
        base = Standing.PENDING if silent else said or Standing.ACTIVE
    if silent and options.asserted:
        base = Standing.ACTIVE
    known = [one for one in (base, told, options.standing) if one is not None]
    return (worst(*known) if known else None), silent, told


def _addresses(sample: Sequence[Sequence[str]], width: int) -> int | None:
    """The one column whose cells are addresses; None where there is none or more than one."""
    counts = [
        sum("@" in row[n] and "." in row[n].rpartition("@")[2] for row in sample if n < len(row))
        for n in range(width)
    ]
    full = [n for n, count in enumerate(counts) if count and count >= max(counts)]
    return full[0] if len(full) == 1 and 2 * counts[full[0]] >= len(sample) else None


def refuse_nameless(plan: Plan, file: str, line: int) -> None:
    """Raise `InputError` where no column holds addresses."""
    if "email" not in plan.fields:
        found = ", ".join(f"“{shown(name)}”" for name in plan.headings[:20] if name.strip())
        raise InputError(
            f"{file}, line {line}: no column of addresses; name one of"
            f" {found[:300] or 'the columns'} “email”"
        )
