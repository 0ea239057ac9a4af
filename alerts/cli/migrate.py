"""`alerts migrate`: import another system's whole export, with one plan for all of its people."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from alerts.cli.context import Session, json_option, pass_session, print_json, print_table
from alerts.cli.import_options import reading, reading_options
from alerts.cli.subscriber.import_ import tell_notices, tell_rejected, tell_tables
from alerts.library.imports import Migration
from alerts.subscribers.migration import FileCount

HEADINGS = (
    "file",
    "system",
    "rows",
    "active",
    "pending",
    "unsubscribed",
    "suppressed",
    "repeated",
    "rejected",
)


@click.command()
@click.argument("export", type=click.Path(path_type=Path, exists=True))
@click.option("--dry-run", is_flag=True, help="Show the plan; change nothing.")
@reading_options
@json_option
@pass_session
def migrate(session: Session, /, export: Path, dry_run: bool, as_json: bool, **options: Any) -> int:
    """Import the whole EXPORT of another system: a folder, a ZIP or one file.

    Every file is recognised by its columns or its name; of several statuses for one person, the worst
    counts. The exit code is 0 only if every row is accounted for.
    """
    read = partial(tell_tables, session, everything=dry_run)
    people = session.project.subscribers
    done = people.migrate(export, dry_run=dry_run, read=read, **reading(**options))
    tell_notices(session, done.done)
    if as_json:
        total = _document(done.total)
        del total["file"]
        print_json({"files": [_document(one) for one in done.files], "total": total})
    else:
        tell_rejected(session, done.done)
        _tell(done, dry_run)
    return 0 if done.reconciles else 1


def _document(count: FileCount) -> dict[str, Any]:
    """One file, for `--json`."""
    return {**asdict(count), "unread": list(count.unread)}


def _tell(done: Migration, dry_run: bool) -> None:
    """Print the plan."""
    rows = [
        tuple(str(getattr(one, name)) for name in HEADINGS) for one in (*done.files, done.total)
    ]
    print_table([*rows[:-1], ("total", *rows[-1][1:])], HEADINGS)
    total = done.total
    said = (
        f"{total.active:,} stay, {total.pending:,} are not confirmed, {total.unsubscribed:,} left,"
        f" {total.suppressed:,} bounced, complained or are blocked"
    )
    click.echo(f"{'would be: ' if dry_run else ''}{said}")
    if not done.reconciles:
        lost = total.rows - total.accounted
        click.echo(f"{total.rejected:,} rows rejected, {lost:,} not accounted for")
