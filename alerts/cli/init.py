"""`alerts init`: create a project in a folder; never overwrites."""

from pathlib import Path

import click

from alerts.cli.context import Session, pass_session
from alerts.library.create import create


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--samples/--no-samples", default=True, help="Write two sample articles and people.csv too."
)
@pass_session
def init(session: Session, folder: Path | None, samples: bool) -> None:
    """Write a commented alerts.toml and create subscribers.db in DIR (default: here).

    A new project also gets the folder articles/ and people.csv, to try the first commands with.
    """
    root = (folder or session.folder or Path.cwd()).resolve()
    made = create(root, session.now, samples=samples)
    there = "already there, left as it is"
    session.say(f"{made.settings}: {'written' if made.settings_made else there}")
    session.say(f"{made.database}: {'made' if made.database_made else there}")
    for path in made.samples:
        session.say(f"{path}: a sample, to try the first commands with")
    session.say(f"next: edit {made.settings}, then `alerts source add` and `alerts subscriber add`")
