"""`alerts subscriber import`: a file of people, what became of each line, and the reports of it."""

from collections.abc import Callable, Iterator
from dataclasses import astuple, replace
from functools import partial
from pathlib import Path
from typing import IO, TextIO

import click

from alerts import fields, subscribe
from alerts.cli.listing import written
from alerts.cli.session import Session, json_option, pass_session, print_json
from alerts.headings import mapped
from alerts.roster import Roster
from alerts.sheet import line_of
from alerts.store import subscribers
from alerts.store.intake import Change
from alerts.subscribe import Imported

BLOCK = 1 << 18  # octets read at once
SHOWN = 20  # lines printed one by one; --json and --report have them all


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Tell what would happen; change nothing.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="HEADING=FIELD,…",
    help='What foreign headings mean: "E-Mail=email,Sprache=language"; as often as needed.',
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, allow_dash=False),
    metavar="CSV",
    help="Write what becomes of each line, field by field.",
)
@json_option
@pass_session
def import_(
    session: Session,
    file: IO[bytes],
    dry_run: bool,
    mapping: tuple[str, ...],
    report: Path | None,
    as_json: bool,
) -> int:
    """Take in a FILE of CSV or JSON (“-”: standard input), whole or not at all; bad lines are named."""
    name = name_of(file)
    people = Roster(blocks(file), name, mapped(",".join(mapping)) if mapping else None)
    take_in = partial(
        subscribe.take_in,
        session.db,
        people,
        language=session.settings.default_language,
        now=session.now,
        dry_run=dry_run,
    )
    if report is None:
        done = take_in(told=_teller(session, people) if dry_run and not as_json else None)
    else:
        with written(report) as out:
            out.write(line_of(REPORTED))
            done = take_in(told=lambda change: _write(out, change, people.unit))
            for rejection in done.rejected:
                out.write(
                    line_of(
                        (str(rejection.line), rejection.email, "rejected", "", "", rejection.reason)
                    )
                )
    for notice in people.notices:
        session.say(f"note: {notice}")
    if done.repeated:
        session.say(
            f"note: {done.repeated} of those unchanged repeat an address; the last {people.unit} counts"
        )
    if foreign := subscribers.unknown_sections(session.db, session.settings.alert.sections):
        session.warn(
            f"some want sections that alert.sections does not have: {', '.join(foreign)}; of these"
            " alone they would get nothing"
        )
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
        _report(session, done, people, dry_run)
    return 1 if done.rejected else 0


REPORTED = ("line", "email", "outcome", "field", "before", "after")


def _write(out: TextIO, change: Change, unit: str) -> None:
    """One line of a report."""
    if change.outcome == "repeated":
        change = replace(change, after=f"{unit} {change.after}")
    out.write(line_of(map(str, astuple(change))))


def _teller(session: Session, people: Roster) -> Callable[[Change], None]:
    """Says the first changes of those who are on the list already."""
    left = SHOWN

    def tell(change: Change) -> None:
        nonlocal left
        if change.outcome != "updated" or left < 0:
            return
        left -= 1
        if left < 0:
            session.say("… and more changes; --report FILE.csv writes them all")
            return
        before, after = (fields.shown(text) or "—" for text in (change.before, change.after))
        place = f"{people.unit} {change.line}: {change.email}"
        session.say(f"{place}: {change.field}: {before} → {after}")

    return tell


def name_of(file: IO[bytes]) -> str:
    """What messages call a file."""
    name = Path(str(getattr(file, "name", "-"))).name
    return "standard input" if name in ("-", "<stdin>") else name


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The octets of a file, in pieces."""
    while block := file.read(BLOCK):
        yield block


def _report(session: Session, done: Imported, people: Roster, dry_run: bool) -> None:
    """What an import did, for a person."""
    for rejection in done.rejected[:SHOWN]:
        place = f"{people.file}, {people.unit} {rejection.line}"
        session.warn(f"{place}: {rejection.email or '—'}: {rejection.reason}")
    if len(done.rejected) > SHOWN:
        session.warn(f"… and {len(done.rejected) - SHOWN} more; --json names them all")
    click.echo(
        f"{'would be: ' if dry_run else ''}{done.added} added, {done.updated} updated,"
        f" {done.unchanged} unchanged, {len(done.rejected)} rejected"
    )
