"""The keys that sign messages, read from the files that `[dkim]` names.

Reads nothing while `dkim.domain` is empty. An issue freezes which keys sign it; they are needed until
it is sent, so that a message that is sent again has the same bytes (P2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from alerts.config.secret_files import private
from alerts.config.settings import Settings
from alerts.domain.errors import InputError, SettingsError
from alerts.mail.dkim import Key, Signature, signer

if TYPE_CHECKING:
    from alerts.mail.issue_headers import Frame
    from alerts.mail.merge import Sign


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of a project by selector; empty if only the relay signs, or nobody."""

    domain: str = ""
    keys: Mapping[str, Key] = field(default_factory=dict)
    replace: bool = False  # sign with these if the keys of an issue are missing

    @classmethod
    def load(cls, settings: Settings) -> "Keyring":
        """Read the key files; raises `SettingsError` that names the file and the remedy."""
        dkim = settings.dkim
        if not dkim.domain:
            return cls(replace=dkim.changed_key == "sign")
        if not dkim.keys:
            raise SettingsError("dkim.keys: name a selector and a key file; see docs/dkim.md")
        keys = {selector: _read(settings, selector) for selector in sorted(dkim.keys)}
        return cls(dkim.domain, keys, dkim.changed_key == "sign")

    def signatures(self, now: datetime) -> tuple[Signature, ...]:
        """The signatures that a new issue freezes: one per key, with `now` as the time."""
        return tuple(self._by(selector, int(now.timestamp())) for selector in self.keys)

    def signer(self, frame: "Frame") -> "Sign | None":
        """The function that signs an issue's messages; raises `SettingsError` if its keys are missing."""
        if not frame.dkim:
            return None
        try:
            return signer([(by, self._key(by, frame.month)) for by in frame.dkim])
        except SettingsError:
            if not self.replace:
                raise
        return self._all(frame.dkim[0].signed_at)

    def signer_of(self, now: datetime) -> "Sign | None":
        """The function that signs a message of `now` without an issue; None without keys."""
        return self._all(int(now.timestamp()))

    def _key(self, by: Signature, month: str) -> Key:
        key = self.keys.get(by.selector)
        if key is None or key.fingerprint != by.fingerprint:
            raise SettingsError(
                f"dkim.keys: the issue of {month} is signed with the key “{by.selector}” of "
                f"{by.domain} ({by.fingerprint}), which is missing: put it back until the "
                'issue is sent, or, if it is lost or stolen, set dkim.changed_key = "sign"'
            )
        return key

    def _by(self, selector: str, at: int) -> Signature:
        return Signature(self.domain, selector, self.keys[selector].fingerprint, at)

    def _all(self, at: int) -> "Sign | None":
        keys = [(self._by(selector, at), key) for selector, key in self.keys.items()]
        return signer(keys) if keys else None


def _read(settings: Settings, selector: str) -> Key:
    name = settings.dkim.keys[selector]
    pem = private(settings, name, "dkim.keys")
    try:
        return Key.read(pem)
    except InputError as fault:
        raise SettingsError(f"dkim.keys: {settings.root / name}: {fault}") from fault
    except ImportError as fault:
        raise SettingsError(
            "dkim.domain: signing needs one more package: pip install 'monthly-alerts[dkim]'"
        ) from fault
