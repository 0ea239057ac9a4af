"""The transport `heap:FILE`: each message is appended to one file of the project."""

from pathlib import Path

from alerts.config.settings import Settings
from alerts.domain.delivery import DeliveryState, Envelope, Outcome, Reply
from alerts.domain.errors import SettingsError
from alerts.transport.connection import Conversation, Goodbye, Transport


class Heap:
    """A connection to the file."""

    usable = True

    def __init__(self, file: Path) -> None:
        self._file = file.open("ab")

    def fileno(self) -> int:
        """Nothing is waited for."""
        return -1

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Conversation:
        """Append one message."""
        self._file.write(b"To: <" + envelope.recipient.encode() + b">\n" + message)
        self._file.flush()
        yield from ()
        return Outcome(DeliveryState.SENT, Reply(250, "on the heap"))

    def close(self) -> Goodbye:
        """Close the file."""
        self._file.close()
        yield from ()

    def cut(self) -> None:
        """Close it at once."""
        self._file.close()


def transport(settings: Settings, password: str | None) -> Transport:
    """What `delivery.relay = "heap:FILE"` means."""
    name = settings.delivery.relay.partition(":")[2]
    if not name:
        raise SettingsError("delivery.relay: write heap:FILE")
    return lambda: Heap(settings.root / name)
