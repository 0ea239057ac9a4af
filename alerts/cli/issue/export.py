"""`alerts issue export`: the whole issue as one text file."""

from pathlib import Path

import click

from alerts.cli.context import Session, month_option, pass_session
from alerts.cli.output import written


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@month_option
@pass_session
def export(session: Session, file: Path, month: str | None) -> None:
    """Write the whole issue into FILE (- is stdout), for `import`."""
    chosen = session.month(month)
    text = session.project.issues.export_text(chosen)
    with written(file) as out:
        out.write(text)
    if str(file) != "-":
        session.say(f"{chosen}: written to {file}; `alerts issue import {file}` imports it")
