"""`alerts issue letter`: the editor's introduction of the month, in each language."""

from pathlib import Path

import click

from alerts.cli.context import Session, by_option, month_option, pass_session, read_text
from alerts.domain.errors import UsageError


@click.command()
@click.argument("language", metavar="LANG")
@click.option("--text", help="The introduction; an empty text removes it.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="A file with the introduction; - is stdin.",
)
@month_option
@by_option
@pass_session
def letter(
    session: Session, language: str, text: str | None, file: Path | None, month: str | None, by: str
) -> None:
    """Show the month's introduction in LANG, or write it with --text or --file.

    It begins the issue, instead of alert.welcome. Paragraphs have an empty line between them; **bold**,
    *italic*, [links](https://…) and lists work. An edition in a language without an introduction shows
    it in the next language of alert.fallback.
    """
    issues = session.project.issues
    if text is not None and file is not None:
        raise UsageError("--text or --file, not both")
    if file is not None:
        text = read_text(file)
    if text is None:
        if written := issues.introduction(language, month):
            click.echo(written)
        else:
            session.say(
                f"{session.month(month)}: no introduction in “{language}”;"
                " write one with --text or --file"
            )
        return
    kept = issues.write_introduction(language, text, month, by=by)
    done = "written" if kept.text else "removed"
    session.say(f"{kept.month}: introduction in “{kept.language}” {done}")
    session.warn_voided(kept.voided)
