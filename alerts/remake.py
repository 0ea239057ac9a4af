"""The message of one delivery, made anew from its frozen edition: what `send` would hand over now.

Address and name are those that the list holds today; all else was fixed when the issue was queued. So
for a person who has not changed, these are the octets that were sent.
"""

from dataclasses import dataclass

from sqlite_utils import Database

from alerts.errors import InputError
from alerts.keyring import Keyring
from alerts.message import Frame, Merge
from alerts.model import Envelope
from alerts.store import deliveries, issues, secrets


@dataclass(frozen=True, slots=True)
class Remade:
    """A message and its envelope."""

    envelope: Envelope
    octets: bytes

    @property
    def message_id(self) -> str:
        """Its Message-ID, in angle brackets."""
        head = self.octets.partition(b"\r\n\r\n")[0]
        lines = (line.partition(b":") for line in head.split(b"\r\n"))
        return next(value.strip().decode() for name, _, value in lines if name == b"Message-ID")


def merge_of(db: Database, edition_id: int, keyring: Keyring | None) -> Merge:
    """The merge of an edition as it was frozen, that signs if there is a keyring.

    Raises `SettingsError` where the issue's keys are gone.
    """
    stored = issues.template(db, edition_id)
    secret = secrets.all_secrets(db)[stored.secret_id]
    frame = Frame.from_json(stored.frame)
    sign = keyring.signer(frame) if keyring else None
    return Merge(stored.octets, frame, stored.secret_id, secret, stored.language, sign)


def remake(db: Database, delivery_id: int, keyring: Keyring | None) -> Remade:
    """Make it, signed with the issue's keys if there is a keyring.

    Raises `InputError` where its recipient was erased, and `SettingsError` where the keys are gone.
    """
    owed = deliveries.owed(db, delivery_id)
    if not owed.email:
        raise InputError(
            f"delivery {delivery_id}: its recipient was erased, and the address with them"
        )
    merge = merge_of(db, owed.edition_id, keyring)
    return Remade(merge.envelope(owed), merge.message(owed))
