"""`alerts serve`: the public pages, the notices, the LMTP server and the schedule in one process.

The pages run in a thread of this process. Another thread sends notices moments after a visitor asked
for them, and two do the jobs that programs and editors ask for. If set, one more receives bounces and
complaints from the mail server. The actions of the schedule run as commands in processes of their own
(see `schedule`). So none of these delays another.
When told to stop, all finish their work in progress first. For a reverse proxy with TLS, see
docs/web.md.
"""

import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import click

from alerts import __version__
from alerts.cli.context import Session, pass_session
from alerts.cli.schedule import keep
from alerts.cli.sockets import listening, listening_at
from alerts.cli.worker_threads import WorkerThreads, watched_threads
from alerts.config import listen_address
from alerts.library import schedule as clock
from alerts.library.hook_thread import hooking
from alerts.library.job_worker import Workers
from alerts.library.local_pages import at_local_address, check_local
from alerts.library.notices import NoticeThread, posting
from alerts.web.application import application
from alerts.web.context import Site


@click.command()
@click.option("--host", metavar="ADDRESS", help="Overrides the setting.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Overrides the setting.")
@click.option(
    "--local",
    is_flag=True,
    help="Try the pages and the desk on this machine, at their own address.",
)
@pass_session
def serve(session: Session, host: str | None, port: int | None, local: bool) -> None:
    """Serve the public pages (subscribe, preferences, unsubscribe) and run the schedule, until stopped.

    Also receives bounces and complaints, if bounces.lmtp is set.
    """
    session.begin_log("serve", service=True)
    settings = session.settings
    if local:
        check_local(settings)
    clock.check(settings, idle=True)
    with (
        watched_threads() as workers,
        clock.in_use(settings, "serve", session.now),
        listening(host or settings.web.host, settings.web.port if port is None else port) as bound,
    ):
        _ = session.project.db  # says at once what is wrong with it
        environ = dict(os.environ)
        if local:
            settings, environ = at_local_address(settings, address(bound), environ)
        post = NoticeThread(settings.root, session.warn, environ)
        jobs = Workers(settings.root, session.warn)
        site = Site(
            settings,
            wake=post.wake,
            wake_jobs=jobs.wake,
            log=session.explain,
            warn=session.warn,
            tell=session.say,
            host=bound.getsockname()[0],
        )
        with (
            posting(post),
            jobs.working(),
            serving(site, bound, workers),
            receiving(session),
            hooking(settings, session.warn, session.say),
        ):
            public = settings.web.base_url
            session.say(
                f"pages: {address(bound)}, publicly {public}",
                "start",
                version=__version__,
                pid=os.getpid(),
            )
            if named := ", ".join(one.relay for one in settings.relay_reports):
                session.say(f"bounces: reports of {named}, at {public}/hooks/RELAY", "start")
            session.say("stop with Ctrl-C", "start")
            counts = HourlyCounts(site, session.say)
            keep(session, workers, counts.beat)
        counts.tell("since the start")
    session.say("stopped", "stop")


class HourlyCounts:
    """Tells each hour what the pages have answered; silent where nobody came."""

    def __init__(self, site: Site, tell: Callable[..., None]) -> None:
        self._site, self._tell = site, tell
        self._told = site.now()
        self._before: Mapping[str, int] = {}

    def beat(self) -> None:
        """Tell, if an hour has passed."""
        if self._site.now() - self._told >= timedelta(hours=1):
            self.tell("in an hour")

    def tell(self, when: str) -> None:
        """Tell the counts; those of the last time are taken off but at the end."""
        self._told, total = self._site.now(), self._site.answers.of_classes()
        before = self._before if when == "in an hour" else {}
        new = {kind: number - before.get(kind, 0) for kind, number in total.items()}
        self._before = total
        told = ", ".join(f"{number} {kind}" for kind, number in new.items() if number)
        if told:
            self._tell(f"answers {when}: {told}", "counts")


@contextmanager
def receiving(session: Session) -> Iterator[None]:
    """Receive mail from the mail server while the block runs, if bounces.lmtp is set.

    Raises `LockHeld` if another process does so for this project, and `UsageError`.
    """
    settings = session.settings
    if not settings.bounces.lmtp:
        yield
        return
    at = listen_address.parse(settings.bounces.lmtp, settings.root)
    listening_there = listening_at(at, settings.bounces)
    with session.project.bounces.receiving(listening_there, session.warn):
        session.say(f"bounces: {at}, over LMTP", "start")
        yield


def address(bound: socket.socket) -> str:
    """The URL of the pages on this machine."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class _OneLine(logging.Handler):
    """Writes the messages of the HTTP server to our log, on one line each and without traceback."""

    def __init__(self, site: Site) -> None:
        super().__init__(logging.INFO)
        self._site = site

    def emit(self, record: logging.LogRecord) -> None:
        tell = self._site.warn if record.levelno >= logging.ERROR else self._site.log
        fault = f": {record.exc_info[0].__name__}" if record.exc_info and record.exc_info[0] else ""
        tell(f"{record.getMessage().splitlines()[0]}{fault}")


@contextmanager
def serving(
    site: Site, bound: socket.socket, workers: WorkerThreads | None = None
) -> Iterator[None]:
    """Serve the pages in a thread while the block runs; then finish the requests in progress.

    `workers` are told if the thread dies.
    """
    import uvicorn  # costs 100 ms

    from alerts.web.forwarded import Forwarded
    from alerts.web.http import MOST, TimedProtocol

    spoken = logging.getLogger("uvicorn")
    spoken.propagate = False
    spoken.handlers = [_OneLine(site)]
    config = uvicorn.Config(
        Forwarded(application(site), site),
        log_config=None,
        access_log=False,  # an access log would contain tokens and addresses
        lifespan="off",
        http=TimedProtocol,
        ws="none",
        server_header=False,
        date_header=True,
        proxy_headers=False,  # `Forwarded` reads them
        forwarded_allow_ips=list(site.settings.web.trusted_proxies),  # for `TimedProtocol`
        limit_concurrency=2 * MOST,  # connections that `TimedProtocol` does not close get 503
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    workers = workers or WorkerThreads()
    thread = workers.start("pages", lambda: server.run([bound]), lambda: server.should_exit)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        site.close()
