"""`alerts key …`: the keys that sign links and return paths. They are never printed."""

import os

import click

from alerts.cli.session import Session, json_option, pass_session, print_json
from alerts.store import secrets


@click.group()
def key() -> None:
    """Keep the keys that sign links."""


@key.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """The keys by number and date; the last one signs, all of them verify."""
    made = secrets.dates(session.db)
    if as_json:
        print_json([{"id": number, "since": since} for number, since in made.items()])
        return
    for number, since in made.items():
        click.echo(f"{number}  since {since}{'  signs' if number == max(made) else ''}")


@key.command()
@pass_session
def rotate(session: Session) -> None:
    """Sign with a new key from now on; links that were sent stay good for ever.

    An issue that is queued already is signed with the key that it was frozen with.
    """
    number = secrets.add(session.db, os.urandom(32), session.now)
    click.echo(f"key {number} signs from now on; the older ones verify what they have signed")
