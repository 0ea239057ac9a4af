"""What thirty systems export, made up: for each a file with one person for each thing that it can say.

The first word of an address tells how the person must stand: `active`, `pending`, or `no` for whoever may
not be mailed. Headings and words are those of the systems; they are in tests/data/exports/systems.txt.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data" / "exports"


@dataclass(frozen=True)
class Export:
    """A file of a system; in `rows`, `@` stands for the address of the next person."""

    system: str
    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def table(self) -> list[list[str]]:
        """The header, unless there is none, and the rows, each with an address of its own."""
        rows = [
            [f"{stands}.{number}@example.org" if cell == "@" else cell for cell in cells]
            for number, (stands, cells) in enumerate(self.rows)
        ]
        width = len(self.header)
        rows = [row + [""] * (width - len(row)) for row in rows]
        return [list(self.header), *rows] if self.header else rows


def _read() -> Iterator[Export]:
    """The exports of the file."""
    text = (DATA / "systems.txt").read_text(encoding="utf-8")
    for block in text.split("\n== ")[1:]:
        named, header, *lines = block.rstrip("\n").split("\n")
        system, _, file = named.partition(": ")
        rows = [(stands, tuple(cells)) for stands, *cells in (line.split("|") for line in lines)]
        yield Export(system, file, tuple(header.split("|")) if header else (), tuple(rows))


EXPORTS = tuple(_read())
