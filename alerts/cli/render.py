"""`alerts render`: the editions of a month as files, to look at before anyone gets them."""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import click

from alerts import publish
from alerts.cli.session import (
    Session,
    json_option,
    month_option,
    out_option,
    pass_session,
    print_json,
)
from alerts.message import sample
from alerts.model import Edition


@click.command()
@month_option
@out_option
@json_option
@pass_session
def render(session: Session, month: str | None, out: Path | None, as_json: bool) -> None:
    """Write DIR/MONTH/LANGUAGE.html, .txt and .eml for each edition.

    All three are as a made-up reader would get them; the links meant for one reader lead nowhere.
    """
    chosen, settings = session.month(month), session.settings
    made = publish.editions(session.db, settings, chosen)
    folder = (out or settings.root / "build") / str(chosen)
    if made:
        folder.mkdir(parents=True, exist_ok=True)
    for edition in made:
        _write(edition, folder, sample(edition, settings, chosen, session.now))
    if as_json:
        print_json({"month": str(chosen), "editions": [_told(one, folder) for one in made]})
    elif not made:
        click.echo(f"{chosen}: no articles, nothing to render")
    else:
        for edition in made:
            size = len(edition.html.encode()) / 1024
            click.echo(f"{folder / edition.language}.html  {size:.0f} KB  {edition.subject}")
        session.say(f"beside each: .txt, and .eml for a mail program; {len(made)} editions")


def _write(edition: Edition, folder: Path, message: bytes) -> None:
    plain, page = message_from_bytes(message, policy=policy.default).iter_parts()
    files = {"html": page.get_content(), "txt": plain.get_content()}
    for suffix, text in files.items():
        octets = text.replace("\r\n", "\n").encode()
        (folder / f"{edition.language}.{suffix}").write_bytes(octets)
    (folder / f"{edition.language}.eml").write_bytes(message)


def _told(edition: Edition, folder: Path) -> dict[str, Any]:
    """An edition for `--json`; sizes as `alerts status` has them."""
    return {
        "language": edition.language,
        "subject": edition.subject,
        "articles": edition.articles,
        "html_bytes": len(edition.html.encode()),
        "text_bytes": len(edition.text.encode()),
        "files": [str(folder / f"{edition.language}.{kind}") for kind in ("html", "txt", "eml")],
    }
