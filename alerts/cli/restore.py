"""`alerts restore`: replace the database by a backup."""

from pathlib import Path

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.cli.delivery import tell_held


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@pass_session
def restore(session: Session, file: Path, as_json: bool) -> None:
    """Replace the database by the backup FILE; the former database is kept beside it.

    Deliveries that are open in the backup are held, and nothing is sent before `alerts adopt`, because
    they may have been sent after the backup was made. Stop `alerts serve` first; otherwise this is
    refused.
    """
    copies = session.project.copies
    done = copies.restore(file)
    if as_json:
        kept = str(done.kept) if done.kept else None
        print_json({"file": str(file), "held": done.held, "departed": done.departed, "kept": kept})
    session.say(f"{session.settings.database_path}: restored from {file}")
    if done.kept:
        session.say(f"the former database is kept as {done.kept}")
    if done.departed is None:
        session.warn(
            "neither a departures ledger nor a former database can be read: whoever unsubscribed, was"
            " suppressed or erased since the backup is on the list again"
        )
    elif done.departed:
        session.say(f"{done.departed} people who left since the backup are unsubscribed again")
    tell_held(session.say, copies.held())
    session.say("next: `alerts adopt` if this copy should send; until then nothing is sent")
