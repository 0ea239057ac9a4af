"""`alerts issue correct`: a short message to those who got a mistake."""

from collections.abc import Sequence
from pathlib import Path

import click

from alerts.cli.anyway import known
from alerts.cli.context import (
    Session,
    anyway_option,
    by_option,
    confirm,
    next_fields,
    on_month,
    print_json,
    read_text,
    where_option,
)
from alerts.domain.errors import UsageError
from alerts.text.plural import counted


@click.command()
@click.option(
    "--text", "texts", multiple=True, metavar="LANG=TEXT", help="What is right; once per language."
)
@click.option(
    "--file", "files", multiple=True, metavar="LANG=FILE", help="The same from a file; - is stdin."
)
@click.option(
    "--version", type=click.IntRange(min=1), metavar="N", help="Only to those who got version N."
)
@click.option(
    "--article", default="", metavar="ID", help="Only to those whose edition showed this article."
)
@where_option
@click.option("--dry-run", is_flag=True, help="Only say how many would get it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@anyway_option
@by_option
@on_month
def correct(
    session: Session,
    month: str | None,
    texts: tuple[str, ...],
    files: tuple[str, ...],
    version: int | None,
    article: str,
    where: str | None,
    dry_run: bool,
    yes: bool,
    anyway: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Tell those who got a mistake what is right, in a short e-mail; `alerts send` sends it.

    It goes to those who have a version that was recalled or, if the issue never was, to all who got it. The
    archive and the feeds show it with its date. Readers of a language without a text get it in the next
    language of alert.fallback. **Bold**, *italic*, [links](https://…) and lists work.
    """
    chosen = session.month(month)
    words = _words(texts, files)
    recalls = session.project.recalls
    planned = recalls.plan_correction(
        words, chosen, version=version, article=article, where=where or ""
    )
    document = {
        "month": str(chosen),
        "people": planned.people,
        "languages": dict(planned.languages),
        "versions": list(planned.versions),
        "where": planned.recipients.where,
        "already": bool(planned.already),
    }
    if not planned.already and not as_json:
        session.say(f"{chosen}: {counted(planned.people, 'reader')} would get it")
    if dry_run or planned.already or not planned.people:
        if as_json:
            print_json({**document, "queued": 0})
        elif planned.already:
            click.echo(f"{chosen}: correction {planned.already} says the same; nothing changed")
        elif not planned.people:
            click.echo(f"{chosen}: nobody who may be mailed has it, so nothing was queued")
        return
    if not yes:
        number = counted(planned.people, "reader")
        nobody = f"{number} would get it: --yes sends it without asking"
        confirm(f"Send it to {number}?", nobody=nobody, refused="nothing was queued")
    done = recalls.correct(planned, by=by, anyway=known(anyway))
    step = session.project.next_step(month)
    if as_json:
        print_json(
            {**document, "number": done.number, "queued": done.deliveries, **next_fields(step)}
        )
        return
    click.echo(f"{chosen}: correction {done.number}, {counted(done.deliveries, 'delivery')} queued")
    session.tell_next(step)


def _words(texts: Sequence[str], files: Sequence[str]) -> dict[str, str]:
    """The texts by language; raises `UsageError` for an option that names none."""
    found: dict[str, str] = {}
    for option, given in (("--text", texts), ("--file", files)):
        for one in given:
            language, equals, value = one.partition("=")
            if not equals or not language.strip():
                raise UsageError(f"{option} {one}: write LANG=…, such as en=…")
            if language.strip() in found:
                raise UsageError(f"{option} {one}: there is a text in “{language.strip()}” already")
            words = read_text(Path(value)) if option == "--file" else value
            found[language.strip()] = words
    return found
