"""Messages over a pipe: four octets of length (big-endian), then as many octets.

`send` and `receive` are for the parent, which never waits longer than a deadline; `read` and `write`
for the cell, which may wait.
"""

import os
import select
import struct
from collections.abc import Callable

# most octets of a message; answers to real documents have less than half as many
LONGEST = 128 * 2**20
_LENGTH = struct.Struct(">I")
_PIECE = 65_536


class Late(Exception):
    """The other side did not read or write in time."""


class Closed(Exception):
    """The other side has ended, or does not follow the protocol."""


def send(fd: int, message: bytes, left: Callable[[], float]) -> None:
    """Write a message to a non-blocking pipe; `left` gives the seconds left. Raises `Late` or `Closed`."""
    view = memoryview(_LENGTH.pack(len(message)) + message)
    while view:
        _wait(fd, select.POLLOUT, left)
        try:
            view = view[os.write(fd, view[:_PIECE]) :]
        except BlockingIOError:
            continue
        except OSError as fault:
            raise Closed from fault


def receive(fd: int, left: Callable[[], float]) -> bytes:
    """Read the next message; `left` gives the seconds left. Raises `Late` or `Closed`."""
    (length,) = _LENGTH.unpack(_exactly(fd, _LENGTH.size, left))
    if length > LONGEST:
        raise Closed
    return _exactly(fd, length, left)


def _exactly(fd: int, length: int, left: Callable[[], float]) -> bytes:
    got = bytearray()
    while len(got) < length:
        _wait(fd, select.POLLIN, left)
        piece = os.read(fd, min(_PIECE, length - len(got)))
        if not piece:
            raise Closed
        got += piece
    return bytes(got)


def _wait(fd: int, event: int, left: Callable[[], float]) -> None:
    poll = select.poll()
    poll.register(fd, event)
    if not poll.poll(max(0.0, left()) * 1000):
        raise Late


def read(fd: int) -> bytes | None:
    """The next message of a blocking pipe; None at its end."""
    head = _blocking(fd, _LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = _blocking(fd, length)
    return body if len(body) == length else None


def _blocking(fd: int, length: int) -> bytes:
    got = bytearray()
    while len(got) < length and (piece := os.read(fd, min(_PIECE, length - len(got)))):
        got += piece
    return bytes(got)


def write(fd: int, message: bytes) -> None:
    """Write a message to a blocking pipe."""
    view = memoryview(_LENGTH.pack(len(message)) + message)
    while view:
        view = view[os.write(fd, view) :]
