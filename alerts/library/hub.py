"""A send by a hub: the control node's side, and a worker, which needs no project (docs/hub.md)."""

import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from alerts.config.load import without_project
from alerts.config.server_url import leaves_the_machine
from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError
from alerts.hub import claims
from alerts.hub.database import HubDatabase
from alerts.hub.lend import HubLending
from alerts.hub.worker import HubWorker, WorkerOrders
from alerts.library.steps import HubSaid, Progress
from alerts.library.system_clock import system_clock
from alerts.mail.dkim_keys import Keyring
from alerts.outbox.options import Orders, SendReport, World
from alerts.store import instance as instances
from alerts.transport.connection import Transport
from alerts.transport.relay import Null, relay_of

_DEFAULT = Settings(Path()).delivery.relay


def by_hub(
    db: Database,
    settings: Settings,
    orders: Orders,
    world: World,
    watch: Callable[[SendReport, int], None],
    progress: Progress,
) -> SendReport:
    """Lend the due deliveries to the hub's workers, and wait for them, with the project's lock held.

    Raises `LockHeld` where another control node is at work.
    """
    instance = instances.get(db)
    hub = HubDatabase(settings.delivery.hub, "delivery.hub", "alerts send")
    lending = HubLending(
        db,
        hub,
        orders,
        world,
        instance.project if instance else "",
        lambda words: progress(HubSaid(words)),
        {"relay": settings.delivery.relay, "gated": leaves_the_machine(settings)},
    )
    with _own_worker(settings, world, progress):
        try:
            return lending.run(watch)
        finally:
            hub.close()


def work(
    url: str,
    relay: str,
    connections: int | None,
    stop: threading.Event,
    environ: Mapping[str, str],
    tell: Callable[[str], None],
) -> int:
    """Send what the hub lends until `stop` is set; returns the number of outcomes.

    `relay` is that of the environment, or of the control node, where it is empty.
    """
    settings = without_project(Path.cwd(), environ)
    relay = relay or (settings.delivery.relay if settings.delivery.relay != _DEFAULT else "")

    def transport_of(theirs: str, gated: bool) -> Transport:
        if not relay and theirs.startswith("maildir:"):
            raise SettingsError(
                f"--relay: the control node's is {theirs}, a folder there; name one here"
            )
        chosen = replace(settings, delivery=replace(settings.delivery, relay=relay or theirs))
        if leaves_the_machine(chosen) and not gated:
            raise SettingsError(
                "--relay: the checks before a send have not seen that it is a real one; set delivery.relay"
                " of the project to a relay, too"
            )
        return relay_of(chosen, environ)

    if relay:
        transport_of(relay, True)  # a fault of the address is said at once
    hub = HubDatabase(url, "--hub", "alerts worker")
    name = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
    orders = WorkerOrders(
        hub,
        name,
        socket.gethostname(),
        connections or settings.delivery.connections,
        transport_of,
    )
    world = World(
        Null,
        system_clock,
        _steady,
        random.random,
        stop,
        Keyring.load(settings),
        environ,
    )
    return HubWorker(orders, world, tell).run()


def drain(url: str) -> int:
    """Ask all workers of a hub to end after what they hold; returns how many."""
    hub = HubDatabase(url, "--hub", "alerts worker --drain")
    try:
        return claims.drain(hub)
    finally:
        hub.close()


def _steady() -> float:
    """Seconds that go on while the machine sleeps, so that a lease is over when it wakes."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@contextmanager
def _own_worker(settings: Settings, world: World, progress: Progress) -> Iterator[None]:
    """With `delivery.hub_send`, a worker in a thread of this process, for as long as the block."""
    if not settings.delivery.hub_send:
        yield
        return
    over = threading.Event()
    hub = HubDatabase(settings.delivery.hub, "delivery.hub", "alerts send, as a worker")
    host = socket.gethostname()
    orders = WorkerOrders(
        hub,
        f"{host} {os.getpid()} send",
        host,
        settings.delivery.connections,
        lambda relay, gated: world.connect,
    )
    worker = HubWorker(orders, replace(world, stop=over), lambda words: None)
    faults: list[BaseException] = []

    def run() -> None:
        try:
            worker.run()
        except BaseException as fault:
            faults.append(fault)
            world.stop.set()

    thread = threading.Thread(target=run, name="worker")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if faults:
        raise faults[0]
