"""`alerts why`: explain what happened to one person's copy."""

from dataclasses import asdict

import click

from alerts.cli.check import tell_holidays
from alerts.cli.context import (
    Session,
    json_option,
    month_option,
    next_fields,
    on_terminal,
    pass_session,
    print_json,
)


@click.command()
@click.argument("email")
@month_option
@json_option
@pass_session
def why(session: Session, email: str, month: str | None, as_json: bool) -> None:
    """Explain what happened to the copy of EMAIL."""
    chosen = session.month(month)
    shown = on_terminal() and not as_json
    answer = session.project.why(email, chosen, time=session.dated if shown else None)
    step = session.project.next_step(month, email=email)
    if as_json:
        delivery = asdict(answer.delivery) if answer.delivery else None
        found = {"email": email, "month": str(chosen), "why": answer.text, "delivery": delivery}
        tell_holidays(session, answer.holidays)
        print_json({**found, "holidays": answer.holidays or None, **next_fields(step)})
        return
    if shown:
        _show(email, answer.delivery.state if answer.delivery else "", answer.text)
    else:
        click.echo(answer.text)
    tell_holidays(session, answer.holidays)
    session.tell_next(step)


def _show(email: str, state: str, text: str) -> None:
    """The state of the copy and the address on a line; the explanation whole, as it is the answer."""
    from alerts.cli import terminal  # imports rich, which is only needed on a terminal
    from alerts.cli.terminal import Tone

    known = terminal.by_name(state) if state else terminal.signed(Tone.BY_ITSELF, "no copy")
    terminal.print_line(known, "  ", (email, Tone.HEADING))
    terminal.print_prose(text, indent=2)
