"""`alerts config show|check|set`: the settings as they are in effect, whether they are right, and changing
them."""

from dataclasses import asdict

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.cli.lazy import CommandGroup
from alerts.text.plural import counted


@click.group(cls=CommandGroup)
def config() -> None:
    """Show, check and change the settings."""


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


@config.command("set")
@click.argument("changes", metavar="SECTION.KEY=VALUE...", nargs=-1, required=True)
@pass_session
def set_(session: Session, changes: tuple[str, ...]) -> None:
    """Change settings in alerts.toml, such as alert.name="Rivers Monthly".

    All of them, or none where one is wrong; comments stay. A list is written en,es. A variable of the
    environment still wins over the file.
    """
    path = session.project.configuration.change(changes)
    session.say(f"{path}: {counted(len(changes), 'setting')} written")
