"""`alerts issue screenshot`: pictures of a month's editions."""

from pathlib import Path

import click

from alerts.cli.context import (
    Session,
    json_option,
    month_option,
    out_option,
    pass_session,
    print_json,
)


@click.command()
@month_option
@out_option
@json_option
@pass_session
def screenshot(session: Session, month: str | None, out: Path | None, as_json: bool) -> None:
    """Write DIR/MONTH/LANGUAGE-SCREEN-MODE.png for desktop and phone, light and dark.

    Needs Chromium. Images in the e-mails are fetched from their URLs.
    """
    chosen = session.month(month)
    made: list[Path] = []
    for path in session.project.previews.photograph(out or session.settings.root / "build", chosen):
        made.append(path)
        if not as_json:
            click.echo(str(path))
    if as_json:
        print_json({"month": str(chosen), "files": [str(path) for path in made]})
    elif not made:
        click.echo(f"{chosen}: no articles, nothing to show")
