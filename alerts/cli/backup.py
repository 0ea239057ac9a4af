"""`alerts backup`: a consistent copy of the database."""

from pathlib import Path

import click

from alerts.cli.context import Session, json_option, pass_session, print_json


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Replace FILE if it exists.")
@json_option
@pass_session
def backup(session: Session, file: Path, replace: bool, as_json: bool) -> None:
    """Copy the database into FILE: consistent, also while a send is running.

    The copy is complete or not there at all, and only its owner can read it: it holds people's
    addresses and the keys that sign links.
    """
    done = session.project.copies.backup(file, replace=replace)
    session.say(f"{file}: written and checked, {done.octets:,} octets")
    if as_json:
        print_json({"file": str(file), "bytes": done.octets})
