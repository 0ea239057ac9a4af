"""`alerts serve`: the public pages and the clock in one process.

The pages run in a thread of this process, the acts of the clock as commands in processes of their own
(see `schedule`), so neither can hold the other up. Told to stop, both end what is under way first.
Behind a reverse proxy that speaks TLS: see docs/web.md.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from alerts import scheduler
from alerts.cli.schedule import Clock
from alerts.cli.session import Session, pass_session
from alerts.errors import UsageError
from alerts.web import Site, application


@click.command()
@click.option("--host", metavar="ADDRESS", help="Overrides the setting.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Overrides the setting.")
@pass_session
def serve(session: Session, host: str | None, port: int | None) -> None:
    """Serve the pages to join, choose and leave, and run by the clock, until stopped."""
    settings = session.settings
    scheduler.check(settings, idle=True)
    with listening(host or settings.web.host, settings.web.port if port is None else port) as bound:
        _ = session.db  # says at once what is wrong with it
        site = Site(settings, log=session.explain)
        clock = Clock(session, settings.root)
        with serving(site, bound):
            session.say(f"pages: {address(bound)}, for the world {settings.web.base_url}")
            session.say("stop with Ctrl-C")
            scheduler.serve(settings, clock.tick, clock.stop)
    session.say("stopped")


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound there; raises `UsageError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as fault:
        words = fault.strerror or str(fault)
        raise UsageError(f"cannot listen on {host}, port {port}: {words}; name --port") from fault
    with bound:
        yield bound


def address(bound: socket.socket) -> str:
    """Where a browser on this machine finds the pages."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


@contextmanager
def serving(site: Site, bound: socket.socket) -> Iterator[None]:
    """Answer visits in a thread while the block runs; afterwards end those under way."""
    import uvicorn  # costs 100 ms

    config = uvicorn.Config(
        application(site),
        log_config=None,
        access_log=False,  # it would hold tokens and addresses
        lifespan="off",
        ws="none",
        server_header=False,
        date_header=True,
        proxy_headers=True,
        forwarded_allow_ips=list(site.settings.web.trusted_proxies),
        limit_concurrency=1000,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([bound],), name="pages", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        site.pool.close()
