"""Writes what was answered: each file completely or not at all, `alerts.toml` before the database.

Cut off in between, the next `alerts setup` finds whole files and goes on.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alerts.config.load import FILE_NAME
from alerts.domain.errors import Conflict, SettingsError
from alerts.library.create import create
from alerts.setup.draft import SettingsDraft
from alerts.text.atomic_file import atomic_file
from alerts.text.decoding import written

PASSWORD_FILE = "relay.password"  # noqa: S105  # the name of a file


@dataclass(frozen=True, slots=True)
class SetupWritten:
    """The files that were made or changed."""

    files: tuple[Path, ...]


def write(draft: SettingsDraft, relay_password: str, now: datetime) -> SetupWritten:
    """Write the settings, the password of the relay if there is one, and the database if it is missing.

    Raises `Conflict` where `alerts.toml` has changed since the questions began; nothing is written then.
    """
    path = draft.root / FILE_NAME
    there = written(path.read_bytes(), str(path), SettingsError) if path.is_file() else None
    if there != draft.before:
        raise Conflict(f"{path}: it has changed since the questions began; run the command again")
    draft.root.mkdir(parents=True, exist_ok=True)
    files = []
    if relay_password:
        file = draft.settings.delivery.password_file or PASSWORD_FILE
        draft = draft.with_changes([f"delivery.password_file={file}"])
        _put(draft.root / file, f"{relay_password}\n", 0o600)
        files.append(draft.root / file)
    if draft.text != draft.before:
        _put(path, draft.text, path.stat().st_mode & 0o777 if draft.before is not None else 0o644)
        files.append(path)
    made = create(draft.root, now)
    if made.database_made:
        files.append(made.database)
    return SetupWritten(tuple(files))


def _put(path: Path, text: str, mode: int) -> None:
    with atomic_file(path, mode, durable=True) as file:
        file.write(text.encode())
