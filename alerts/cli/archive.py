"""`alerts archive …`: what was sent, proved to be unaltered, and as files for any web server."""

from pathlib import Path

import click

from alerts.cli.session import Session, json_option, pass_session, print_json
from alerts.errors import UsageError
from alerts.store import archive as kept


@click.group()
def archive() -> None:
    """Prove and export the archive of what was sent."""


@archive.command()
@json_option
@pass_session
def verify(session: Session, as_json: bool) -> int:
    """Tell whether each edition, with the files of its events, is as it was frozen; exit 1 if not."""
    found = list(kept.altered(session.db))
    bad = [(month, language, parts) for month, language, parts in found if parts]
    if as_json:
        editions = [
            {"month": str(month), "language": language, "altered": list(parts)}
            for month, language, parts in found
        ]
        print_json({"editions": len(found), "altered": len(bad), "found": editions})
    else:
        for month, language, parts in bad:
            session.warn(f"{month}, {language}: altered since it was frozen: {', '.join(parts)}")
        click.echo(f"{len(found)} editions, {len(bad)} altered")
    return 1 if bad else 0


@archive.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@json_option
@pass_session
def export(session: Session, folder: Path, as_json: bool) -> int:
    """Write the archive as static pages into DIR; again, only what has changed.

    DIR is what a web server shows at web.base_url. Files there that are not ours are left alone.
    """
    from alerts.web.static import export as exported  # imports starlette

    try:
        done = exported(session.db, session.settings, folder)
    except NotADirectoryError as fault:
        raise UsageError(f"{fault.filename}: in the way of a folder; remove it") from fault
    for name in done.foreign:
        session.warn(f"{folder / name}: not ours, left alone; move it away to have it written")
    if as_json:
        facts = {"written": list(done.written), "unchanged": done.unchanged}
        print_json({**facts, "foreign": list(done.foreign)})
    else:
        click.echo(f"{len(done.written)} files written, {done.unchanged} unchanged")
    return 1 if any(name != "robots.txt" for name in done.foreign) else 0
