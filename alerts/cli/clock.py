"""`alerts clock`: the clock, what speaks for and against it, and `--mend`."""

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.domain.errors import ClockDoubted


@click.command()
@click.option(
    "--mend",
    is_flag=True,
    help="The clock is right now: forget what the database saw by a wrong one.",
)
@json_option
@pass_session
def clock(session: Session, mend: bool, as_json: bool) -> int:
    """Show the clock and its two witnesses: the database, and the sources. Exits 1 if they contradict it.

    An issue is frozen and sent, and old data removed, only where both agree with the clock within a day.
    """
    read = session.project.mend_clock() if mend else session.project.clock()
    doubt = read.doubt
    if as_json:
        print_json(
            {
                "now": read.now.isoformat(),
                "latest": read.latest.isoformat() if read.latest else None,
                "sources": read.told,
                "ahead_of_sources": round(read.off.total_seconds()) if read.told else None,
                "doubt": doubt.reason if doubt else None,
                "remedy": doubt.remedy if doubt else None,
            }
        )
    else:
        zone = session.settings.zone
        click.echo(f"clock: {read.now.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}")
        seen = f"{read.latest.astimezone(zone):%Y-%m-%d %H:%M}" if read.latest else "nothing yet"
        click.echo(f"the database saw last: {seen}")
        off = f"{abs(read.off.total_seconds()):.0f} s {'behind' if read.off.total_seconds() < 0 else 'ahead'}"
        click.echo(
            f"sources, within a day: {read.told}" + (f"; the clock is {off}" if read.told else "")
        )
    if doubt and mend:
        raise ClockDoubted(f"not mended: {doubt.reason}: {doubt.remedy}")
    if doubt:
        session.warn(f"{doubt.reason}: {doubt.remedy}")
    return int(doubt is not None)
