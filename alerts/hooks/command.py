"""Runs the command of a hook, with the JSON of the event on stdin.

Without a shell, in the project's folder, in a process group of its own that is ended after a time limit.
Its environment has none of our variables, so no secret: only what a program needs to run. What it prints
goes nowhere.
"""

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from alerts.domain.open_transaction import outside
from alerts.hooks.answer import HookAnswer

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


def run(
    command: str, body: bytes, root: Path, environ: Mapping[str, str], limit: timedelta
) -> HookAnswer:
    """Run a command; it has taken the event where it ends with 0."""
    outside("the command of a hook is run")
    kept = {name: environ[name] for name in _PASSED_ON if name in environ}
    try:
        process = subprocess.Popen(
            shlex.split(command), cwd=root, env=kept, stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError, IndexError):
        return HookAnswer(False, "cannot be run; check its path")
    with process:
        try:
            process.communicate(body, timeout=limit.total_seconds())
        except subprocess.TimeoutExpired:
            return HookAnswer(False, f"not done within {limit.total_seconds():.0f} s, and ended")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # what it has left behind, too
    code = process.returncode
    words = f"exit code {code}" if code >= 0 else f"ended by signal {-code}"
    return HookAnswer(code == 0, words)
