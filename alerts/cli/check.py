"""`alerts check`: what was owed, sent, missing, approved and unsent; for cron and monitors."""

from typing import TYPE_CHECKING, Any

import click

from alerts.cli.context import (
    Session,
    json_option,
    next_fields,
    on_terminal,
    pass_session,
    print_json,
)
from alerts.outbox.clock_gate import ClockFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.library.standing import CheckedMonths, MonthStanding, Needs

WORDS = ("nobody", "time", "person")  # what a month needs, in JSON
CODES = (0, 75, 1)


@click.command()
@json_option
@pass_session
def check(session: Session, as_json: bool) -> int:
    """Say what is owed and not sent. Exits 0 if nothing is, 75 if it will go by itself, and 1 if a person is
    needed.

    Collects and sends nothing. With -q it prints nothing where nothing is owed.
    """
    found = session.project.check()
    if as_json:
        step = session.project.next_step(checked=found)
        print_json({**document(found), **next_fields(step)})
        return monitor_code(found.needs)
    told = [one for one in found.months if one.needs or not session.quiet]
    if on_terminal():
        _show(told)
    else:
        for one in told:
            click.echo(line(one))
    tell_holidays(session, found.holidays)
    if found.doubt is not None and (found.open or found.doubt.fault is not ClockFault.UNUSED):
        session.warn(f"the clock may be wrong: {found.doubt.reason}: {found.doubt.remedy}")
    if not session.quiet:  # what looks for it loads the schedule and what renders
        session.tell_next(session.project.next_step(checked=found))
    return monitor_code(found.needs)


def tell_holidays(session: Session, fault: str) -> None:
    """Say why the holidays are not known, where they are not."""
    if fault:
        session.warn(f"{fault}; moments are told without holidays, and nothing is sent")


def monitor_code(needs: "Needs") -> int:
    """The exit code of `check`, which monitors call."""
    return CODES[needs]


def command_code(found: "CheckedMonths", *, looking: bool = True) -> int:
    """The exit code of a command that is no monitor: a month that waits for its approval gives 75.

    One that is being sent gives 0 to whoever is only `looking` (`status`, `doctor`): nothing is amiss.
    """
    from alerts.library.standing import Needs, Stand

    owed = [one for one in found.open if not (looking and one.stand is Stand.SENDING)]
    if not owed:
        return 0
    waits = all(one.stand is Stand.UNAPPROVED or one.needs is Needs.TIME for one in owed)
    return 75 if waits else 1


def line(one: "MonthStanding") -> str:
    """One month in one line."""
    figures = f", {one.sent} of {one.owed} sent, {one.missing} missing" if one.owed else ""
    told = f"{one.month}: {one.stand.value}{figures}"
    return f"{told}: {one.why}" if one.why else told


def _show(months: "Sequence[MonthStanding]") -> None:
    """The months on a terminal: one line each, cut at its width, and whole what a person has to know."""
    from alerts.cli import terminal  # imports rich, which is only needed on a terminal
    from alerts.library.standing import Needs, Stand

    tones = {Needs.PERSON: terminal.Tone.NEEDS_YOU, Needs.TIME: terminal.Tone.BY_ITSELF}
    for one in months:
        sent = terminal.Tone.GOOD if one.stand is Stand.SENT else terminal.Tone.BY_ITSELF
        stand = terminal.signed(tones.get(one.needs, sent), one.stand.value)
        figures = f"{one.sent} of {one.owed} sent, {one.missing} missing" if one.owed else ""
        terminal.print_line((str(one.month), terminal.Tone.HEADING), "  ", stand, "  ", figures)
        if one.why:
            terminal.print_prose(one.why, indent=2)


def tell_dropped(session: Session, found: "CheckedMonths") -> None:
    """Say which issues were dropped, and so do not come."""
    for one in found.dropped:
        session.say(line(one))


def document(found: "CheckedMonths") -> dict[str, Any]:
    """The same for programs."""
    return {
        "now": found.now.isoformat(),
        "needs": WORDS[found.needs],
        "exit_code": monitor_code(found.needs),
        "clock": found.doubt.reason if found.doubt else None,
        "holidays": found.holidays or None,
        "months": [
            {
                "month": str(one.month),
                "state": one.stand.value.replace(" ", "_"),
                "needs": WORDS[one.needs],
                "why": one.why,
                "planned": one.planned.isoformat() if one.planned else None,
                "approved": one.approved,
                "approved_unsent": one.approved and one.missing > 0,
                "owed": one.owed,
                "sent": one.sent,
                "failed": one.failed,
                "skipped": one.skipped,
                "missing": one.missing,
            }
            for one in found.months
        ],
    }
