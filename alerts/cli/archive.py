"""`alerts archive …`: verifies that sent issues are unaltered, exports them for any web server, imports
those of an earlier system, and withdraws what must not be shown any more."""

from pathlib import Path

import click

from alerts.cli.archive_import import import_, imported_documents, imported_rows, withdraw_imported
from alerts.cli.context import (
    Session,
    by_option,
    confirm,
    json_option,
    month_option,
    pass_session,
    print_json,
    print_table,
)
from alerts.cli.lazy import CommandGroup
from alerts.domain.errors import UsageError
from alerts.domain.imported import KEY
from alerts.domain.month import Month
from alerts.text.plural import counted


@click.group(cls=CommandGroup)
def archive() -> None:
    """Verify and export the archive of sent issues, import old ones, and withdraw from it."""


archive.add_command(import_)


@archive.command()
@json_option
@pass_session
def verify(session: Session, as_json: bool) -> int:
    """Check that each edition, with its calendar files, is as it was frozen; exit 1 if not."""
    found = session.project.archive.verify()
    bad = [one for one in found if one.altered]
    if as_json:
        editions = [
            {"month": str(one.month), "language": one.language, "altered": list(one.altered)}
            for one in found
        ]
        print_json({"editions": len(found), "altered": len(bad), "found": editions})
    else:
        for one in bad:
            parts = ", ".join(one.altered)
            session.warn(f"{one.month}, {one.language}: altered since it was frozen: {parts}")
        click.echo(f"{counted(len(found), 'edition')}, {len(bad)} altered")
    return 1 if bad else 0


@archive.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@json_option
@pass_session
def export(session: Session, folder: Path, as_json: bool) -> int:
    """Write the archive as static pages into DIR; later runs write only what has changed.

    DIR is the folder that a web server serves at web.base_url. Other files there are left alone. Files of
    what was withdrawn are removed.
    """
    from alerts.web.archive_export import export as exported  # imports starlette

    try:
        done = exported(session.project, folder)
    except NotADirectoryError as fault:
        raise UsageError(f"{fault.filename}: in the way of a folder; remove it") from fault
    for name in done.foreign:
        session.warn(f"{folder / name}: not written by an export, left alone; move it away first")
    if as_json:
        facts = {"written": list(done.written), "unchanged": done.unchanged}
        print_json({**facts, "foreign": list(done.foreign), "removed": list(done.removed)})
    else:
        gone = f", {len(done.removed)} withdrawn and removed" if done.removed else ""
        click.echo(
            f"{counted(len(done.written), 'file')} written, {done.unchanged} unchanged{gone}"
        )
    return 1 if any(name != "robots.txt" for name in done.foreign) else 0


@archive.command()
@json_option
@pass_session
def draw(session: Session, as_json: bool) -> None:
    """Make what is missing of sent issues: the pictures that other sites show, and PDF files.

    A new issue gets its own when it is queued and sent; this is for issues from before, and for those
    of which it failed. PDF files are made where web.pdf is on.
    """
    drawn, made = session.project.archive.draw(), session.project.archive.make_documents()
    notes = [*drawn.notes, *made.notes]
    for note in notes:
        session.warn(note)
    if as_json:
        print_json({"pictures": drawn.pictures, "documents": made.files, "notes": notes})
    else:
        click.echo(
            f"{counted(drawn.pictures, 'picture')} and {counted(made.files, 'PDF file')} made"
        )


@archive.command()
@click.argument("what", metavar="ARTICLE|YYYY-MM|YYYY-MM-DD")
@click.option("--why", default="", metavar="TEXT", help="The reason; readers see it.")
@click.option("--erase", is_flag=True, help="Delete the words and pictures, too. Cannot be undone.")
@click.option("--undo", is_flag=True, help="Show it again; not what was erased.")
@click.option("--yes", is_flag=True, help="Do not ask before erasing.")
@month_option
@by_option
@json_option
@pass_session
def withdraw(
    session: Session,
    what: str,
    why: str,
    erase: bool,
    undo: bool,
    yes: bool,
    month: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Withdraw a story of a sent issue from the archive, or a whole issue.

    A notice with the date and the reason stands in its place: on its page, in feeds, in later exports.
    Search does not find it, and its pictures are not served. Mails that were sent stay as they are. An
    ARTICLE is an id or a title; --month says of which issue. What was frozen is kept and shown to nobody;
    with --erase it is deleted. An imported issue is named by its day, as in the address of its page.
    """
    library = session.project.archive
    if KEY.fullmatch(what):
        withdraw_imported(session, what, why, by, erase=erase, undo=undo, yes=yes, as_json=as_json)
        return
    chosen, article = _named(session, what, month)
    if undo and (erase or why):
        raise UsageError("--undo takes neither --why nor --erase")
    if erase and not yes:
        nothing = "nothing was erased; --yes erases without asking"
        confirm(f"Erase {what} for good?", nobody=nothing, refused=nothing)
    if undo:
        done = library.show_again(chosen, article, by=by)
    else:
        done = library.withdraw(chosen, article, why=why, by=by, erase=erase)
    drawn, made = library.draw(), library.make_documents()
    for note in (*drawn.notes, *made.notes):
        session.warn(note)
    if as_json:
        print_json(
            {
                "month": str(done.month),
                "article": done.article,
                "editions": done.editions,
                "withdrawn": not done.again,
                "erased": done.erased,
            }
        )
        return
    name = f"{done.article} “{done.title}”" if done.article else "the whole issue"
    how = "shown again" if done.again else "erased" if done.erased else "withdrawn"
    click.echo(f"{done.month}: {name}: {how}, {counted(done.editions, 'edition')}")


@archive.command()
@json_option
@pass_session
def withdrawn(session: Session, as_json: bool) -> None:
    """List what was withdrawn from the archive, newest issue first."""
    found = session.project.archive.withdrawn()
    imported = session.project.archive.imported_withdrawn()
    if as_json:
        print_json(
            [
                *imported_documents(imported),
                *[
                    {
                        "month": str(one.month),
                        "article": one.article,
                        "why": one.why,
                        "by": one.by,
                        "at": one.at.isoformat(),
                        "erased": one.erased,
                    }
                    for one in found
                ],
            ]
        )
        return
    rows: list[tuple[str, ...]] = [
        (
            str(one.month),
            one.article or "whole issue",
            "erased" if one.erased else "kept",
            one.at.astimezone(session.settings.zone).strftime("%Y-%m-%d"),
            one.why,
        )
        for one in found
    ]
    rows += imported_rows(session, imported)
    print_table(rows, ("ISSUE", "ARTICLE", "WORDS", "SINCE", "WHY"))


def _named(session: Session, what: str, month: str | None) -> tuple[Month, str]:
    """The issue and the id of the article that are named; an issue alone has no article."""
    try:
        return Month.parse(what), ""
    except UsageError:
        pass
    chosen = None if month is None else session.month(month)
    found = session.project.articles.find(what, chosen)
    return found.month, found.article.id
