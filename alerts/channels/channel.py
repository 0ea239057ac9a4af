"""The channels of the settings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from alerts.config.channel_declarations import ChannelSettings
from alerts.config.secret_files import named_secret
from alerts.config.settings import Settings
from alerts.domain.channel import SERVERS, ChannelKind
from alerts.domain.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel with its defaults filled in; with `stories` each story is a post."""

    name: str
    kind: ChannelKind
    server: str
    to: str
    language: str
    stories: bool
    token_env: str
    token_file: str

    @classmethod
    def of(cls, one: ChannelSettings, settings: Settings) -> "Channel":
        """The channel of those settings."""
        kind = ChannelKind(one.kind)
        return cls(
            one.name,
            kind,
            (one.server or SERVERS.get(kind, "")).rstrip("/"),
            one.to,
            one.language or settings.default_language,
            one.per == "story",
            one.token_env,
            one.token_file,
        )

    @property
    def identity(self) -> str:
        """What makes it another channel when it changes."""
        return json.dumps([self.kind, self.server, self.to, self.language, self.stories])

    @property
    def target(self) -> str:
        """Where it posts to."""
        return f"{self.to} at {self.server}" if self.to else self.server

    def token(self, settings: Settings, environ: Mapping[str, str]) -> str:
        """Its token or app password; raises `SettingsError` where there is none."""
        setting = f"[[channels]] {self.name}"
        found = named_secret(settings, environ, self.token_env, self.token_file, setting)
        if not found:
            raise SettingsError(f"{setting}: {self.token_env or self.token_file} has no token")
        return found


def channels(settings: Settings) -> tuple[Channel, ...]:
    """Every channel."""
    return tuple(Channel.of(one, settings) for one in settings.channels)


def hindrance(settings: Settings) -> str:
    """Why nothing is posted anywhere yet; empty where it is."""
    if settings.delivery.relay.startswith(("maildir:", "null:")):
        return "nothing is posted while delivery.relay is maildir: or null:, as nothing is mailed"
    if not settings.web.has_address:
        return "nothing is posted while web.base_url is not set, as posts lead there"
    return ""


def wanted(settings: Settings) -> dict[str, str]:
    """The channels that are posted to, by name, with their identities."""
    if not settings.channels or hindrance(settings):
        return {}
    return {one.name: one.identity for one in channels(settings)}
