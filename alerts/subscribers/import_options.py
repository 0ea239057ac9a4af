"""The options of an import: the meaning of columns and values, and defaults for everybody.

Parsed once; the readers trust it. Raises `UsageError` that names the option and the remedy.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alerts.domain.entry import Standing
from alerts.domain.errors import UsageError
from alerts.subscribers.column_names import HEADINGS
from alerts.subscribers.fields import shown
from alerts.subscribers.status_words import plain

ANY = "*"  # stands for any value that is not empty
STANDINGS = {**{one.value: one for one in Standing}, "suppressed": Standing.BLOCKED}


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file. Headings and values are compared without case, accents and punctuation.

    `mapping`: fields by headings. `values`: the meanings of a column's values. `ignored`: columns that
    need no explanation. `language`, `tags`, `consent`, `consent_source`: defaults for people without
    their own. `standing`: nobody gets a better status than this. `asserted`: evidence, given by the
    admin, that the people of a file have subscribed although the file does not say so. `as_typed`:
    accept doubtful addresses. `addresses_only`: read nothing else. `counting`: count the values of
    every column, even where nothing is unclear.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Standing]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    language: str = ""
    tags: tuple[str, ...] = ()
    consent: str = ""
    consent_source: str = ""
    standing: Standing | None = None
    asserted: str = ""
    as_typed: bool = False
    addresses_only: bool = False
    counting: bool = False


def mapped(texts: Iterable[str]) -> tuple[dict[str, str], dict[str, dict[str, Standing]]]:
    """`E-Mail=email,Sprache=language,confirmed:0=pending` as fields by headings and meanings of values.

    Raises `UsageError`.
    """
    mapping: dict[str, str] = {}
    values: dict[str, dict[str, Standing]] = {}
    for pair in (pair for text in texts for pair in text.split(",")):
        left, sign, meaning = (part.strip() for part in pair.rpartition("="))
        heading, colon, value = left.rpartition(":")
        if sign and colon and plain(heading) and meaning.lower() in STANDINGS:
            word = ANY if value == ANY else plain(value)
            values.setdefault(plain(heading), {})[word] = STANDINGS[meaning.lower()]
        else:
            _add(mapping, left if sign else "", meaning, pair)
    return mapping, values


def _add(mapping: dict[str, str], heading: str, name: str, pair: str) -> None:
    """Add one `HEADING=FIELD`; raises `UsageError`."""
    if not plain(heading) or name not in HEADINGS:
        raise UsageError(
            f"--map: “{shown(pair)}”: write HEADING=FIELD, or HEADING:VALUE=STATUS; fields are"
            f" {', '.join(HEADINGS)}; statuses {', '.join(STANDINGS)}"
        )
    if heading in mapping or name in mapping.values():
        raise UsageError(f"--map: “{shown(pair)}”: each heading and each field once")
    mapping[heading] = name
