"""`alerts init`: create a project in a folder; never overwrites."""

from pathlib import Path

import click

from alerts.cli.context import Session, pass_session
from alerts.library.create import create


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@pass_session
def init(session: Session, folder: Path | None) -> None:
    """Write a commented alerts.toml and create subscribers.db in DIR (default: here)."""
    root = (folder or session.folder or Path.cwd()).resolve()
    made = create(root, session.now)
    there = "already there, left as it is"
    session.say(f"{made.settings}: {'written' if made.settings_made else there}")
    session.say(f"{made.database}: {'made' if made.database_made else there}")
    session.say(f"next: edit {made.settings}, then `alerts source add` and `alerts subscriber add`")
