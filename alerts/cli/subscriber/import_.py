"""`alerts subscriber import`: import files of people; shows the meaning of each column and the result
for each line."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.cli.import_options import reading, reading_options
from alerts.cli.output import written
from alerts.domain.entry import place
from alerts.library.imports import Change, FileImported, FileRead, Told
from alerts.subscribers.fields import shown
from alerts.subscribers.import_summary import Column, TableSummary
from alerts.text.csv_text import line_of

SHOWN = 20  # lines printed one by one; --json and --report have them all


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Report what would happen; change nothing.")
@reading_options
@click.option(
    "--report",
    type=click.Path(path_type=Path, allow_dash=False),
    metavar="CSV",
    help="Write what happens to each line, field by field.",
)
@json_option
@pass_session
def import_(
    session: Session,
    /,
    file: BinaryIO,
    dry_run: bool,
    report: Path | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Import a FILE (“-”: standard input) completely or not at all; bad lines are named.

    CSV, JSON, a workbook (.xlsx) or a ZIP of them; the exports of some thirty newsletter systems are
    recognised. People do not become active only because a file does not say who left.
    """
    people, teller = session.project.subscribers, Teller(session, everything=dry_run)
    with _reporting(report, teller, aloud=dry_run and not as_json) as progress:
        done = people.import_file(
            file,
            name=name_of(file),
            dry_run=dry_run,
            read=teller.read,
            progress=progress,
            **reading(**options),
        )
        if report is not None:
            teller.write_rejected(done)
    tell_notices(session, done)
    if as_json:
        print_json(
            {
                "added": done.added,
                "updated": done.updated,
                "unchanged": done.unchanged,
                "rejected": [rejection._asdict() for rejection in done.rejected],
            }
        )
    else:
        tell_rejected(session, done)
        click.echo(
            f"{'would be: ' if dry_run else ''}{done.added} added, {done.updated} updated,"
            f" {done.unchanged} unchanged, {len(done.rejected)} rejected"
        )
    return 1 if done.rejected else 0


REPORTED = ("line", "email", "outcome", "field", "before", "after")


class Teller:
    """Tells how a file was read, and then each change, to the person at the terminal or to a report."""

    def __init__(self, session: Session, *, everything: bool) -> None:
        self._session, self._everything = session, everything
        self._unit, self._left = "line", SHOWN
        self.out: TextIO | None = None

    def read(self, file: FileRead) -> None:
        """Tell what the columns were taken for."""
        self._unit = file.unit
        tell_tables(self._session, file, everything=self._everything)

    def write(self, change: Change) -> None:
        """Write one line of a report."""
        change = replace(change, line=place(change.line)[1])
        if change.outcome == "repeated":
            change = replace(change, after=f"{self._unit} {place(int(change.after))[1]}")
        self._write(map(str, astuple(change)))

    def write_rejected(self, done: FileImported) -> None:
        """The lines that were not taken in, at the end of a report."""
        for one in done.rejected:
            self._write((str(one.line), one.email, "rejected", "", "", one.reason))

    def begin(self) -> None:
        """The headings of a report."""
        self._write(REPORTED)

    def _write(self, cells: Iterable[str]) -> None:
        if self.out is not None:
            self.out.write(line_of(cells))

    def say(self, change: Change) -> None:
        """The first changes of those who are on the list already."""
        if change.outcome != "updated" or self._left < 0:
            return
        self._left -= 1
        if self._left < 0:
            self._session.say("… and more changes; --report FILE.csv writes them all")
            return
        before, after = (shown(text) or "—" for text in (change.before, change.after))
        at = f"{self._unit} {place(change.line)[1]}: {change.email}"
        self._session.say(f"{at}: {change.field}: {before} → {after}")


@contextmanager
def _reporting(report: Path | None, teller: Teller, *, aloud: bool) -> Iterator[Told | None]:
    """Where each change is told: in a report that appears whole or not at all, aloud, or nowhere."""
    if report is None:
        yield teller.say if aloud else None
        return
    with written(report) as teller.out:
        teller.begin()
        yield teller.write


