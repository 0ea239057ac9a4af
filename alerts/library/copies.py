"""`project.copies`: backups of the database, and the copy that sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alerts.domain.errors import UsageError
from alerts.domain.month import Month
from alerts.instance import identity
from alerts.instance import restore as restoring
from alerts.instance.identity import Adopted
from alerts.instance.restore import Restored
from alerts.library.opened import ProjectPart, call, fresh_name
from alerts.store import backup, incidents, outbox_figures
from alerts.store.lock import file_replaced, project_lock


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written and checked; its size in octets."""

    file: Path
    octets: int


class Copies(ProjectPart):
    """The copies of the database."""

    @call
    def backup(self, file: Path | str, *, replace: bool = False) -> Backup:
        """Copy the database into `file`: consistent, also while a send is running.

        The copy is complete or does not exist. Raises `UsageError` where the file exists, unless
        `replace`, and `LockHeld` during an import.
        """
        file, database = Path(file), self._opened.settings.database_path
        _ = self._opened.db  # opening it repairs what a crash left
        self._opened.close()
        if not file.parent.is_dir():
            raise UsageError(f"{file.parent}: no such folder")
        if file.exists() and (not replace or not file.is_file() or file.samefile(database)):
            raise UsageError(_taken(file, database))
        with (
            # a backup must not contain a part of an import
            project_lock(database, "backup", self._opened.now, "import"),
            backup.copied(database, file) as copy,
        ):
            try:
                backup.give_name(copy, file, replace=replace)
            except FileExistsError as fault:
                raise UsageError(_taken(file, database)) from fault
        incidents.note_backup(self._opened.db, self._opened.now)
        self._opened.pass_over()  # a backup is no sign that the clock is right
        return Backup(file, file.stat().st_size)

    @call
    def restore(self, file: Path | str) -> Restored:
        """Replace the database by a backup; the former one is kept beside it.

        Open deliveries of the backup are held, and nothing is sent before `adopt`. Raises `LockHeld`
        while another process works on the project or serves its pages, `InputError` and `StoreError`
        where the file is not a sound database of this program.
        """
        opened = self._opened
        opened.close()
        database, now = opened.settings.database_path, opened.now
        with project_lock(database, "restore", now), file_replaced(database, "restore", now):
            ended = opened.month(None)
            return restoring.restore(Path(file), database, fresh_name(), now, ended)

    @call
    def adopt(self, *, moved: bool = False, set_back: bool = False) -> Adopted:
        """Make this copy of the database the one that sends; its open deliveries are held.

        `moved`: the project was moved in its latest state and no other copy is left, so nothing is held.
        `set_back`: the whole machine was set back to an earlier state. Raises `UsageError` for both.
        """
        if moved and set_back:
            raise UsageError("--moved or --set-back, not both")
        opened = self._opened
        database = opened.settings.database_path
        with project_lock(database, "adopt", opened.now):
            return identity.adopt(
                opened.db,
                database,
                fresh_name(),
                opened.now,
                opened.month(None),
                moved=moved,
                set_back=set_back,
            )

    @call
    def held(self) -> Mapping[Month, int]:
        """The number of deliveries in doubt by month, for which an admin must decide."""
        return outbox_figures.held(self._opened.db, resends=True)


def _taken(file: Path, database: Path) -> str:
    """Why a backup cannot have that name."""
    if file.exists() and file.samefile(database):
        return f"{file}: this is the database itself; name another file"
    if not file.is_file():
        return f"{file}: is not a file; name another one"
    return f"{file}: exists already; name another file, or add --replace"
