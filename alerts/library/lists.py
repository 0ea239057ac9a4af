"""One subscriber, and lists of them as JSON or as CSV that `import_file` reads back, one at a time."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from alerts.domain.subscriber import SHOWN, Subscriber
from alerts.store.suppressions import Suppression
from alerts.text.csv_text import line_of


@dataclass(frozen=True, slots=True)
class SubscriberShown:
    """One person, why their address must not be mailed if so, and their events, oldest first."""

    person: Subscriber
    suppression: Suppression | None
    events: Sequence[Mapping[str, Any]]


def document(person: Subscriber) -> dict[str, Any]:
    """One person as a JSON object."""
    values = {field: getattr(person, field) for field in SHOWN}
    values["status"] = person.standing.value
    return {
        field: list(value) if isinstance(value, tuple) else value for field, value in values.items()
    }


def write_json(people: Iterable[Subscriber], out: TextIO, *, escaped: bool = False) -> None:
    """Write one JSON array, one person at a time; `escaped`: in ASCII."""
    before = "["
    for person in people:
        out.write(f"{before}\n  {json.dumps(document(person), ensure_ascii=escaped)}")
        before = ","
    out.write("[]\n" if before == "[" else "\n]\n")


def write_csv(people: Iterable[Subscriber], out: TextIO) -> None:
    """Write CSV from which `import` reads the same values."""
    out.write(line_of(SHOWN))
    for person in people:
        cells = document(person).values()
        out.write(line_of(", ".join(c) if isinstance(c, list) else str(c) for c in cells))
