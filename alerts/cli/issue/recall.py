"""`alerts issue recall`: stop what has not left of an issue."""

import click

from alerts.cli.context import Session, by_option, next_fields, on_month, print_json
from alerts.text.plural import counted


@click.command()
@click.option("--why", default="", metavar="TEXT", help="What is wrong, for the event log.")
@by_option
@on_month
def recall(session: Session, month: str | None, why: str, by: str, as_json: bool) -> None:
    """Stop what has not left of a queued issue, at once; it can be edited again.

    Also while `alerts send` is running, which then ends by itself: when this returns, no message of the
    recalled version will be begun any more, and those that were begun are being finished. Nothing is sent
    until `alerts issue reissue`.
    """
    chosen = session.month(month)

    def waiting(holder: str) -> None:
        session.say(f"{chosen}: recalled; waiting for {holder} to notice")

    found = session.project.recalls.recall(chosen, why, by=by, waiting=waiting)
    step = session.project.next_step(month)
    if as_json:
        document = {
            "month": str(chosen),
            "version": found.version,
            "already": found.already,
            "mailed": found.mailed,
            "waiting": found.waiting,
        }
        print_json({**document, **next_fields(step)})
        return
    told = "was recalled before" if found.already else "recalled"
    people = (
        "nobody was mailed" if not found.mailed else f"{counted(found.mailed, 'copy')} had left"
    )
    click.echo(
        f"{chosen}: version {found.version} {told}: {people}, {found.waiting:,} did not;"
        f" version {found.version + 1} is a draft"
    )
    if found.mailed:
        session.say(
            f"those who have it: `alerts issue correct {chosen.option}` tells them what is right"
        )
    session.tell_next(step)
