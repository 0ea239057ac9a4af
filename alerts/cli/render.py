"""`alerts render`: the editions of a month as files, to look at before anyone gets them."""

from pathlib import Path

import click

from alerts import publish
from alerts.cli.session import Session, month_option, pass_session
from alerts.message import sample


@click.command()
@month_option
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where they go; default: the folder “build” of the project.",
)
@pass_session
def render(session: Session, month: str | None, out: Path | None) -> None:
    """Write DIR/MONTH/LANGUAGE.html, .txt and .eml for each edition.

    The .eml is the message as a made-up reader would get it; .html and .txt show the slots.
    """
    chosen, settings = session.month(month), session.settings
    made = publish.editions(session.db, settings, chosen)
    if not made:
        click.echo(f"{chosen}: no articles, nothing to render")
        return
    folder = (out or settings.root / "build") / str(chosen)
    folder.mkdir(parents=True, exist_ok=True)
    for edition in made:
        files = {
            "html": edition.html.encode(),
            "txt": edition.text.encode(),
            "eml": sample(edition, settings, chosen, session.now),
        }
        for suffix, octets in files.items():
            (folder / f"{edition.language}.{suffix}").write_bytes(octets)
        size = len(files["html"]) / 1024
        click.echo(f"{folder / edition.language}.html  {size:.0f} KB  {edition.subject}")
    session.say(f"beside each: .txt, and .eml for a mail program; {len(made)} editions")
