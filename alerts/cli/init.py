"""`alerts init`: create a project in a folder; never overwrites."""

from pathlib import Path

import click

from alerts.cli.context import Session, pass_session
from alerts.library.create import create
from alerts.library.first_files import write_first_files


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@pass_session
def init(session: Session, folder: Path | None) -> None:
    """Write a commented alerts.toml and create subscribers.db in DIR (default: here).

    A new project also gets a folder articles/ with a sample, and a sample people.csv, for a first run.
    """
    root = (folder or session.folder or Path.cwd()).resolve()
    made = create(root, session.now)
    samples = write_first_files(root, session.now) if made.settings_made else ()
    there = "already there, left as it is"
    session.say(f"{made.settings}: {'written' if made.settings_made else there}")
    session.say(f"{made.database}: {'made' if made.database_made else there}")
    for path in samples:
        session.say(f"{path}: written, a sample")
    session.say(f"next: edit {made.settings}, then `alerts source add` and `alerts subscriber add`")
