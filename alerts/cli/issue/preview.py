"""`alerts issue preview`: show a month's editions in the browser before they are sent."""

import contextlib
import webbrowser
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from alerts.cli.context import Session, month_option, pass_session
from alerts.cli.signals import stopping
from alerts.cli.sockets import listening

if TYPE_CHECKING:
    import uvicorn

    from alerts.preview.editions import PreviewEditions


@click.command()
@month_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Default: any.")
@click.option("--no-open", is_flag=True, help="Don't open the browser.")
@pass_session
def preview(session: Session, month: str | None, port: int, no_open: bool) -> None:
    """Show its editions in the browser, until stopped with Ctrl-C.

    Desktop, phone, dark, images off, styles stripped, text, source, headers, size and checks; reloaded
    whenever a template, an article or a setting changes. Only this machine can open it.
    """
    server = _server(session.project.previews.live(month))
    with (
        listening("127.0.0.1", port) as bound,
        stopping(partial(setattr, server, "should_exit", True)),
    ):
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        click.echo(url)
        session.say("stop with Ctrl-C")
        if not no_open:
            webbrowser.open(url)
        server.run(sockets=[bound])


def _server(desk: "PreviewEditions") -> "uvicorn.Server":
    import uvicorn  # costs 100 ms

    from alerts.library.previews import pages_of

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Do nothing: uvicorn would raise the signal again when it has ended; see
            `signals.stopping`."""
            yield

    return Server(
        uvicorn.Config(
            pages_of(desk),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
    )
