"""`alerts issue schedule`: the moment at which a special alert goes by itself."""

import click

from alerts.cli.anyway import asking, known
from alerts.cli.context import (
    Session,
    anyway_option,
    by_option,
    next_fields,
    on_month,
    print_json,
)
from alerts.domain.errors import UsageError
from alerts.library.special_issues import SpecialMoment


@click.command()
@click.argument("when", required=False, metavar="[WHEN]")
@click.option("--off", is_flag=True, help="Take the moment back: it goes only by name again.")
@anyway_option
@by_option
@on_month
def schedule(
    session: Session,
    month: str | None,
    when: str | None,
    off: bool,
    anyway: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Have a special alert (--issue KEY) go at WHEN, such as "2026-12-10 09:00" in the alert's time zone.

    From that moment on the next `run`, or `schedule` and `serve`, queue and send it: once, and after its
    approval where alert.review wants one. Before it, nothing sends it. An hour that the clock shows twice is
    the first of them, one that it skips is refused; "2026-10-25 02:30+01:00" says which. Without WHEN it says
    the moment. It asks, as `queue` does, before it goes to nobody or to surprisingly many.
    """
    if off and when:
        raise UsageError("--off takes the moment back, so it has no WHEN")
    issues, allowed = session.project.issues, known(anyway)
    chosen = session.month(month)
    if off:
        done = issues.unschedule(chosen, by=by)
    elif when:
        text = when
        done = asking(lambda names: issues.schedule(text, chosen, by=by, anyway=names), allowed)
    else:
        done = SpecialMoment(chosen, issues.scheduled(chosen))
    step = session.project.next_step(chosen)
    if as_json:
        at = done.at.isoformat() if done.at else None
        print_json({"issue": str(chosen), "at": at, **next_fields(step)})
        return
    if done.at is None:
        click.echo(f"{chosen}: goes only by name: `alerts run {chosen.option}`")
    else:
        click.echo(f"{chosen}: goes {told(session, done)}")
    session.tell_next(step)


def told(session: Session, done: SpecialMoment) -> str:
    """The moment by the clock of the alert and in UTC; which of two, where the clock shows it twice."""
    at, zone = done.at, session.settings.zone
    assert at is not None  # noqa: S101 - asked before
    first = " (the first of two such hours)" if done.first_of_two(zone) else ""
    local = at.astimezone(zone)
    utc = f", {at:%Y-%m-%d %H:%M} UTC" if local.utcoffset() else ""
    return f"{local:%a %Y-%m-%d %H:%M} {zone.key}{first}{utc}"
