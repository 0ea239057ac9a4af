"""`alerts issue preview` and `alerts issue screenshot`: look at a month's editions before they go out."""

import contextlib
import os
import webbrowser
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alerts import project
from alerts.cli.listening import listening
from alerts.cli.session import (
    Session,
    json_option,
    month_option,
    out_option,
    pass_session,
    print_json,
)
from alerts.cli.stopping import stopping

if TYPE_CHECKING:
    import uvicorn

    from alerts.preview.desk import Desk


@click.command()
@month_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Default: any.")
@click.option("--no-open", is_flag=True, help="Don't open the browser.")
@pass_session
def preview(session: Session, month: str | None, port: int, no_open: bool) -> None:
    """Show its editions in the browser, until stopped with Ctrl-C.

    Desktop, phone, dark, images off, styles stripped, text, source, headers, size and checks; anew
    whenever a template, an article or a setting changes. Only this machine can see it.
    """
    server = _server(_desk(session, month))
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


@click.command()
@month_option
@out_option
@json_option
@pass_session
def screenshot(session: Session, month: str | None, out: Path | None, as_json: bool) -> None:
    """Write DIR/MONTH/LANGUAGE-SCREEN-MODE.png for desktop and phone, light and dark.

    Needs Chromium. Pictures within the e-mails are fetched from where they lie.
    """
    from alerts.preview.camera import chromium, photographs

    desk = _desk(session, month)
    folder = (out or session.settings.root / "build") / str(desk.month)
    exhibits = desk.exhibits()
    made: list[Path] = []
    if exhibits:
        browser = chromium(os.environ)
        folder.mkdir(parents=True, exist_ok=True)
        for name, picture in photographs(browser, exhibits):
            path = folder / f"{name}.png"
            path.write_bytes(picture)
            made.append(path)
            if not as_json:
                click.echo(str(path))
    if as_json:
        print_json({"month": str(desk.month), "files": [str(path) for path in made]})
    elif not made:
        click.echo(f"{desk.month}: no articles, nothing to show")


def _desk(session: Session, month: str | None) -> "Desk":
    from alerts.preview.desk import Desk

    root = session.settings.root
    return Desk(
        load=lambda: project.load(root, os.environ),
        root=root,
        db=session.db,
        month=session.month(month),
        now=lambda: session.now,
    )


def _server(desk: "Desk") -> "uvicorn.Server":
    import uvicorn  # costs 100 ms

    from alerts.preview.pages import application

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            """uvicorn would die of the signal once more when it has ended; see `_stopping`."""
            yield

    return Server(
        uvicorn.Config(
            application(desk),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
    )
