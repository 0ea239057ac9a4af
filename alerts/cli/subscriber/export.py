"""`alerts subscriber export`: write the list as CSV, JSON or JSON Lines."""

from pathlib import Path

import click

from alerts.cli.context import Session, pass_session
from alerts.cli.output import written
from alerts.cli.subscriber.options import chosen, filter_options
from alerts.library.lists import WRITERS, format_of


@click.command()
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--format",
    "file_format",
    type=click.Choice([*WRITERS]),
    help="Default: by the name of FILE, else csv.",
)
@filter_options
@pass_session
def export(
    session: Session,
    /,
    file: Path,
    file_format: str | None,
    **filters: str | None,
) -> None:
    """Write the list to FILE (“-”: standard output) as CSV, safe to open in a spreadsheet, JSON (.json) or
    JSON Lines (.jsonl, .ndjson). `alerts subscriber import` reads each back."""
    written_as = format_of(file, file_format)
    people = chosen(session, **filters)
    with written(file) as out:
        session.project.subscribers.export(people, out, written_as)