def name_of(file: BinaryIO) -> str:
    """The name of a file in messages."""
    name = Path(str(getattr(file, "name", "-"))).name
    return "standard input" if name in ("-", "<stdin>") else name


def tell_tables(session: Session, file: FileRead, *, everything: bool) -> None:
    """Print the meaning of the columns of each file; for files with known columns only on request."""
    for summary in file.tables:
        if everything or summary.unread or summary.system or summary.questions:
            for line in _summary(summary, whole=everything or not summary.system):
                session.say(line)
        for heading, values in summary.unclear.items():
            if summary.system:
                words = ", ".join(f"“{shown(v)}” ({n:,})" for v, n in values.most_common(5))
                session.warn(f"{summary.name}: {heading}: {words} is not understood: pending")
        for field, number in summary.dropped.items():
            session.say(
                f"note: {summary.name}: {number:,} times no {field} that can be used; left out"
            )
    for name, reason in file.skipped:
        session.say(f"note: {name} is not read: {reason}")


def _summary(summary: TableSummary, *, whole: bool) -> list[str]:
    """The lines about one file: its system, its columns, and why its people are pending."""
    kind = f"an export of {summary.system}" if summary.system else "a list"
    lines = [f"{summary.name}: {kind}, {summary.rows:,} rows"]
    if whole:
        lines += [f"  {_column(column)}" for column in summary.columns]
    elif summary.unread:
        lines.append(f"  not read: {', '.join(shown(one) for one in summary.unread)}")
    if any(plan.silent for plan in summary.plans):
        system = summary.plans[0].system
        lines.append(
            "  does not say who left or never agreed"
            + (f": {system.advice}" if system and system.advice else "")
            + "; --assert-subscribed 'WHERE AND HOW' if everybody in it has subscribed"
        )
    if told := next((plan.told_by_name for plan in summary.plans if plan.told_by_name), None):
        lines.append(f"  its name says: {told}")
    return lines


def _column(column: Column) -> str:
    """A line of the table of columns."""
    values = ", ".join(f"{shown(value)} ({number:,})" for value, number in column.values[:6])
    taken = column.taken_for or "not read"
    name = shown(column.heading) or "(no heading)"
    asks = f"  ← {column.question}" if column.question else ""
    return f"{name:<28} {taken:<16} {column.filled:>9,} values  {values}".rstrip() + asks


def tell_notices(session: Session, done: FileImported) -> None:
    """Print the remarks about how the file was read."""
    for notice in done.notices:
        session.say(f"note: {notice}")
    if done.repeated:
        session.say(
            f"note: {done.repeated} of those unchanged repeat an address; the last {done.read.unit} counts,"
            " with the tags of all and the worst status of any"
        )
    states = {"active": 0, "pending": 0, "unsubscribed": 0, "suppressed": 0}
    for (_, state), number in done.stand.items():
        states[state] = states.get(state, 0) + number
    if (
        any(summary.system or summary.unread for summary in done.read.tables)
        or states["suppressed"]
    ):
        said = ", ".join(f"{states[name]:,} {name}" for name in list(states)[:4])
        session.say(f"the people in it: {said}")
    if done.unknown_sections:
        session.warn(
            "some people chose sections that alert.sections does not have:"
            f" {', '.join(done.unknown_sections)}; with only these, they would get nothing"
        )


def tell_rejected(session: Session, done: FileImported) -> None:
    """Print the first lines that were rejected."""
    for rejection in done.rejected[:SHOWN]:
        at = f"{done.read.file}, {done.read.unit} {rejection.line}"
        session.warn(f"{at}: {rejection.email or '—'}: {rejection.reason}")
    if len(done.rejected) > SHOWN:
        session.warn(f"… and {len(done.rejected) - SHOWN} more; --json names them all")
