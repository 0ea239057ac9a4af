"""`alerts key …`: the keys that sign links and return paths. They are never printed."""

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.cli.lazy import CommandGroup


@click.group(cls=CommandGroup)
def key() -> None:
    """Manage the keys that sign links."""


@key.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the keys by number and date; the last one signs, all of them verify."""
    made = session.project.keys.dates()
    if as_json:
        print_json([{"id": number, "since": since} for number, since in made.items()])
        return
    for number, since in made.items():
        click.echo(f"{number}  since {since}{'  signs' if number == max(made) else ''}")


@key.command()
@pass_session
def rotate(session: Session) -> None:
    """Sign with a new key from now on; links that were sent never expire.

    An issue that is already queued keeps the key that it was frozen with.
    """
    number = session.project.keys.rotate()
    click.echo(f"key {number} signs from now on; the older ones verify what they have signed")
