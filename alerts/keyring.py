"""The keys that sign messages, read from the files that `[dkim]` names.

Reads nothing while `dkim.domain` is empty. An issue freezes which keys sign it; until it is sent they
have to stay, so that a message which is sent again is the same message (design, promise 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts.dkim import Key, Signature, signer
from alerts.errors import InputError, SettingsError
from alerts.message import Frame
from alerts.message.merge import Sign
from alerts.project import private
from alerts.settings import Settings


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of a project by selector; none where its relay signs, or nobody."""

    domain: str = ""
    keys: Mapping[str, Key] = field(default_factory=dict)
    replace: bool = False  # sign with these where those that an issue began with are gone

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
        """What a new issue freezes: it is signed by all keys, with `now` as the time."""
        return tuple(self._by(selector, int(now.timestamp())) for selector in self.keys)

    def signer(self, frame: Frame) -> Sign | None:
        """What signs the messages of an issue; raises `SettingsError` where its keys are gone."""
        if not frame.dkim:
            return None
        try:
            return signer([(by, self._key(by, frame.month)) for by in frame.dkim])
        except SettingsError:
            if not self.replace:
                raise
        return self._all(frame.dkim[0].signed_at)

    def signer_of(self, now: datetime) -> Sign | None:
        """What signs a message of `now` that belongs to no issue; None without keys."""
        return self._all(int(now.timestamp()))

    def _key(self, by: Signature, month: str) -> Key:
        key = self.keys.get(by.selector)
        if key is None or key.fingerprint != by.fingerprint:
            raise SettingsError(
                f"dkim.keys: the issue of {month} is signed with the key “{by.selector}” of "
                f"{by.domain} ({by.fingerprint}), which is not there any more: put it back until the "
                'issue is sent, or, if it is lost or stolen, set dkim.changed_key = "sign"'
            )
        return key

    def _by(self, selector: str, at: int) -> Signature:
        return Signature(self.domain, selector, self.keys[selector].fingerprint, at)

    def _all(self, at: int) -> Sign | None:
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
            "dkim.domain: signing needs one more package: pip install 'alerts[dkim]'"
        ) from fault
