"""The changes that an import will make, reported line by line before any of them is made."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.store.import_chunk import COMPARED


@dataclass(frozen=True, slots=True)
class Change:
    """The effect of one line: `outcome` is added, updated or repeated. `field`, `before` and `after`
    describe one difference; of a repeated line, `after` is the line that counts instead."""

    line: int
    email: str
    outcome: str
    field: str = ""
    before: str = ""
    after: str = ""


Told = Callable[[Change], None]


def changes_of(db: Database) -> Generator[Change]:
    """Yield the changes by the chosen lines, in the order of the file, and the lines that do not count."""
    rows = db.conn.execute("SELECT * FROM staging.changes ORDER BY line")
    for line, email, counts, known, *values in rows:
        if counts != line:
            yield Change(line, email, "repeated", after=str(counts))
        elif known is None:
            yield Change(line, email, "added")
        else:
            pairs = zip(COMPARED, values[::2], values[1::2], strict=True)
            for field, before, after in pairs:
                if before != after:
                    yield Change(line, email, "updated", field, before, after)
