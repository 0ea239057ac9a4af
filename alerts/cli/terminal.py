"""Output on a terminal, by rich: lines and tables that fit its width, and colours with a meaning.

Only for terminals: piped output stays plain, one line per row, for other programs. A row is cut with “…”
and never wrapped; the columns that matter least give way first. Colours always go with a sign or a word. rich
obeys NO_COLOR and TERM=dumb, and measures columns, not code points. Importing this module imports rich,
which costs 40 ms.
"""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from alerts.domain.printable import printable

_GAP = 2  # columns between two cells
_CHECK, _REMEDY = 10, 2  # columns of the name of a check, and before what to do about it
_LEAST_COMMAND = 30  # columns that are worth a command on several lines
_LEAST_REASON = 12  # columns in which a reason is worth beginning


class Tone(StrEnum):
    """What a colour means; the value is its style in rich."""

    GOOD = "green"
    NEEDS_YOU = "yellow"
    BROKEN = "bold red"
    BY_ITSELF = "cyan"  # goes on, or is for information
    HEADING = "bold"
    FAINT = "dim"
    PLAIN = ""


SIGNS = {Tone.GOOD: "✓", Tone.NEEDS_YOU: "!", Tone.BROKEN: "✗", Tone.BY_ITSELF: "·"}
# What the names of levels and states mean: of checks, people, issues and deliveries.
_MEANING = {
    Tone.GOOD: ("ok", "active", "sent", "approved"),
    Tone.BY_ITSELF: (
        "hint", "pending", "unsubscribed", "erased", "queued", "sending", "deferred", "skipped", "draft",
    ),
    Tone.NEEDS_YOU: ("warning", "in_doubt"),
    Tone.BROKEN: ("error", "suppressed", "failed"),
}  # fmt: skip
TONES = {name: tone for tone, names in _MEANING.items() for name in names}

Part = str | tuple[str, Tone]
"""A text, or a text with its colour."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table. `gives` is when it is cut: the highest number first, 0 last. It is not cut below
    `least`, and not at all where it is `whole`; where that does not do, the one that gives first is left out.
    """

    heading: str = ""
    gives: int = 0
    least: int = 6
    right: bool = False
    whole: bool = False


def signed(tone: Tone, words: str) -> Part:
    """Words with the sign and the colour of that meaning: `✓ sent`."""
    return (f"{SIGNS[tone]} {words}", tone)


def by_name(name: str) -> Part:
    """The name of a level or state with its sign and colour."""
    return signed(TONES[name], name.replace("_", " "))


def print_line(*parts: Part, indent: int = 0) -> None:
    """Print one line, cut at the width of the terminal."""
    text = Text(" " * indent)
    for part in parts:
        text.append_text(_text(part))
    _print(text)


def print_prose(words: str, *, indent: int = 0, tone: Tone = Tone.PLAIN, lead: Part = "") -> None:
    """Print sentences whole, broken between words; lines after the first begin below the first word.

    For what must not be cut: an explanation, or what to do about an error.
    """
    start = Text(" " * indent).append_text(_text(lead))
    room = max(width() - start.cell_len, 1)
    lines = Text(printable(words, instead=" "), tone).wrap(_console(), room, overflow="fold")
    for number, line in enumerate(lines):
        line.rstrip()
        before = start.copy() if number == 0 else Text(" " * start.cell_len)
        _print(before.append_text(line))


def print_rows(
    rows: Sequence[Sequence[Part]], columns: Sequence[TableColumn], *, indent: int = 0
) -> None:
    """Print a table, each row on one line; a row of one cell goes over all columns."""
    cells = [[_text(cell) for cell in row] for row in rows]
    if any(column.heading for column in columns):
        cells.insert(0, [Text(column.heading, Tone.HEADING) for column in columns])
    full = [row for row in cells if len(row) == len(columns)]
    natural = [max((row[n].cell_len for row in full), default=0) for n, _ in enumerate(columns)]
    given = fitted(natural, columns, width() - indent)
    for row in cells:
        line = Text(" " * indent)
        if len(row) < len(columns):
            line.append_text(row[0])
        else:
            _append_cells(line, row, columns, given)
        _print(line)


