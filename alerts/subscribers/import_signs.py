"""The columns of an imported file that may say who must not be mailed. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from alerts.domain.entry import Standing
from alerts.subscribers.column_names import HEADINGS, NOT_TAKEN_OVER
from alerts.subscribers.import_options import ANY, ReadOptions
from alerts.subscribers.status_words import (
    NO,
    YES,
    is_status,
    may_concern_status,
    plain,
    status_by_word,
    tells_of_agreement,
)
from alerts.subscribers.systems import NoSign, Sign, System, TagSign, WordSign

OURS = frozenset(plain(one) for names in HEADINGS.values() for one in names) | NOT_TAKEN_OVER
STATUSES = frozenset(map(plain, HEADINGS["status"]))
_PLACES = frozenset(("state", "estado"))  # “state” may also be part of a postal address
ANY_STATUS = Sign("status")
STATUS_OR_DOUBT = Sign("status", empty=Standing.PENDING)
TAGS = TagSign("tags")
AGREED = NoSign("~.")
SUSPECT = WordSign("~.")
DOUBT = Sign("~.", filled=Standing.PENDING)  # something stands in a column that may say “no”


def status_columns(
    system: System | None,
    keys: list[str],
    fields: dict[str, int],
    options: ReadOptions,
    sample: Sequence[Sequence[str]],
) -> list[tuple[int, Sign]]:
    """The columns that say whether a person may be mailed."""
    signs: list[tuple[int, Sign]] = []
    for index, key in enumerate(keys):
        if not key or key in options.ignored:
            continue
        if key in options.values:
            meanings = options.values[key]
            signs.append((index, _explained(key, meanings)))
        elif system is not None:
            own = [(index, sign) for sign in system.signs if sign.stands(key)]
            foreign = not own and key in STATUSES and _statuses(sample, index)
            signs += [(index, ANY_STATUS)] if foreign else own
        elif key in STATUSES and not (key in _PLACES and _places(sample, index)):
            signs.append((index, ANY_STATUS))
    status = fields.get("status")
    if status is not None and keys[status] not in STATUSES and status not in dict(signs):
        signs.append((status, ANY_STATUS))
    return signs


def _explained(column: str, meanings: Mapping[str, Standing]) -> Sign:
    """A column whose values an admin explained: of “yes” and “no”, the unexplained one means the
    opposite."""
    given = {value: standing for value, standing in meanings.items() if value != ANY}
    filled = meanings.get(ANY)
    if filled is not None or (given and set(given) <= YES):
        return Sign(column, words={**dict.fromkeys(NO, Standing.ACTIVE), **given}, filled=filled)
    others = dict.fromkeys(YES, Standing.ACTIVE) if set(given) <= NO else {}
    return Sign(column, words={**others, **given}, empty=Standing.PENDING)


def _places(sample: Sequence[Sequence[str]], index: int) -> bool:
    """Whether a column “state” has names of places: it has values of more than one character, and
    none is the word for a status."""
    cells = [row[index].strip() for row in sample if index < len(row)]
    named = any(len(cell) > 1 for cell in cells)
    return named and not any(status_by_word(cell) for cell in cells if cell)


def _statuses(sample: Sequence[Sequence[str]], index: int) -> bool:
    """Whether a column has words for statuses."""
    return any(status_by_word(row[index]) for row in sample if index < len(row))


def doubtful_columns(
    keys: list[str], unread: Sequence[int], *, by_name: bool
) -> list[tuple[int, Sign]]:
    """Columns of a known system that its table does not name, and that may say who must not be mailed."""
    signs: list[tuple[int, Sign]] = [(n, AGREED) for n in unread if tells_of_agreement(keys[n])]
    signs += [(n, SUSPECT) for n in unread if is_status(keys[n])]
    signs += [(n, DOUBT) for n in unread if may_concern_status(keys[n], strong=True)]
    if by_name:
        weak = Sign("~.", no=Standing.PENDING, empty=Standing.PENDING)
        signs += [
            (n, weak)
            for n in unread
            if may_concern_status(keys[n])
            and not may_concern_status(keys[n], strong=True)
            and keys[n] not in OURS
        ]
    return signs


def nameless_columns(
    width: int, fields: dict[str, int], sample: Sequence[Sequence[str]]
) -> Iterator[tuple[int, Sign]]:
    """The columns without a heading that may say whether a person may be mailed: all cells of a column
    of statuses are words for them; elsewhere such a word is a doubt."""
    for index in range(width):
        if index == fields.get("email"):
            continue
        cells = [row[index] for row in sample if index < len(row) and row[index].strip()]
        yield index, ANY_STATUS if cells and all(map(status_by_word, cells)) else SUSPECT
