"""`alerts archive …`: verifies that sent issues are unaltered, and exports them for any web server."""

from pathlib import Path

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.cli.lazy import CommandGroup
from alerts.domain.errors import UsageError
from alerts.text.plural import counted


@click.group(cls=CommandGroup)
def archive() -> None:
    """Verify and export the archive of sent issues."""


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

    DIR is the folder that a web server serves at web.base_url. Other files there are left alone.
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
        print_json({**facts, "foreign": list(done.foreign)})
    else:
        click.echo(f"{counted(len(done.written), 'file')} written, {done.unchanged} unchanged")
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
