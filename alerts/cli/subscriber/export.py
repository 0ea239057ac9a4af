"""`alerts subscriber export`: write the list as CSV or JSON."""

from pathlib import Path

import click

from alerts.cli.context import Session, pass_session
from alerts.cli.output import written
from alerts.cli.subscriber.options import chosen, filter_options


@click.command()
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), help="Default: by the name of FILE."
)
@filter_options
@pass_session
def export(
    session: Session,
    /,
    file: Path,
    form: str | None,
    **filters: str | None,
) -> None:
    """Write the list to FILE (“-”: standard output) as CSV, safe to open in a spreadsheet, or JSON."""
    people = chosen(session, **filters)
    as_json = form == "json" or (form is None and file.suffix.lower() == ".json")
    with written(file) as out:
        session.project.subscribers.export(people, out, as_json=as_json)
