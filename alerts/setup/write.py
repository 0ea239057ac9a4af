"""Writes what was answered: each file completely or not at all, `alerts.toml` before the database.

Killed in between, the project is as it was or as it was to be: `alerts.toml` alone says which relay and which
password are used, and is replaced in one step. The next `alerts setup` finishes what is missing, and removes
what was being written.
"""

import re
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
_OTHER_FILE = "relay-2.password"
_STRAY = re.compile(
    r"\.(?:alerts\.toml|relay(?:-2)?\.password|subscribers\.db\.home)\.[a-z0-9_]{8}"
)
"""What `atomic_file` was writing when it was killed."""


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
    for stray in draft.root.glob(".*"):
        if _STRAY.fullmatch(stray.name):
            stray.unlink(missing_ok=True)
    files = []
    former = ""
    if relay_password:
        former, file = draft.settings.delivery.password_file, _password_file(draft)
        draft = draft.with_changes([f"delivery.password_file={file}"])
        _put(draft.root / file, f"{relay_password}\n", 0o600)
        files.append(draft.root / file)
    if draft.text != draft.before:
        _put(path, draft.text, path.stat().st_mode & 0o777 if draft.before is not None else 0o644)
        files.append(path)
    if former in (PASSWORD_FILE, _OTHER_FILE) and former != draft.settings.delivery.password_file:
        (draft.root / former).unlink(missing_ok=True)
    made = create(draft.root, now)
    if made.database_made:
        files.append(made.database)
    return SetupWritten(tuple(files))


def _password_file(draft: SettingsDraft) -> str:
    """Where a new password goes. While the relay changes that is not the file in use: until `alerts.toml` is
    replaced, the former relay is logged into with the former password."""
    present = draft.settings.delivery.password_file
    if not present:
        return PASSWORD_FILE
    if draft.settings.delivery.relay == draft.settings_before().delivery.relay:
        return present
    return _OTHER_FILE if present == PASSWORD_FILE else PASSWORD_FILE


def _put(path: Path, text: str, mode: int) -> None:
    with atomic_file(path, mode, durable=True) as file:
        file.write(text.encode())
