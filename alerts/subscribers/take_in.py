"""Use case: import a file of people, completely or not at all. Nobody who left comes back by it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.entry import Rejection, place
from alerts.store import subscriber_import
from alerts.store.import_changes import Told
from alerts.subscribers.admin import suppressed_words
from alerts.subscribers.import_file import ImportFile

_LEFT = (
    "unsubscribed; an import never resubscribes: `alerts subscriber add --resubscribe --consent`"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import, in lines: the four numbers add up to the lines with people.

    `repeated`, which are also counted in `unchanged`, are lines whose address occurs again on a later
    line. `stand` gives the present status of the people of each file, see
    `store.subscriber_import.Merged`.
    """

    added: int
    updated: int
    unchanged: int
    rejected: tuple[Rejection, ...]
    repeated: int = 0
    stand: Mapping[tuple[int, str], int] = field(default_factory=dict)


def take_in(
    db: Database,
    people: ImportFile,
    *,
    language: str,
    now: datetime,
    dry_run: bool = False,
    told: Told | None = None,
) -> Imported:
    """Import a file, completely or not at all. Can be repeated; raises `InputError` if it has no list.

    Raises `Unclear` where columns must be explained first. `told` is called with each change as it is
    made.
    """
    merged = subscriber_import.merge(
        db,
        people,
        language=language,
        file=people.file,
        now=now,
        keep=not dry_run,
        asserted=people.options.asserted,
        told=told,
    )
    refused = [
        Rejection(r.line, r.email, suppressed_words(r.suppressed) if r.suppressed else _LEFT)
        for r in merged.refused
    ]
    rejected = sorted([*people.rejected, *refused])
    return Imported(
        merged.added,
        merged.updated,
        merged.unchanged + merged.repeated,
        placed(people, rejected),
        merged.repeated,
        merged.stand,
    )


def placed(people: ImportFile, rejected: Iterable[Rejection]) -> tuple[Rejection, ...]:
    """Rejections by the line in their own file, which is named where there are several files."""
    found = []
    for one in rejected:
        number, line = place(one.line)
        several = f"{people.names[number]}: " if len(people.names) > 1 else ""
        found.append(Rejection(line, one.email, f"{several}{one.reason}"))
    return tuple(found)
