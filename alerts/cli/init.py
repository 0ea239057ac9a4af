"""`alerts init`: a project in a folder; never overwrites."""

import secrets
from pathlib import Path

import click

from alerts import home, project
from alerts.cli.session import Session, pass_session
from alerts.store import create, faults
from alerts.store import secrets as keys


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@pass_session
def init(session: Session, folder: Path | None) -> None:
    """Write a commented alerts.toml and make subscribers.db in DIR (default: here)."""
    root = (folder or session.folder or Path.cwd()).resolve()
    start(root, session)
    session.say(
        f"next: edit {root / project.FILE_NAME}, then `alerts source add` and `alerts subscriber add`"
    )


def start(root: Path, session: Session) -> None:
    """Make what is missing of a project at `root`."""
    root.mkdir(parents=True, exist_ok=True)
    settings, database = root / project.FILE_NAME, root / project.DATABASE_NAME
    if settings.exists():
        session.say(f"{settings}: already there, left as it is")
    else:
        settings.write_text(project.fresh_toml(), encoding="utf-8")
        session.say(f"{settings}: written")
    existed = database.exists()
    with faults(database):
        db = create(database)
        keys.ensure(db, secrets.token_bytes(32), session.now)
        if not existed:
            home.begin(db, database, session.fresh_name(), session.now)
        db.close()
    session.say(f"{database}: {'already there, left as it is' if existed else 'made'}")
