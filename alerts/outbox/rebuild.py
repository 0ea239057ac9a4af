"""Rebuilds the message of one delivery from its frozen edition.

Address and name are the present ones of the list; everything else was fixed when the issue was queued.
So for a person whose data has not changed, these are the octets that were sent.
"""

from dataclasses import dataclass

from sqlite_utils import Database

from alerts.domain.delivery import Envelope
from alerts.domain.errors import InputError
from alerts.mail.dkim_keys import Keyring
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import Merge
from alerts.store import deliveries, issues, signing_keys


@dataclass(frozen=True, slots=True)
class RebuiltMessage:
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
    """The merge of a frozen edition, which signs if there is a keyring.

    Raises `SettingsError` if the issue's keys are missing.
    """
    stored = issues.template(db, edition_id)
    secret = signing_keys.all_secrets(db)[stored.secret_id]
    frame = Frame.from_json(stored.frame)
    sign = keyring.signer(frame) if keyring else None
    return Merge(
        stored.octets, frame, stored.secret_id, secret, stored.language, sign, mark=stored.mark
    )


def rebuild(db: Database, delivery_id: int, keyring: Keyring | None) -> RebuiltMessage:
    """Rebuild the message, signed with the issue's keys if there is a keyring.

    Raises `InputError` if its recipient was erased, and `SettingsError` if the keys are missing.
    """
    owed = deliveries.owed(db, delivery_id)
    if not owed.email:
        raise InputError(
            f"delivery {delivery_id}: its recipient was erased, and the address with them"
        )
    merge = merge_of(db, owed.edition_id, keyring)
    return RebuiltMessage(merge.envelope(owed), merge.message(owed))
