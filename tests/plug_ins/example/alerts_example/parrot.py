"""The translator `parrot`: says every text again, with the language that was wanted before it."""

from collections.abc import Callable, Sequence

from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError


def translator(settings: Settings, key: str) -> Callable[[Sequence[str], str, str], Sequence[str]]:
    """What `translator.kind = "parrot"` means."""
    if not key:
        raise SettingsError("translator.key_file: a parrot wants a cracker")

    def translate(texts: Sequence[str], source: str, target: str) -> Sequence[str]:
        return [f"[{target}] {text}" for text in texts]

    return translate
