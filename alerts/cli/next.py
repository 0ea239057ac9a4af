"""`alerts next`: what happens next, and when, in one line."""

import click

from alerts.cli.check import tell_dropped, tell_holidays
from alerts.cli.context import (
    Session,
    json_option,
    next_fields,
    on_terminal,
    pass_session,
    print_json,
)


@click.command(name="next")
@json_option
@pass_session
def next_(session: Session, as_json: bool) -> None:
    """Say in one line what happens next by itself, and when; and what a person has to do before."""
    checked = session.project.check()
    event = session.project.next(checked=checked)
    zone, now = session.settings.zone, session.now
    at = event.at.astimezone(zone) if event.at is not None else None
    before = event.before
    step = session.project.next_step(checked=checked)
    if as_json:
        print_json(
            {
                "month": str(event.month),
                "what": event.what,
                "at": at.isoformat() if at else None,
                "dropped": [str(one.month) for one in checked.dropped],
                "person": f"{before.month}: {before.why}" if before else None,
                **next_fields(step),
            }
        )
        return
    if at is None:
        told = f"nothing is planned: schedule.run has no moment for the issue of {event.month}"
    elif at <= now:
        told = f"at the next call: the issue of {event.month} {event.what}"
    else:
        when = session.human(at) if on_terminal() else f"{at:%Y-%m-%d %H:%M} {zone.key}"
        told = f"{when}: the issue of {event.month} {event.what}"
    if before:
        told = f"first a person: {before.month}: {before.why}; then {told}"
    if on_terminal():
        from alerts.cli import terminal  # imports rich, which is only needed on a terminal

        terminal.print_prose(told)
    else:
        click.echo(told)
    tell_dropped(session, checked)
    tell_holidays(session, checked.holidays)
    session.tell_next(step)
