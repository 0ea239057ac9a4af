"""The process that cells are forked from. It has imported their modules, and never sees a document.

Standard input is a socket (`servers` holds its other end). Each line is a request in JSON, answered by
a line: `{"fork": …}` with the ends of two pipes makes a cell and returns its `pid`; `{"poll": pid}`
returns its exit `status`, null while it runs; `{"end": pid}` kills it and returns its status. A cell is
only waited for (`waitpid`) when its status is requested, so that its pid is not reused before. The fork
server ends with the socket, and its cells end with it.
"""

import array
import ctypes
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from alerts.sources.cell import work

_LONGEST = 4096  # most octets of a request
_PR_SET_PDEATHSIG = 1
_MOST_FILES = 256

Live = Callable[[int, int], None]


def serve(live: Live) -> None:
    """Answer requests until the socket is closed. `live` is the program of a cell."""
    gc.disable()  # a garbage collection would write to memory pages that all cells share
    control = socket.socket(fileno=0)
    cells: set[int] = set()
    try:
        while (heard := _heard(control)) is not None:
            request, pipes = heard
            if "fork" in request:
                answer = _forked(request["fork"], pipes, live, cells)
            else:
                answer = {"status": _status(request, cells)}
            control.sendall(json.dumps(answer).encode() + b"\n")
    finally:
        for pid in cells:
            os.kill(pid, signal.SIGKILL)


def _heard(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next request and the pipes that came with it; None at the end."""
    text, pipes = b"", array.array("i")
    while not text.endswith(b"\n"):
        piece, extra, _, _ = control.recvmsg(_LONGEST, socket.CMSG_SPACE(2 * pipes.itemsize))
        if not piece:
            return None
        text += piece
        for _, _, data in extra:
            pipes.frombytes(data[: len(data) - len(data) % pipes.itemsize])
    return json.loads(text), list(pipes)


def _forked(
    wanted: dict[str, Any], pipes: list[int], live: Live, cells: set[int]
) -> dict[str, Any]:
    server, pid = os.getpid(), None
    try:
        for name in wanted["needs"]:
            work.load(name)
        gc.freeze()
        pid = os.fork()
        if not pid:
            _become_a_cell(server, pipes, live, wanted["memory"], wanted["seconds"])
        cells.add(pid)
    except OSError:
        pid = None
    for pipe in pipes:
        os.close(pipe)
    return {"pid": pid}


def _become_a_cell(
    server: int, pipes: list[int], live: Live, memory: int, seconds: int
) -> NoReturn:
    """Keep only the memory of the server: descriptor 0 reads documents, 3 writes answers."""
    code = 1
    try:
        # on other systems it ends with its input, or after its CPU time
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != server:
            os._exit(1)
        theirs, ours = pipes
        os.dup2(theirs, 0)
        os.dup2(ours, 3)
        os.closerange(4, _MOST_FILES)
        gc.enable()
        live(memory, seconds)
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        os._exit(code)


def _status(request: dict[str, Any], cells: set[int]) -> int | None:
    """The exit status of a cell, as in `subprocess` (negative for a signal); None while it runs."""
    pid, flags = request.get("poll", 0), os.WNOHANG
    if "end" in request:
        pid, flags = request["end"], 0
        if pid in cells:
            os.kill(pid, signal.SIGKILL)
    if pid not in cells:
        return None
    found, status = os.waitpid(pid, flags)
    if not found:
        return None
    cells.discard(pid)
    return os.waitstatus_to_exitcode(status)
