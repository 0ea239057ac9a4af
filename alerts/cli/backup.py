"""`alerts backup`, `alerts restore` and `alerts adopt`: copies of the database, and which one lives on."""

from pathlib import Path

import click

from alerts import home
from alerts import restore as restoring
from alerts.cli.delivery import tell_held
from alerts.cli.session import Session, json_option, pass_session, print_json
from alerts.errors import UsageError
from alerts.store import backup as copies
from alerts.store import outbox
from alerts.store.lock import project_lock


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Let it take the place of a file that is there.")
@json_option
@pass_session
def backup(session: Session, file: Path, replace: bool, as_json: bool) -> None:
    """Copy the database into FILE: consistent, also while a send is running.

    The copy is complete or not there at all, and only its owner can read it: it holds people's
    addresses and the keys that sign links.
    """
    database = session.settings.database_path
    session.db.close()  # opening it has mended what a crash left half-written
    if not file.parent.is_dir():
        raise UsageError(f"{file.parent}: no such folder")
    if file.exists() and (not replace or not file.is_file() or file.samefile(database)):
        raise UsageError(_taken(file, database))
    with copies.copied(database, file) as copy:
        try:
            copies.give_name(copy, file, replace=replace)
        except FileExistsError as fault:
            raise UsageError(_taken(file, database)) from fault
    octets = file.stat().st_size
    session.say(f"{file}: written and checked, {octets:,} octets")
    if as_json:
        print_json({"file": str(file), "bytes": octets})


def _taken(file: Path, database: Path) -> str:
    if file.exists() and file.samefile(database):
        return f"{file}: this is the database itself; name another file"
    if not file.is_file():
        return f"{file}: is no file; name one"
    return f"{file}: is there already; name another file, or add --replace"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@pass_session
def restore(session: Session, file: Path, as_json: bool) -> None:
    """Put the backup FILE in the place of the database; the former one is kept beside it.

    What the backup says is unfinished is held, and nothing is sent before `alerts adopt`: it may have
    been sent after the backup was made. Stop `alerts serve` and `alerts schedule` first.
    """
    database = session.settings.database_path
    with project_lock(database, "restore", session.now):
        done = restoring.restore(
            file, database, session.fresh_name(), session.now, session.month(None)
        )
    if as_json:
        kept = str(done.kept) if done.kept else None
        print_json({"file": str(file), "held": done.held, "departed": done.departed, "kept": kept})
    session.say(f"{database}: restored from {file}")
    if done.kept:
        session.say(f"the former database is kept as {done.kept}")
        if done.departed is None:
            session.warn(
                "the former database cannot be read: whoever unsubscribed, was suppressed or erased"
                " since the backup is on the list again"
            )
        elif done.departed:
            session.say(f"{done.departed} who left since the backup was made are off the list")
    tell_held(session.say, outbox.held(session.db, resends=True))
    session.say("next: `alerts adopt` if this copy is to live on; until then nothing is sent")


@click.command()
@click.option(
    "--moved",
    is_flag=True,
    help="The project was moved as it last was, and no other copy is left: hold nothing.",
)
@click.option(
    "--set-back",
    is_flag=True,
    help="The whole machine was set back to an earlier state: hold, though this copy sends already.",
)
@json_option
@pass_session
def adopt(session: Session, moved: bool, set_back: bool, as_json: bool) -> None:
    """Say that this copy of the database is the one that lives on, and sends.

    What is unfinished in it is held, because another copy may have sent it: retry, accept or cancel
    it with `alerts delivery`. An issue of a month that has ended and is not queued here is held when
    it is queued, for the same reason.
    """
    if moved and set_back:
        raise UsageError("--moved or --set-back, not both")
    database = session.settings.database_path
    with project_lock(database, "adopt", session.now):
        done = home.adopt(
            session.db,
            database,
            session.fresh_name(),
            session.now,
            session.month(None),
            moved=moved,
            set_back=set_back,
        )
    if as_json:
        print_json({"former": done.former, "held": done.held, "changed": done.changed})
    if not done.changed:
        session.say("this copy sends already; nothing changed")
        return
    former = f"; the copy at {done.former} is not to send any more" if done.former else ""
    session.say(f"from now on this copy sends{former}")
    tell_held(session.say, outbox.held(session.db, resends=True))
