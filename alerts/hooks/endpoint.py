"""Who is told of what: the endpoints of [[webhooks]] and the commands of [hooks]."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.config.hook_values import COMMAND
from alerts.config.secret_files import named_secret
from alerts.config.settings import Settings
from alerts.domain.hook import HookKind
from alerts.hooks.signature import secrets_of


@dataclass(frozen=True, slots=True)
class HookEndpoint:
    """A webhook with its `url`, or a `command`; `kinds` are the events it is told of, and with
    `addresses` it is given those of readers."""

    name: str
    kinds: frozenset[str]
    addresses: bool
    url: str = ""
    command: str = ""
    secret_env: str = ""
    secret_file: str = ""

    @property
    def target(self) -> str:
        """What is called, without the password or key that an address may have in it."""
        return self.command or self.url.partition("?")[0]

    def secrets(self, settings: Settings, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Its secrets; raises `SettingsError` where there is none."""
        setting = f"[[webhooks]] {self.name}"
        text = named_secret(settings, environ, self.secret_env, self.secret_file, setting)
        return secrets_of(text, setting)


def endpoints(settings: Settings) -> tuple[HookEndpoint, ...]:
    """Everybody who is told of anything, webhooks first."""
    called = [
        HookEndpoint(
            one.name,
            frozenset(one.events or (kind.value for kind in HookKind)),
            one.addresses,
            url=one.url,
            secret_env=one.secret_env,
            secret_file=one.secret_file,
        )
        for one in settings.webhooks
    ]
    hooks = settings.hooks
    run = [
        HookEndpoint(
            f"{COMMAND}{kind.short}",
            frozenset({kind.value}),
            hooks.addresses,
            command=getattr(hooks, kind.short),
        )
        for kind in HookKind
        if getattr(hooks, kind.short).strip()
    ]
    return (*called, *run)


def wanted(settings: Settings) -> dict[str, frozenset[str]]:
    """The events that each of them wants, by name."""
    return {one.name: one.kinds for one in endpoints(settings)}
