"""The limits of a cell, which it sets for itself before it reads anything.

On every system: limits on memory and CPU, no files written, few open files, no core file, no new
processes (setrlimit). On Linux (x86-64, AArch64) also: no network, no processes and no change to a file
(seccomp), and no file read except those of Python and its packages (Landlock, Linux 5.13).
docs/security.md has the list by system.
"""

import math
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from alerts.sources.cell import landlock, seccomp

_OPEN_FILES = 64
_AGAIN = 0.05  # seconds of CPU


def confine(memory: int, seconds: int) -> None:
    """Limit this process permanently: `memory` in octets, `seconds` of CPU in its whole lifetime."""
    _first_to_go()
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        _limit(what, most)
    if sys.platform == "linux":
        landlock.read_only(sys.path)
        seccomp.forbid()


def limit_cpu(seconds: float) -> None:
    """Have the system kill the process (SIGXCPU) after `seconds` more of CPU time."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = math.ceil(time.process_time() + seconds) + 1
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


class TookTooLong(BaseException):
    """A part of a document has used its time. Not an `Exception`, so that no parser catches it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise `TookTooLong` in a block that uses more CPU than that; only in the main thread.

    It interrupts Python code and regular expressions; a library in C is only interrupted by the end of
    the cell. It raises again until the block is left, because Python drops what is raised in a finalizer
    or in a callback of the garbage collector; what is dropped there is not reported.
    """

    ringing = True

    def stop(*_: object) -> None:
        if ringing:
            raise TookTooLong

    def report(dropped: "sys.UnraisableHookArgs") -> None:
        if dropped.exc_type is not TookTooLong:
            reported(dropped)

    before, reported = signal.signal(signal.SIGPROF, stop), sys.unraisablehook
    sys.unraisablehook = report
    try:
        try:
            signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
            yield
        finally:
            ringing = False
    finally:  # also where time ran out within the line above
        ringing = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        sys.unraisablehook = reported


def _limit(what: int, most: int) -> None:
    """Lower a resource limit where the system has it; a lower one is kept."""
    hard = resource.getrlimit(what)[1]
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(what, (wanted, wanted))
    except (ValueError, OSError):  # macOS refuses RLIMIT_AS, and other limits below the present use
        return


def _first_to_go() -> None:
    """If memory runs out, the kernel kills a cell before any other process of the machine."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        return
