"""`alerts issue letter`: the editor's opening words of the month, in each language."""

from pathlib import Path

import click

from alerts import editing, letters
from alerts.cli.session import Session, by_option, month_option, pass_session, read_text
from alerts.cli.source import language_known
from alerts.errors import UsageError
from alerts.store import letters as store


@click.command()
@click.argument("language", metavar="LANG")
@click.option("--text", help="The letter; an empty text removes it.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="… or a file with it; - is stdin.",
)
@month_option
@by_option
@pass_session
def letter(
    session: Session, language: str, text: str | None, file: Path | None, month: str | None, by: str
) -> None:
    """Show the month's letter in LANG, or with --text or --file write it.

    It stands at the head of the issue, in place of alert.welcome. Paragraphs have an empty line
    between them; **bold**, *italic*, [links](https://…) and lists are known. Who reads a language
    without a letter gets it in the one that they understand next best.
    """
    chosen, tag = session.month(month), language_known(language)
    if not tag:
        raise UsageError("in which language? Write a code such as en, es, pt-br")
    if text is not None and file is not None:
        raise UsageError("--text or --file, not both")
    if file is not None:
        text = read_text(file)
    if text is None:
        written = store.of_month(session.db, chosen).get(tag, "")
        if written:
            click.echo(written)
        else:
            session.say(f"{chosen}: no letter in “{tag}”; write one with --text or --file")
        return
    kept = letters.tidy(text)
    editing.write_letter(session.db, chosen, tag, kept, session.actor(by), session.now)
    session.say(f"{chosen}: letter in “{tag}” {'written' if kept else 'removed'}")
    session.recheck(chosen, by)
