"""`alerts template copy`: copies of the packaged templates, to be changed."""

import click

from alerts import __version__
from alerts.cli.context import Session, pass_session
from alerts.cli.lazy import CommandGroup


@click.group(cls=CommandGroup)
def template() -> None:
    """Make the look your own."""


@template.command()
@click.argument("names", nargs=-1, metavar="[NAME…]")
@pass_session
def copy(session: Session, names: tuple[str, ...]) -> None:
    """Copy packaged templates (such as web/join.html), or all, into the project's folder templates/.

    A file of the same name there wins, and is never overwritten: copy only what you change, as a copy does
    not change with an upgrade. The version of each copy is kept in templates/.copied.json.
    """
    made = session.project.configuration.copy_templates(names)
    for one in made:
        if one.copied:
            click.echo(f"templates/{one.name}: copied from version {__version__}")
        else:
            session.warn(f"templates/{one.name}: is there already, and stays as it is")
