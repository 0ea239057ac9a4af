"""`alerts issue edit`, `export` and `import`: the whole issue as one text file.

`edit` keeps the text in the project's folder `drafts/` from the first moment until it is taken in, so
that no fault, conflict or crash loses a word of it.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click

from alerts import editing, rewriting
from alerts.cli.listing import written
from alerts.cli.session import (
    Session,
    by_option,
    json_option,
    month_option,
    pass_session,
    print_json,
    read_text,
)
from alerts.errors import AlertsError, Conflict, InputError, TextFault, UsageError
from alerts.manuscript import Fault, annotated
from alerts.model import Month
from alerts.store.lock import project_lock

_EDITORS = ("sensible-editor", "nano", "vi")


@click.command()
@month_option
@click.option("--fresh", is_flag=True, help="Set a text that was kept aside, and begin anew.")
@by_option
@pass_session
def edit(session: Session, month: str | None, fresh: bool, by: str) -> int:
    """Open the whole issue in $VISUAL or $EDITOR, and take it back in when that closes.

    Faults are shown above their lines, and the text can be opened again. Until it is taken in it is
    kept in drafts/MONTH.txt, and the same command goes on with it.
    """
    chosen, root = session.month(month), session.settings.root
    editing.check_open(session.db, chosen)
    draft = root / "drafts" / f"{chosen}.txt"
    command = _editor()
    draft.parent.mkdir(mode=0o700, exist_ok=True)
    with project_lock(draft, "issue edit", session.now):
        return _sitting(session, chosen, draft, command, fresh, by)


def _sitting(
    session: Session, month: Month, draft: Path, command: list[str], fresh: bool, by: str
) -> int:
    """Edit until it is taken in, or the editor has enough."""
    if fresh and draft.exists():
        _set_aside(session, draft)
    if draft.exists() and not rewriting.changed_nothing(session.settings, read_text(draft)):
        session.say(f"going on with {draft}, which was kept; --fresh begins anew")
    else:
        _write(draft, rewriting.export(session.db, session.settings, month))
    while True:
        _open(command, draft)
        try:
            _take_in(session, month, read_text(draft), by)
        except TextFault as fault:
            session.warn(f"{draft}: {fault}")
            _write(draft, annotated(read_text(draft), (Fault(*one) for one in fault.faults)))
        except Conflict as fault:
            session.warn(f"{fault}; theirs is shown above yours (#!): saving it again decides")
            text = read_text(draft)
            over = rewriting.brought_over(session.db, session.settings, month, text)
            _set_aside(session, draft)
            _write(draft, over)
        except InputError as fault:
            session.warn(str(fault))
        else:
            draft.unlink()
            return 0
        if not (sys.stdin.isatty() and click.confirm("Open it again?", default=True, err=True)):
            session.warn(
                f"your text is kept in {draft}: `alerts issue edit --month {month}` goes on with it"
            )
            return 1


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@month_option
@pass_session
def export(session: Session, file: Path, month: str | None) -> None:
    """Write the whole issue into FILE (- is stdout), for `import` to take back."""
    chosen = session.month(month)
    text = rewriting.export(session.db, session.settings, chosen)
    with written(file) as out:
        out.write(text)
    if str(file) != "-":
        session.say(f"{chosen}: written to {file}; `alerts issue import {file}` takes it back")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--month", metavar="YYYY-MM", help="Default: the month that the text is of.")
@by_option
@json_option
@pass_session
def import_(session: Session, file: Path, month: str | None, by: str, as_json: bool) -> None:
    """Take in what `export` wrote and you changed (- is stdin), whole or not at all."""
    text = read_text(file)
    name = "stdin" if str(file) == "-" else file
    chosen = Month.parse(month) if month else rewriting.month_of(text) or session.month(None)
    try:
        taken = _take_in(session, chosen, text, by)
    except Conflict as fault:
        raise Conflict(f"{fault}; export it again and bring your changes over") from fault
    except TextFault as fault:
        for line, words in fault.faults[1:]:
            session.warn(f"{name}, line {line}: {words}")
        line, words = fault.faults[0]
        raise InputError(f"{name}, line {line}: {words}; nothing was taken in") from fault
    if as_json:
        numbers = {n: getattr(taken, n) for n in _COUNTED}
        print_json({"month": str(chosen), **numbers, "letters": list(taken.letters)})


_COUNTED = ("edited", "moved", "excluded", "included", "added")


def _take_in(session: Session, month: Month, text: str, by: str) -> rewriting.Taken:
    actor = session.actor(by)
    taken = rewriting.take_back(session.db, session.settings, month, text, actor, session.now)
    told = [f"{getattr(taken, name)} {name}" for name in _COUNTED if getattr(taken, name)]
    if taken.letters:
        told.append(f"letter in {', '.join(taken.letters)}")
    session.say(f"{month}: {'; '.join(told) or 'nothing changed'}")
    if not taken.nothing:
        session.recheck(month, by)
    return taken


def _set_aside(session: Session, draft: Path) -> None:
    """Keep the text as it is under a name of its own."""
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
                raise UsageError(f"${variable}: “{words}”: {fault}") from fault
    found = next(filter(shutil.which, _EDITORS), None)
    if found is None:
        raise UsageError("no editor: set $EDITOR, or use `alerts issue export` and `import`")
    return [found]


def _open(command: list[str], draft: Path) -> None:
    """Let the editor run; what it did to the file is what counts. Ctrl-C is for it alone."""
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
            f"{command[0]} ended with exit code {code}; nothing was taken in, the text is kept in {draft}"
        )


def _write(draft: Path, text: str) -> None:
    """Replace the draft, so that it is there whole at every moment."""
    with written(draft) as out:
        out.write(text)
