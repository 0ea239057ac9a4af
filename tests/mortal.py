"""A process that runs one `alerts` after another, each of which may be told at which step to die.

`python -m tests.mortal` reads orders from stdin, one JSON object a line: `arguments` of a command, or
`erase`, the folder of a project, and `mailed`, the path by which a reader of it erases themselves on the
web; and if it shall die, `step` (see STEPS), `when` (before or after it) and `nth`. It forks for each, so
that the program is loaded once, and answers with the exit code: −9 where the step was reached. The
product's code knows nothing of it: what is patched is the standard library's, in the child alone.
"""

import json
import os
import signal
import socket
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alerts import cli
from alerts.cli import send as _loaded
from tests.visitor import erase

STEPS = {
    "statement": "a statement that writes to the database",
    "commit": "a COMMIT",
    "receipt": "a receipt, written",
    "flush": "a receipt, flushed",
    "cut": "the receipts, cut to nothing",
    "send": "octets to the relay",
    "recv": "octets of the relay",
    "rename": "a file that takes the place of another",
    "fsync": "a file or folder, flushed",
}
_WRITES = ("INSERT", "UPDATE", "DELETE", "BEGIN")


class _Strike:
    """Kills this process at the step it was told."""

    def __init__(self, step: str, when: str, nth: int) -> None:
        self._step, self._when, self._nth = step, when, nth
        self._reached: Counter[str] = Counter()

    def around(self, step: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """The act, with a place to die before it and one behind it."""

        def mortal(*arguments: Any, **named: Any) -> Any:
            self._reached[step] += 1
            ours = step == self._step and self._reached[step] == self._nth
            if ours and self._when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = act(*arguments, **named)
            if ours:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return mortal

    def arm(self) -> None:
        """Put it around what the program asks of the system."""
        plain = sqlite3.connect
        strike = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *rest: Any) -> Any:
                act = super().execute
                word = sql.split(None, 1)[0].upper()
                if word == "COMMIT":
                    act = strike.around("commit", act)
                elif word in _WRITES:
                    act = strike.around("statement", act)
                return act(sql, *rest)

        def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
            return plain(*arguments, factory=Connection, **named)

        for owner, name, act in (
            (sqlite3, "connect", connect),
            (os, "write", self.around("receipt", os.write)),
            (os, "fdatasync", self.around("flush", os.fdatasync)),
            (os, "replace", self.around("rename", os.replace)),
            (os, "fsync", self.around("fsync", os.fsync)),
            (os, "ftruncate", self.around("cut", os.ftruncate)),
            (socket.socket, "send", self.around("send", socket.socket.send)),
            (socket.socket, "sendall", self.around("send", socket.socket.sendall)),
            (socket.socket, "recv", self.around("recv", socket.socket.recv)),
            (socket.socket, "recv_into", self.around("recv", socket.socket.recv_into)),
        ):
            setattr(owner, name, act)


def main() -> None:
    """Carry out orders until there are no more."""
    assert _loaded
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            if "step" in order:
                _Strike(order["step"], order["when"], order["nth"]).arm()
            if "erase" in order:
                os._exit(0 if erase(Path(order["erase"]), order["mailed"]) else 1)
            os._exit(cli.call(order["arguments"]))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
