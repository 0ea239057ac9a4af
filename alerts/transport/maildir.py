"""Writes messages as files in a Maildir, which every mail program can read; nothing leaves the machine.

A file is named after the digest of the message, and written and flushed before it appears in `new/`. So
sending the same message twice leaves one file.
"""

import hashlib
import os
from pathlib import Path

from alerts.domain.delivery import DeliveryState, Envelope, Outcome, Reply
from alerts.domain.errors import AlertsError
from alerts.domain.open_transaction import outside
from alerts.transport.connection import Conversation, Goodbye


class Maildir:
    """A connection to a folder."""

    usable = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            for part in ("tmp", "new", "cur"):
                (folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as fault:
            raise AlertsError(f"{folder}: cannot be made a Maildir: {fault.strerror}") from fault

    def fileno(self) -> int:
        """Not used: nothing is waited for."""
        return -1

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Conversation:
        """Write one file, with Return-Path and Delivered-To as a mail server adds them; at once."""
        yield from ()
        outside("a message is handed over")
        head = f"Return-Path: <{envelope.sender}>\r\nDelivered-To: {envelope.recipient}\r\n"
        octets = (head.encode() + message).replace(b"\r\n", b"\n")
        name = f"{hashlib.sha256(octets).hexdigest()[:32]}.alerts"
        if any(True for seen in (self._folder / "cur").glob(f"{name}*")):
            return _kept(name)
        temporary = self._folder / "tmp" / f"{name}.{os.getpid()}"
        try:
            with temporary.open("wb") as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(self._folder / "new" / name)
        except OSError as fault:
            temporary.unlink(missing_ok=True)
            raise AlertsError(
                f"{self._folder}: {fault.strerror}; nothing was lost, run it again"
            ) from fault
        return _kept(name)

    def close(self) -> Goodbye:
        """Flush the folder, so that the new names are durable."""
        yield from ()
        folder = os.open(self._folder / "new", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def cut(self) -> None:
        """Nothing to do: what was written stays."""


def _kept(name: str) -> Outcome:
    return Outcome(DeliveryState.SENT, Reply(250, f"kept as {name}"))
