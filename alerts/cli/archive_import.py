"""`alerts archive import`: takes over the old issues of another system; and their withdrawal."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alerts.cli.context import Session, by_option, confirm, json_option, pass_session, print_json
from alerts.domain.errors import UsageError
from alerts.text.plural import counted

if TYPE_CHECKING:
    from alerts.archive.imported.take_in import FileOutcome
    from alerts.domain.imported import ImportedWithdrawal

_FATES = ("imported", "unchanged", "skipped", "failed")


@click.command("import")
@click.argument("export", metavar="FOLDER|ZIP|FILE", type=click.Path(path_type=Path))
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day on which it was sent, for all files; default: by table, message, file name or page.",
)
@click.option("--language", default="", metavar="LANG", help="The language of all files.")
@click.option("--dry-run", is_flag=True, help="Import nothing; say what would be.")
@by_option
@json_option
@pass_session
def import_(
    session: Session,
    export: Path,
    day: datetime | None,
    language: str,
    dry_run: bool,
    by: str,
    as_json: bool,
) -> int:
    """Take the old issues of another system into the archive; they are never mailed.

    Reads HTML, EML and Markdown files, and tables (CSV, JSON) that say when each was sent or have the words
    themselves: Mailchimp's and Buttondown's exports as they are, a folder of saved messages, a dates.csv of
    your own. Their words and links are shown, marked as imported, and found by the search; scripts,
    forms, pictures, merge tags, readers' addresses and links to unsubscribe are left out. Importing again
    changes nothing. A file that cannot be read leaves the others, and the exit code is 1.
    """
    fates = session.project.archive.import_old(
        export, day=day.date() if day else None, language=language, by=by, dry_run=dry_run
    )
    counts = Counter(one.fate for one in fates)
    if as_json:
        totals = {fate: counts[fate] for fate in _FATES}
        print_json({"files": list(map(_document, fates)), **totals, "dry_run": dry_run})
    else:
        _tell(session, fates)
        would = "would be imported" if dry_run else "imported"
        click.echo(
            f"{counted(counts['imported'], 'issue')} {would}, {counts['unchanged']} unchanged,"
            f" {counts['skipped']} skipped, {counts['failed']} failed"
        )
    return 1 if counts["failed"] else 0


def _tell(session: Session, fates: "Sequence[FileOutcome]") -> None:
    """One line a file: what is new on stdout, what is wrong on stderr."""
    for one in fates:
        if one.fate == "imported":
            click.echo(f"{one.key}  {one.language:<5}  {one.subject}")
        elif one.fate == "failed":
            session.warn(one.reason)
        elif one.fate == "skipped":
            session.say(f"{one.file}: skipped: {one.reason}")


def _document(one: "FileOutcome") -> dict[str, Any]:
    return {
        "file": one.file,
        "fate": one.fate,
        "issue": one.key,
        "date": one.key[:10],
        "language": one.language,
        "subject": one.subject,
        "reason": one.reason,
    }


def withdraw_imported(
    session: Session,
    key: str,
    why: str,
    by: str,
    *,
    erase: bool,
    undo: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Withdraw an imported issue, or show it again."""
    if undo and (erase or why):
        raise UsageError("--undo takes neither --why nor --erase")
    if erase and not yes:
        nothing = "nothing was erased; --yes erases without asking"
        confirm(f"Erase {key} for good?", nobody=nothing, refused=nothing)
    if undo:
        session.project.archive.show_imported_again(key, by=by)
    else:
        session.project.archive.withdraw_imported(key, why=why, by=by, erase=erase)
    if as_json:
        print_json({"issue": key, "article": "", "withdrawn": not undo, "erased": erase})
        return
    done = "shown again" if undo else "erased" if erase else "withdrawn"
    click.echo(f"{key}: the imported issue: {done}")


def imported_documents(found: "Sequence[ImportedWithdrawal]") -> list[dict[str, Any]]:
    """Withdrawn imported issues as JSON."""
    return [
        {
            "month": one.key[:7],
            "issue": one.key,
            "article": "",
            "why": one.why,
            "by": one.by,
            "at": one.at.isoformat(),
            "erased": one.erased,
        }
        for one in found
    ]


def imported_rows(session: Session, found: "Sequence[ImportedWithdrawal]") -> list[tuple[str, ...]]:
    """The same as rows of the table."""
    zone = session.settings.zone
    return [
        (
            one.key,
            "imported issue",
            "erased" if one.erased else "kept",
            one.at.astimezone(zone).strftime("%Y-%m-%d"),
            one.why,
        )
        for one in found
    ]
