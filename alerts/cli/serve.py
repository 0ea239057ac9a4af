"""`alerts serve`: the public pages, the post and the clock in one process.

The pages run in a thread of this process, and so does the post, which sends notices moments after a
visitor asked for them; the acts of the clock run as commands in processes of their own (see
`schedule`). So none can hold the other up. Told to stop, all end what is under way first. Behind a
reverse proxy that speaks TLS: see docs/web.md.
"""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from alerts import scheduler
from alerts.cli import send
from alerts.cli.listening import listening
from alerts.cli.schedule import Clock
from alerts.cli.session import Session, pass_session
from alerts.errors import AlertsError, LockHeld
from alerts.store import faults
from alerts.web import Site, application

LAST_WAIT = 20.0  # seconds, for the relay's answer to a notice
REST = 60.0  # seconds; the longest wait between two looks at what is due


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
        post = Post(settings.root, session)
        site = Site(settings, stir=post.stir, log=session.explain, warn=session.warn)
        clock = Clock(session, settings.root)
        with posting(post), serving(site, bound):
            session.say(f"pages: {address(bound)}, for the world {settings.web.base_url}")
            session.say("stop with Ctrl-C")
            scheduler.serve(settings, clock.tick, clock.stop)
    session.say("stopped")


class Post:
    """Sends notices, whenever it is stirred and when one is due; a fault is told and it goes on."""

    def __init__(self, root: Path, session: Session) -> None:
        self._root, self._session = root, session
        self._stirred = threading.Event()
        self._stop = threading.Event()

    def stir(self) -> None:
        """Something was asked for."""
        self._stirred.set()

    def stop(self) -> None:
        """End, after the message that is on its way."""
        self._stop.set()
        self._stirred.set()

    def run(self) -> None:
        """Work until stopped."""
        while not self._stop.is_set():
            self._stirred.clear()
            failed = False
            try:
                with (
                    contextlib.closing(Session(self._root)) as session,
                    faults(session.settings.database_path),
                ):
                    report = send.post(session, send.relay_of(session.settings), self._stop)
                failed = bool(report.relay_fault)
                if failed:
                    self._session.warn(f"notices: {report.relay_fault}; trying again in a minute")
            except LockHeld:
                failed = True  # another process sends them
            except AlertsError as fault:
                failed = True
                self._session.warn(f"notices: {fault}")
            if failed:
                self._stop.wait(REST)
            else:
                self._stirred.wait(REST)


@contextmanager
def posting(post: Post) -> Iterator[None]:
    """Have the post work in a thread while the block runs."""
    thread = threading.Thread(target=post.run, name="post", daemon=True)
    thread.start()
    try:
        yield
    finally:
        post.stop()
        thread.join(LAST_WAIT)  # what is cut off then is in doubt, and sent once more


def address(bound: socket.socket) -> str:
    """Where a browser on this machine finds the pages."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class _OneLine(logging.Handler):
    """What the server has to say, in our log, a line each and with no traceback."""

    def __init__(self, site: Site) -> None:
        super().__init__(logging.INFO)
        self._site = site

    def emit(self, record: logging.LogRecord) -> None:
        tell = self._site.warn if record.levelno >= logging.ERROR else self._site.log
        fault = f": {record.exc_info[0].__name__}" if record.exc_info and record.exc_info[0] else ""
        tell(f"{record.getMessage().splitlines()[0]}{fault}")


@contextmanager
def serving(site: Site, bound: socket.socket) -> Iterator[None]:
    """Answer visits in a thread while the block runs; afterwards end those under way."""
    import uvicorn  # costs 100 ms

    spoken = logging.getLogger("uvicorn")
    spoken.propagate = False
    spoken.handlers = [_OneLine(site)]
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
