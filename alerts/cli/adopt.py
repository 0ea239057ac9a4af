"""`alerts adopt`: make this copy of the database the one that sends."""

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.cli.delivery import tell_held


@click.command()
@click.option(
    "--moved",
    is_flag=True,
    help="The project was moved in its latest state, and no other copy is left: hold nothing.",
)
@click.option(
    "--set-back",
    is_flag=True,
    help="The whole machine was set back to an earlier state: hold open deliveries.",
)
@json_option
@pass_session
def adopt(session: Session, moved: bool, set_back: bool, as_json: bool) -> None:
    """Make this copy of the database the one that sends.

    Its open deliveries are held, because another copy may have sent them: retry, accept or cancel them
    with `alerts delivery`. For the same reason, an issue of a past month that is not queued here is
    held when it is queued.
    """
    copies = session.project.copies
    done = copies.adopt(moved=moved, set_back=set_back)
    if as_json:
        print_json(
            {
                "former": done.former,
                "held": done.held,
                "changed": done.changed,
                "departed": done.departed,
            }
        )
    if done.departed:
        session.say(f"{done.departed} people are unsubscribed again, by the departures ledger")
    if not done.changed:
        session.say("this copy was the one that sends already; nothing changed")
        return
    former = f"; the copy at {done.former} must not send any more" if done.former else ""
    session.say(f"from now on this copy sends{former}")
    tell_held(session.say, copies.held())
