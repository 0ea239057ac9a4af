"""`alerts issue edit`: edit the whole issue as one text file.

The text is kept in the project's folder `drafts/` from the beginning until it is imported, so that no
error, conflict or crash loses any of it.
"""

import os
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import click

from alerts.cli.context import Session, asked, by_option, month_option, pass_session, read_text
from alerts.cli.issue.taken_in import take_in
from alerts.cli.output import written
from alerts.domain.errors import AlertsError, Conflict, InputError, TextFault, UsageError
from alerts.domain.month import Month
from alerts.library.issues import locked, with_faults

_EDITORS = ("sensible-editor", "nano", "vi")


@click.command()
@month_option
@click.option(
    "--fresh", is_flag=True, help="Keep the former text under another name, and start again."
)
@click.option(
    "--language", metavar="LANG", help="The language of the texts given; default: the first."
)
@click.option("--subject", metavar="TEXT", help="Write the subject, without an editor.")
@click.option("--preheader", metavar="TEXT", help="… what inboxes show after it.")
@click.option("--headline", metavar="TEXT", help="… the headline of the issue.")
@click.option("--standfirst", metavar="TEXT", help="… the sentence below it.")
@click.option("--again", is_flag=True, help="Allow a subject that another issue of the year has.")
@by_option
@pass_session
def edit(
    session: Session,
    /,
    month: str | None,
    fresh: bool,
    language: str | None,
    again: bool,
    by: str,
    **texts: str | None,
) -> int:
    """Open the whole issue in $VISUAL or $EDITOR, and import it when the editor closes.

    With --subject, --preheader, --headline or --standfirst, write these and open nothing; an empty text
    removes one, and it is made from the first story again.

    Errors are shown above their lines, and the text can be opened again. Until it is imported it is
    kept in drafts/MONTH.txt, and the same command continues with it.
    """
    chosen, root = session.month(month), session.settings.root
    session.project.issues.check_open(chosen)
    given = {name: text for name, text in texts.items() if text is not None}
    if given:
        return _write_face(session, chosen, language, given, again, by)
    draft = root / "drafts" / f"{chosen}.txt"
    command = _editor()
    draft.parent.mkdir(mode=0o700, exist_ok=True)
    with locked(draft, "issue edit", session.now):
        return _sitting(session, chosen, draft, command, fresh, by)


def _write_face(
    session: Session,
    month: Month,
    language: str | None,
    texts: dict[str, str],
    again: bool,
    by: str,
) -> int:
    """Store subject, preheader, headline and standfirst in one language."""
    chosen = language or session.settings.default_language
    kept = session.project.issues.write_face(chosen, texts, month, by=by, again=again)
    done = ", ".join(
        f"{name} {'written' if text else 'removed'}" for name, text in kept.texts.items()
    )
    session.say(f"{kept.month}: “{kept.language}”: {done}")
    session.warn_voided(kept.voided)
    return 0


def _sitting(
    session: Session, month: Month, draft: Path, command: list[str], fresh: bool, by: str
) -> int:
    """Edit until the text is imported, or the editor stops."""
    if fresh and draft.exists():
        _set_aside(session, draft)
    if draft.exists() and not session.project.issues.unchanged(read_text(draft)):
        session.say(f"continuing with {draft}, which was kept; --fresh starts again")
    else:
        _write(draft, session.project.issues.export_text(month))
    while True:
        _open(command, draft)
        try:
            take_in(session, month, read_text(draft), by)
        except TextFault as fault:
            session.warn(f"{draft}: {fault}")
            _write(draft, with_faults(read_text(draft), fault.faults))
        except Conflict as fault:
            session.warn(
                f"{fault}; their version is above yours (#!); save again when you have decided"
            )
            over = session.project.issues.rebased(read_text(draft), month)
            _set_aside(session, draft)
            _write(draft, over)
        except InputError as fault:
            session.warn(str(fault))
        else:
            draft.unlink()
            return 0
        if not asked("Open it again?", default=True):
            session.warn(
                f"your text is kept in {draft}: `alerts issue edit {month.option}` continues with it"
            )
            return 1


def _set_aside(session: Session, draft: Path) -> None:
    """Keep the text under another name."""
    aside = draft.with_name(f"{draft.stem}.{session.now:%Y%m%d-%H%M%S.%f}.txt")
    draft.rename(aside)
    session.say(f"{aside}: kept aside")


def _editor() -> list[str]:
    """The editor's command line; raises `UsageError` where there is none."""
    for variable in ("VISUAL", "EDITOR"):
        if words := os.environ.get(variable, "").strip():
            try:
                return shlex.split(words)
            except ValueError as fault:
                raise UsageError(
                    f"${variable}: “{words}”: a quotation mark or a backslash ends in nothing"
                ) from fault
    found = next(filter(shutil.which, _EDITORS), None)
    if found is None:
        raise UsageError("no editor: set $EDITOR, or use `alerts issue export` and `import`")
    return [found]


def _open(command: list[str], draft: Path) -> None:
    """Run the editor, which changes the file. Ctrl-C goes to the editor only."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.run([*command, str(draft)], check=False).returncode
    except OSError as fault:
        raise UsageError(
            f"{command[0]}: {fault.strerror}; set $EDITOR (the text is kept in {draft})"
        ) from fault
    finally:
        signal.signal(signal.SIGINT, before)
    if code:
        raise AlertsError(
            f"{command[0]} ended with exit code {code}; nothing was imported, the text is kept in {draft}"
        )


def _write(draft: Path, text: str) -> None:
    """Replace the draft atomically."""
    with written(draft) as out:
        out.write(text)
