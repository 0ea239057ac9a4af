"""`alerts render`: writes the editions of a month as files, to check them before sending."""

from pathlib import Path
from typing import Any

import click

from alerts.cli.context import Session, on_month, out_option, print_json
from alerts.library.previews import EditionWritten
from alerts.text.plural import counted


@click.command()
@out_option
@on_month
def render(session: Session, month: str | None, out: Path | None, as_json: bool) -> None:
    """Write DIR/MONTH/LANGUAGE.html, .txt and .eml for each edition.

    They are those for a made-up reader; personal links do not work. Pictures are written beside them, and
    are within the .eml, so that all is seen with no server.
    """
    chosen = session.month(month)
    made = session.project.previews.write(out or session.settings.root / "build", chosen)
    if as_json:
        print_json({"month": str(chosen), "editions": [_told(one) for one in made]})
    elif not made:
        click.echo(f"{chosen}: no articles, nothing to render")
    else:
        for one in made:
            size = len(one.edition.html.encode()) / 1024
            weight = one.edition.picture_bytes / 1024
            shown = f" and {weight:.0f} KB of pictures" if weight else ""
            click.echo(f"{one.files[0]}  {size:.0f} KB{shown}  {one.edition.subject}")
        session.say(
            f"beside each: .txt, and .eml for a mail program; {counted(len(made), 'edition')}"
        )


def _told(written: EditionWritten) -> dict[str, Any]:
    """An edition for `--json`; sizes as in `alerts status`."""
    edition = written.edition
    return {
        "language": edition.language,
        "subject": edition.subject,
        "articles": edition.articles,
        "html_bytes": len(edition.html.encode()),
        "text_bytes": len(edition.text.encode()),
        "picture_bytes": edition.picture_bytes,
        "files": list(map(str, written.files)),
        "pictures": list(map(str, written.pictures)),
    }
