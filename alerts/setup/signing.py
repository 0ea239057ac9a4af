"""The public keys that sign messages, for the DNS."""

from collections.abc import Mapping

from alerts.config.settings import Settings
from alerts.mail.dkim_keys import Keyring


def public_keys(settings: Settings) -> Mapping[str, tuple[str, str]]:
    """By selector: the kind of key (rsa, ed25519) and its public half. Raises `SettingsError`."""
    ring = Keyring.load(settings)
    return {name: (key.algorithm.partition("-")[0], key.public) for name, key in ring.keys.items()}
