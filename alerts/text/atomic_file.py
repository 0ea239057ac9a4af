"""Writes a file so that it appears complete, or not at all.

It is written under another name in the same folder, and renamed once it is complete. After a crash in
between, the former file is unchanged.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def atomic_file(path: Path, mode: int = 0o600, *, durable: bool = False) -> Iterator[BinaryIO]:
    """Yield a file to write to; it replaces `path` when the block ends without an exception.

    The folder of `path` must exist. `mode` is the file's permissions. `durable`: contents and name are
    flushed to disk before the block ends. Raises `OSError`.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "wb") as out:
            os.fchmod(out.fileno(), mode)
            yield out
            if durable:
                out.flush()
                os.fsync(out.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    if durable:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