def _append_cells(
    line: Text, row: Sequence[Text], columns: Sequence[TableColumn], given: Sequence[int]
) -> None:
    for cell, column, room in zip(row, columns, given, strict=True):
        if not room:
            continue
        cell.truncate(room, overflow="ellipsis")
        space = Text(" " * (room - cell.cell_len))
        for part in (space, cell) if column.right else (cell, space):
            line.append_text(part)
        line.append(" " * _GAP)


def fitted(natural: Sequence[int], columns: Sequence[TableColumn], room: int) -> list[int]:
    """The widths that fit into `room` columns of the terminal; 0 for a column that is left out or empty."""
    order = sorted(range(len(columns)), key=lambda n: (-columns[n].gives, -n))
    there = [n for n in order if natural[n]]
    while there:
        given = [natural[n] if n in there else 0 for n in range(len(columns))]
        excess = sum(given) + _GAP * (len(there) - 1) - room
        for n in there:
            least = natural[n] if columns[n].whole else min(natural[n], columns[n].least)
            cut = min(max(excess, 0), natural[n] - least)
            given[n] -= cut
            excess -= cut
        if excess <= 0:
            return given
        if len(there) == 1:
            given[there[0]] = max(room, 1)
            return given
        there = there[1:]
    return [0] * len(columns)


def print_table(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> None:
    """Print a table with headings; the first column is cut last."""
    columns = [TableColumn(name, gives=number, least=8) for number, name in enumerate(headings)]
    print_rows(rows, columns)


def print_finding(check: str, level: str, about: str, remedy: str) -> None:
    """Print a result with a sign that tells an error from an ok even without colours.

    What is well is cut to one line; what needs somebody is told whole.
    """
    tone = TONES[level]
    label = f"{check:<{_CHECK}}"
    sign = (f"{SIGNS[tone]} {level:<8}", tone)
    if tone in (Tone.GOOD, Tone.BY_ITSELF):
        print_line(sign, label, "  ", about)
        if remedy:
            print_line((f"→ {remedy}", Tone.FAINT), indent=_REMEDY)
        return
    print_line(sign, (label, Tone.HEADING))
    print_prose(about, indent=2)
    if remedy:
        print_prose(remedy, indent=2, lead=("→ ", Tone.FAINT))


def print_next(command: str, *reasons: str) -> None:
    """Print the next step below an empty line, with the first of the reasons that fits behind it.

    A command that is too long goes on in the next line as a shell takes it, so that it can be copied.
    """
    lead = "next: "
    room = width() - len(lead)
    print_line("")
    if cell_len(command) > room >= _LEAST_COMMAND:
        lines = Text(command).wrap(_console(), room - 2, overflow="fold")
        for number, line in enumerate(lines):
            line.rstrip()
            ends = " \\" if number < len(lines) - 1 else ""
            before = lead if number == 0 else " " * len(lead)
            print_line((before, Tone.FAINT), (line.plain + ends, Tone.HEADING))
        return
    space = room - cell_len(command) - 4
    known = [printable(reason, instead=" ") for reason in reasons]
    fitting = [reason for reason in known if cell_len(reason) <= space]
    behind = Text(fitting[0] if fitting else known[-1])
    behind.truncate(max(space, 0), overflow="ellipsis")
    reason = f"  ({behind.plain})" if space >= _LEAST_REASON else ""
    print_line((lead, Tone.FAINT), (command, Tone.HEADING), (reason, Tone.FAINT))


def _text(part: Part) -> Text:
    words, tone = (part, Tone.PLAIN) if isinstance(part, str) else part
    return Text(printable(words), tone)


def _print(line: Text) -> None:
    line.rstrip()
    line.truncate(width(), overflow="ellipsis")
    _console().print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)


def width() -> int:
    """The columns of the terminal: COLUMNS, or what the terminal says, or 80."""
    return max(shutil.get_terminal_size().columns, 1)


def _console() -> Console:
    return Console(file=sys.stdout, highlight=False, emoji=False, markup=False, width=width())
