"""Access tokens of OAuth 2, from a command that the admin names: `token_command` of a section."""

import shlex
import subprocess

from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError

_PATIENCE = 60.0  # most seconds for a command to print a token


def access_token(settings: Settings, section: str) -> str:
    """The output of `token_command` of that section; raises as `printed_token`."""
    command = str(getattr(settings, section).token_command)
    return printed_token(settings, command, f"{section}.token_command")


def printed_token(settings: Settings, line: str, name: str) -> str:
    """The output of the command that the setting `name` has; raises `SettingsError` where there is none.

    It runs in the project's folder and without a shell. Its error output is not shown.
    """
    try:
        command = shlex.split(line)
        done = subprocess.run(
            command, cwd=settings.root, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=_PATIENCE, check=False, text=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as fault:
        raise SettingsError(f"{name}: no token within {_PATIENCE:.0f} s") from fault
    except (OSError, ValueError) as fault:
        raise SettingsError(f"{name}: cannot be run; check its path and quotes") from fault
    token = done.stdout.strip()
    if (
        done.returncode
        or not token.isascii()
        or not token.isprintable()
        or " " in token
        or not token
    ):
        raise SettingsError(
            f"{name}: it printed no token, or ended with {done.returncode}; run it by hand to see why"
        )
    return token
