"""The command `alerts`, by its name and as `python -m alerts`.

A mail server pipes messages into `alerts bounce process -`. It treats exit code 75 as “keep the message
and try again”, and most other codes as “discard the message”. So that command line ends only with 0 or
75, whatever happens, even if this program cannot be imported. Therefore none of our modules, and
nothing that could be missing, is imported before the guard.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence

EX_TEMPFAIL = 75  # sysexits.h: the mail server tries again later


def main() -> None:
    """Run the command line of this process and exit with its code."""
    if is_pipe(sys.argv[1:]):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGXCPU):
            signal.signal(number, lambda *_: os._exit(EX_TEMPFAIL))
        _leave(guarded(_command_line))
    sys.exit(_command_line())


def is_pipe(arguments: Sequence[str]) -> bool:
    """Whether these arguments are `bounce process -`, with whatever options, right or wrong.

    Or were meant so: a mistyped word of it must not lose a message either. `bounce parse -` is not.
    """
    words = list(arguments)
    if "-" not in words:
        return False
    from difflib import get_close_matches

    before = words[: len(words) - 1 - words[::-1].index("-")]
    if "parse" in before and "process" not in before:
        return False
    return any(get_close_matches(word.lower(), ("bounce", "process"), 1, 0.75) for word in before)


def guarded(command: Callable[[], int]) -> int:
    """0 if the command returns it; `EX_TEMPFAIL` for any other code and for every exception."""
    try:
        return EX_TEMPFAIL if command() else 0
    except SystemExit as stop:
        return EX_TEMPFAIL if stop.code else 0
    except BaseException as fault:
        if os.environ.get("ALERTS_TRACEBACK"):
            sys.excepthook(type(fault), fault, fault.__traceback__)
        missing = getattr(fault, "name", None)  # of an ImportError: the module
        what = f"{type(fault).__name__}: {missing}" if missing else type(fault).__name__
        _tell(f"alerts: cannot run ({what}); install it again")
        return EX_TEMPFAIL


def _command_line() -> int:
    from alerts.cli import run
    from alerts.cli.imports import lighten
    from alerts.cli.streams import prepare

    prepare()
    lighten()
    return run(sys.argv[1:])


def _tell(line: str) -> None:
    """Write a line to stderr; if that fails (closed or full), the exit code must not change."""
    try:
        os.write(2, f"{line}\n".encode(errors="replace"))
    except OSError:
        return


def _leave(code: int) -> None:
    """Exit at once: Python's normal exit can fail, which would change the code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # full, closed, or missing
            continue
    os._exit(code)


if __name__ == "__main__":
    main()
