"""`alerts worker`: a sender without a project, for a send by a hub."""

import os
import threading

import click

from alerts.cli.context import Session, pass_session
from alerts.cli.signals import stopping


@click.command()
@click.option("--hub", required=True, metavar="URL", help="postgresql://user@host/database")
@click.option(
    "--relay",
    default="",
    metavar="URL",
    help="The relay of this worker; default: ALERTS_DELIVERY__RELAY, else the project's.",
)
@click.option(
    "--connections", type=click.IntRange(1, 100), metavar="N", help="Connections to the relay."
)
@click.option(
    "--drain", is_flag=True, help="Ask all workers of this hub to finish what they hold, and end."
)
@pass_session
def worker(session: Session, hub: str, relay: str, connections: int | None, drain: bool) -> int:
    """Send what the hub lends, until SIGTERM or Ctrl-C; waits for the hub and for a send.

    Passwords come from the environment or files: PGPASSWORD or ~/.pgpass, ALERTS_RELAY_PASSWORD. Keys that
    sign messages: ALERTS_DKIM__DOMAIN and ALERTS_DKIM__KEYS.
    """
    from alerts.library import hub as library  # 100 ms, which --help does not need

    if drain:
        session.say(f"asked to end: {library.drain(hub)} workers")
        return 0
    stop = threading.Event()
    with stopping(stop.set):
        done = library.work(hub, relay, connections, stop, os.environ, session.say)
    session.say(f"ended after {done} outcomes")
    return 0
