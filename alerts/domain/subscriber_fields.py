"""The properties of a field of a subscriber, besides its type.

The table itself is the class `Subscriber` in `subscriber.py`, one line a field. The SQL of the store,
import, export, JSON, `--where` and the options of commands are derived from it, once, when they are
imported. Values only; knows no SQL and no file.
"""

from dataclasses import dataclass
from enum import Enum, auto


class FieldKind(Enum):
    """How a field is read from text and kept in the database."""

    TEXT = auto()  # one line, of at most `cap` characters
    WORDING = auto()  # verbatim, with its lines
    WORDS = auto()  # several words; a sorted JSON array in the database
    ZONE = auto()  # the IANA name of a time zone
    MOMENT = auto()  # in UTC, as `store.stamp` writes it; empty: none
    OWN = auto()  # read by a function of its own, named where the others are derived


@dataclass(frozen=True, slots=True)
class SubscriberField:
    """One field. Without options it is text that a file fills and never empties, shown in JSON and CSV.

    `name` is that of the attribute and of the column; with blanks for underscores it is the heading of
    files, too (further headings: `subscribers/column_names.py`). `asked`: its name in `--where`.
    `help`: what the option of `add` and `edit` says; empty: no such option, or one of its own.
    `evidence`: part of a consent, of which a file replaces all parts or none. `ruled`: what an import
    makes of it is written by hand in `store/import_chunk.py`. `imported`: whether files are asked for
    it. `empty_is_all`: of `WORDS`, none means every one. `told`: whether the event of a change names it.
    `outlasts`: it is kept of the erased.
    """

    kind: FieldKind = FieldKind.TEXT
    cap: int = 200
    asked: str = ""
    help: str = ""
    evidence: bool = False
    ruled: bool = False
    imported: bool = True
    empty_is_all: bool = False
    told: bool = True
    outlasts: bool = False
    name: str = ""

    @property
    def empty(self) -> str:
        """What the database keeps where nothing is known."""
        return "[]" if self.kind is FieldKind.WORDS else ""
