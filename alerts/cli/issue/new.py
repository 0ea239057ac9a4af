"""`alerts issue new`: begin a special alert."""

import click

from alerts.cli.context import Session, by_option, json_option, pass_session, print_json
from alerts.text.plural import counted


@click.command()
@click.option(
    "--special", "title", required=True, metavar="TITLE", help="Its headline and subject."
)
@click.option("--language", default="", metavar="LANG", help="Of TITLE; default: the alert's.")
@click.option(
    "--where", default="", metavar="QUESTION", help="Only for readers who match, as with `queue`."
)
@by_option
@json_option
@pass_session
def new(session: Session, title: str, language: str, where: str, by: str, as_json: bool) -> None:
    """Begin a special alert: an issue that is not a month's, such as a call to action.

    Prints its key, which every command takes as --issue KEY. Put articles into it (`article add --issue KEY`,
    `article move ID --to KEY`), or write an introduction (`issue letter LANG --issue KEY`), which is enough.
    It is sent by `run --issue KEY`, or `queue --issue KEY` and `send`, or at the moment of `issue schedule`;
    never by cron before somebody has said so. Readers who want no special alerts do not get it.
    """
    begun = session.project.issues.begin_special(title, language=language, where=where, by=by)
    if as_json:
        print_json(
            {
                "issue": str(begun.month),
                "title": begun.title,
                "language": begun.language,
                "where": where,
                "people": begun.people,
            }
        )
        return
    click.echo(str(begun.month))
    whom = str(begun.segment or f"{counted(begun.people, 'reader')} would get it")
    session.say(f"“{begun.title}”, a draft; {whom}")
    session.tell_next(session.project.next_step(begun.month))
