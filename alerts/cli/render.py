"""`alerts render`: the editions as files."""

from pathlib import Path

import click

from alerts import publish
from alerts.cli.queue import empty
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.message import sample


@click.command()
@month_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where to; default: build/ in the project.",
)
@json_option
@pass_session
def render(session: Session, month: str | None, out: Path | None, as_json: bool) -> None:
    """Write DIR/<month>/<language>.html, .txt and .eml; of a frozen issue, what was sent."""
    settings, chosen = session.settings, session.month(month)
    editions = publish.editions(session.db, settings, chosen)
    folder = (out or settings.root / "build") / str(chosen)
    written = []
    for edition in editions:
        folder.mkdir(parents=True, exist_ok=True)
        message = sample(edition, settings, chosen, session.now)
        for suffix, octets in (
            ("html", edition.html.encode()),
            ("txt", edition.text.encode()),
            ("eml", message),
        ):
            path = folder / f"{edition.language}.{suffix}"
            path.write_bytes(octets)
            written.append(str(path))
    if not editions:
        session.say(empty(chosen))
    if as_json:
        print_json({"month": str(chosen), "files": written})
    else:
        click.echo("\n".join(written), nl=bool(written))
