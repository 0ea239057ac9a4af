"""Passwords by reference: a variable, or a file that nobody else can read (rule X14)."""

import os

from alerts import project
from alerts.settings import Settings


def password(settings: Settings, section: str) -> str | None:
    """What `password_env` and `password_file` of that section lead to; None where to nothing.

    Raises `SettingsError` that names the file where it cannot be read or others can.
    """
    keys = getattr(settings, section)
    if value := os.environ.get(keys.password_env):
        return value
    if not keys.password_file:
        return None
    return (
        project.private(settings, keys.password_file, f"{section}.password_file").decode().strip()
    )
