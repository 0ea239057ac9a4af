"""`alerts config show|check`: the settings as they are in effect, and whether they are right."""

from dataclasses import asdict

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.cli.lazy import CommandGroup


@click.group(cls=CommandGroup)
def config() -> None:
    """Show and check the settings."""


@config.command()
@click.option("--changed", is_flag=True, help="Leave out those that have their default.")
@json_option
@pass_session
def show(session: Session, changed: bool, as_json: bool) -> None:
    """Show every setting with its origin: file, environment or default.

    Passwords and tokens in addresses are left out; of a variable that holds a secret it is told whether it
    is set.
    """
    every = session.project.configuration.shown()
    found = [one for one in every if not changed or one.origin != "default"]
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        name = f"{one.section}.{one.key}" if one.key else one.section
        click.echo(f"{name} = {one.value}  # {one.variable or one.origin}")


@config.command()
@pass_session
def check(session: Session) -> None:
    """Check the settings without the database: exits 0 if they are right, else 2.

    Names the line or variable that is wrong; also checks the lines of [schedule], the relay's address, and
    that each send window opens within a year.
    """
    session.project.configuration.check()
    session.say(f"{session.settings.root}: the settings are right")
