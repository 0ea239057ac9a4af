"""`alerts send`: work the outbox until nothing is due."""

import os
import random
import re
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime

import click

from alerts import notify
from alerts.cli.bar import bar
from alerts.cli.delivery import tell_held
from alerts.cli.passwords import password
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.cli.stopping import stopping
from alerts.cli.welcome import Doorkeeper, welcome
from alerts.dispatch import Destination, Orders, Report, World, dispatch
from alerts.errors import LockHeld, RelayUnavailable, SettingsError
from alerts.home import at_work
from alerts.keyring import Keyring
from alerts.model import DeliveryState, Month
from alerts.settings import Settings
from alerts.store import check, open_database, outbox
from alerts.store.lock import project_lock
from alerts.transport import Transport, transport
from alerts.transport.post import Post


class Rate(click.ParamType[float]):
    """Messages a second, written `5`, `5/s`, `300/m` or `5000/h`."""

    name = "rate"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Messages a second."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(?:/([smh]))?", str(value))
        if not match:
            self.fail(f"{value!r} is not a rate such as 5/s, 300/m or 5000/h", param, ctx)
        return float(match[1]) / {"s": 1, "m": 60, "h": 3600}[match[2] or "s"]


@click.command()
@month_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Send at most N messages.")
@click.option(
    "--connections", type=click.IntRange(1, 100), metavar="N", help="Overrides the setting."
)
@click.option(
    "--rate", type=Rate(), metavar="N/s", help="Messages a second (or 300/m, 5000/h); 0: no limit."
)
@json_option
@pass_session
def send(
    session: Session,
    month: str | None,
    limit: int | None,
    connections: int | None,
    rate: float | None,
    as_json: bool,
) -> int:
    """Send what is due: of that month, or of all issues queued within alert.max_late.

    Exits 75 while deliveries wait for another try, 1 while some are held in doubt.
    """
    with project_lock(session.settings.database_path, "send", session.now):
        session.settle_home()
        post_first(session)
        months = [Month.parse(month)] if month else recent(session)
        report = work(session, months, limit=limit, connections=connections, rate=rate)
    if as_json:
        print_json({state.value: report.outcomes[state] for state in DeliveryState})
    return finish(session, months, report, limited=limit is not None)


def post_first(session: Session) -> None:
    """What `alerts serve` may not have come to: the notices."""
    with suppress(LockHeld):
        stop = threading.Event()
        with stopping(stop.set):
            sent = post(session, relay_of(session.settings), stop).outcomes[DeliveryState.SENT]
        if sent:
            session.say(f"notices: {sent} sent")


def recent(session: Session) -> tuple[Month, ...]:
    """The months that `send` works unasked: an older issue is only sent when it is named."""
    max_late = session.settings.alert.max_late
    months, older = outbox.open_months(session.db, session.now - max_late)
    for month in older:
        session.warn(
            f"{month} still has deliveries open, and was queued over {max_late.days} days ago"
            f" (alert.max_late): `alerts send --month {month}` sends them, `alerts delivery cancel"
            f" --month {month}` drops them"
        )
    return months


def work(
    session: Session,
    months: Sequence[Month],
    *,
    limit: int | None = None,
    connections: int | None = None,
    rate: float | None = None,
) -> Report:
    """Dispatch those months, with the project's lock held; SIGTERM and Ctrl-C stop between messages."""
    settings = session.settings
    delivery = settings.delivery
    relay = relay_of(settings)
    months = welcome(session, months)
    orders = Orders(
        months=months,
        connections=connections or delivery.connections,
        retry=delivery.retry,
        host=socket.gethostname(),
        holder=f"process {os.getpid()}",
        limit=limit,
        rate=delivery.rate if rate is None else rate,
        resend_in_doubt=delivery.in_doubt == "resend",
        window=(delivery.window_limit, delivery.window) if delivery.window_limit else None,
        warm_up=delivery.warm_up,
        zone=settings.zone,
        durable=settings.database.synchronous == "full",
        destinations=[
            Destination(one.domains, one.connections, one.rate, one.retry(delivery.retry))
            for one in settings.destinations
        ],
    )
    world = World(
        relay,
        lambda: datetime.now(UTC),
        time.monotonic,
        random.random,
        keyring=Keyring.load(settings),
    )
    db = open_database(settings.database_path)
    try:
        if months:
            check(db, settings.database_path)
        here = at_work(db, settings.database_path) if months else nullcontext()
        with stopping(world.stop.set), here, bar(session.quiet) as shown:
            door = Doorkeeper(db, months, settings.bounces, world)

            def watch(report: Report, due: int) -> None:
                door.look()
                if shown:
                    shown.draw(report, due)

            report = dispatch(db, orders, world, watch)
    finally:
        db.close()
    door.tell()
    return report


def direct_post(settings: Settings) -> Post:
    """The way for single messages; raises `SettingsError`."""
    return Post(relay_of(settings))


def finish(
    session: Session, months: Sequence[Month], report: Report, *, limited: bool = False
) -> int:
    """Tell how the books stand; the exit code. `limited`: not all were to be sent."""
    totals = [outbox.counts(session.db, month) for month in months]
    for month, counts in zip(months, totals, strict=True):
        told = ", ".join(f"{number} {state}" for state, number in counts.items() if number)
        session.say(f"{month}: {told or 'nothing in the outbox'}")
    if report.relay_fault:
        raise RelayUnavailable(f"{report.relay_fault}; what is still open waits for the next call")
    if report.stopped and any(c["queued"] for c in totals):
        session.warn("stopped; the same command goes on")
        return 1
    resends = session.settings.delivery.in_doubt == "resend"
    held = {m: n for m, n in outbox.held(session.db, resends).items() if m in months}
    if held:
        tell_held(session.warn, held)
        return 1
    if any(c["deferred"] or c["in_doubt"] for c in totals):
        due = outbox.next_due(session.db, months, doubtful=resends)
        session.warn(
            f"some deliveries wait for another try, the first at {due}; call `alerts send` again then"
        )
        return 75
    if any(c["sending"] for c in totals):
        session.warn("another machine holds some deliveries; call `alerts send` again in an hour")
        return 75
    if any(c["queued"] for c in totals) and not limited:
        session.warn("some deliveries are queued for a later moment; see that the clock is right")
        return 75
    return 0


def relay_of(settings: Settings) -> Transport:
    """The way to the relay of the settings; raises `SettingsError`."""
    relay = transport(settings, password(settings, "delivery"))
    _refuse_example(settings)
    return relay


def post(session: Session, relay: Transport, stop: threading.Event) -> Report:
    """Send the notices that are due, if nobody else is doing so; raises `LockHeld` if so.

    They have a connection and a lock of their own, so none of them waits behind an issue.
    """
    settings = session.settings
    keyring = Keyring.load(settings)
    world = World(relay, lambda: datetime.now(UTC), time.monotonic, random.random, stop, keyring)
    with project_lock(settings.database_path, "notices", session.now, "notices.lock"):
        session.settle_home()
        return notify.work(session.db, settings, world)


def _refuse_example(settings: Settings) -> None:
    """A fresh project's example sender must not go out to the world."""
    relay = settings.delivery.relay
    away = relay.startswith(("smtp:", "smtps:")) and not any(
        host in relay for host in ("localhost", "127.", "[::1]")
    )
    if away and settings.sender.address.endswith(("@example.org", "@example.com", "@example.net")):
        raise SettingsError(
            f"sender.address: {settings.sender.address} is an example; write your own"
        )
