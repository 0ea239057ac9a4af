"""Secrets by reference: in a variable, in a file that only its owner can read (X14), or printed by a
command."""

import stat
from collections.abc import Callable, Mapping

from alerts.config.settings import Settings
from alerts.config.token_command import access_token
from alerts.domain.errors import SettingsError
from alerts.text.decoding import written


def private(settings: Settings, name: str, setting: str) -> bytes:
    """The content of the secret file `name` of a project.

    Raises `SettingsError` that names file and setting if it cannot be read, or others can read it.
    """
    path = settings.root / name
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SettingsError(f"{path}: others can read it; run `chmod 600 {path}`")
        return path.read_bytes()
    except OSError as fault:
        raise SettingsError(f"{setting}: {path}: {fault.strerror}") from fault


def password(settings: Settings, section: str, environ: Mapping[str, str]) -> str | None:
    """The password by `password_env` or `password_file` of that section; None if there is none.

    Raises `SettingsError` that names the file if it cannot be read, or others can read it.
    """
    keys = getattr(settings, section)
    if keys.token_command:
        return access_token(settings, section)
    if value := environ.get(keys.password_env):
        return value
    if not keys.password_file:
        return None
    secret = private(settings, keys.password_file, f"{section}.password_file")
    return written(secret, keys.password_file, SettingsError).strip()


def fresh_password(
    settings: Settings, section: str, environ: Mapping[str, str]
) -> str | Callable[[], str] | None:
    """The password, or a function that returns a new token for each connection, because tokens expire."""
    if getattr(settings, section).token_command:
        return lambda: access_token(settings, section)
    return password(settings, section, environ)


def named_secret(
    settings: Settings, environ: Mapping[str, str], variable: str, file: str, setting: str
) -> str:
    """The secret in that variable, or in that file of the project; empty where there is none.

    Raises `SettingsError` for an unreadable file, naming `setting`.
    """
    if value := environ.get(variable, "").strip():
        return value
    return written(private(settings, file, setting), file, SettingsError).strip() if file else ""


def metrics_token(settings: Settings, environ: Mapping[str, str]) -> str:
    """The token of /metrics; empty where there is none. Raises `SettingsError` for an unreadable file."""
    web = settings.web
    name, file = web.metrics_token_env, web.metrics_token_file
    return named_secret(settings, environ, name, file, "web.metrics_token_file")
