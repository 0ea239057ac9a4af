"""Refuses, in every test, what the interpreter is about to do outside the database inside a transaction.

The product's own calls of `outside` stand where we thought of them; this asks at the interpreter's audit
events, which nobody can forget. SQLite's own files raise none. Byte code that an import writes is not
ours.
"""

import os
import sys
from typing import Any

from alerts.domain.open_transaction import BEGUN, outside

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_ALWAYS = {
    "os.truncate",
    "os.rename",
    "os.remove",
    "os.link",
    "os.mkdir",
    "socket.connect",
    "socket.sendto",
    "subprocess.Popen",
    "smtplib.send",
}


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if not BEGUN.get():
        return
    if event == "open":
        path, _, flags = arguments
        if flags & _WRITING and "__pycache__" not in str(path):
            outside(f"{path} is opened to write")
    elif event in _ALWAYS and "__pycache__" not in str(arguments):
        outside(f"{event} {arguments}")


def watch() -> None:
    """Refuse it from now on, for good: an audit hook cannot be taken away."""
    sys.addaudithook(_refuse)
