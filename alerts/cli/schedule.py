"""`alerts schedule`: run commands by the schedule in alerts.toml, as cron would; `schedule next`: when.

Run it under systemd or in a container; it can be restarted at any moment.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

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
from alerts.cli.lazy import CommandGroup
from alerts.cli.signals import until_stopped
from alerts.cli.systemd import ServiceManager
from alerts.cli.worker_threads import WorkerThreads, watched_threads
from alerts.library import schedule as clock
from alerts.library.hook_thread import hooking

if TYPE_CHECKING:
    from alerts.library.next_event import Upcoming


@click.group(cls=CommandGroup, invoke_without_command=True)
@pass_session
@click.pass_context
def schedule(ctx: click.Context, session: Session) -> None:
    """Run commands by [schedule] in alerts.toml, until stopped.

    Collects; sends the last month's issue when it is due (or overdue by no more than alert.max_late);
    tries deferred deliveries again.
    """
    if ctx.invoked_subcommand is not None:
        return
    session.begin_log("schedule", service=True)
    settings = session.settings
    for act, line in clock.check(settings).items():
        session.say(f"{act}: {line or 'not by the clock'}", "start")
    session.say(f"times are in {settings.alert.timezone}; stop with Ctrl-C", "start")
    with watched_threads() as workers, hooking(settings, session.warn, session.say):
        keep(session, workers)
    session.say("stopped", "stop")


@schedule.command(name="next")
@json_option
@pass_session
def next_(session: Session, as_json: bool) -> None:
    """List every moment to come that is known, the next one of each kind, in order of time.

    Those of [schedule] happen where `alerts schedule` or `alerts serve` runs, or cron calls the same.
    """
    checked = session.project.check()
    coming = session.project.upcoming(checked=checked)
    step = session.project.next_step(checked=checked)
    zone = session.settings.zone
    if as_json:
        moments = [
            {
                "at": one.at.astimezone(zone).isoformat(),
                "kind": one.kind,
                "what": one.what,
                "month": str(one.month) if one.month else None,
            }
            for one in coming
        ]
        now = session.now.astimezone(zone).isoformat()
        dropped = [str(one.month) for one in checked.dropped]
        fields = {"now": now, "timezone": zone.key, "moments": moments, "dropped": dropped}
        print_json({**fields, **next_fields(step)})
        return
    if on_terminal():
        _show(session, coming, session.now)
    else:
        for one in coming:
            at = one.at.astimezone(zone).isoformat(timespec="minutes")
            click.echo(f"{at}  {one.kind:<10}  {one.what}")
    tell_dropped(session, checked)
    tell_holidays(session, checked.holidays)
    session.tell_next(step)


def _show(session: Session, coming: "Sequence[Upcoming]", now: datetime) -> None:
    """How far away each moment is, when that is, and what happens then."""
    from alerts.cli import terminal  # imports rich, which is only needed on a terminal
    from alerts.cli.terminal import TableColumn, Tone
    from alerts.text.human_time import date_and_time, distance

    zone = session.settings.zone
    rows = [
        (
            ("at the next call" if one.at <= now else distance(one.at, now, zone), Tone.BY_ITSELF),
            date_and_time(one.at, now, zone),
            (one.what, Tone.HEADING if one.month else Tone.PLAIN),
        )
        for one in coming
    ]
    if rows:
        columns = (
            TableColumn("WHEN", 1, whole=True),
            TableColumn(zone.key, least=16),
            TableColumn("WHAT", 2, least=12),
        )
        terminal.print_rows(rows, columns)
    else:
        terminal.print_line("nothing is planned: every line of [schedule] is empty")


def keep(session: Session, workers: WorkerThreads, beat: Callable[[], None] = lambda: None) -> None:
    """Do what is due until stopped, as quietly or as loudly as this command was asked to be; `beat` is
    called every quarter of a minute."""
    options = ["-q"] * session.quiet + ["-v"] * session.verbose
    log = session.log.kind if session.log else "auto"
    manager = ServiceManager(session.warn)

    def beats() -> None:
        beat()
        manager.alive()

    with until_stopped() as until:

        def waiting() -> None:
            manager.ready()
            until()
            workers.leave()
            manager.stopping()

        clock.keep(
            session.settings, waiting, session.warn, session.explain, options, log=log, beat=beats
        )
