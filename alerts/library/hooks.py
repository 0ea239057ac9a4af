"""`project.hooks`: the programs that are told what happens."""

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.domain.errors import UsageError
from alerts.hooks.answer import HookAnswer
from alerts.hooks.deliver import HooksTold, attempt, deliver
from alerts.hooks.endpoint import HookEndpoint, endpoints
from alerts.hooks.payload import body
from alerts.hooks.signature import secret_of
from alerts.library.attempts import attempt_world
from alerts.library.opened import ProjectPart, call
from alerts.store import hooks
from alerts.store.hooks import HookFigures
from alerts.store.lock import project_lock

LOCK = "hooks"
TEST = "alerts.test"
_OCTETS = 32  # of a new secret


@dataclass(frozen=True, slots=True)
class HookStanding:
    """An endpoint or a command, and how it stands with it."""

    endpoint: HookEndpoint
    figures: HookFigures


class Hooks(ProjectPart):
    """Webhooks and commands, and what they were told."""

    @call
    def list(self) -> tuple[HookStanding, ...]:
        """Everybody who is told of anything, and how it stands with them."""
        db = self._opened.db
        return tuple(
            HookStanding(one, hooks.figures(db, one.name))
            for one in endpoints(self._opened.settings)
        )

    @call
    def any_due(self) -> bool:
        """Whether anybody is to be told of anything now."""
        return bool(self._opened.settings.webhooks or endpoints(self._opened.settings)) and (
            hooks.any_due(self._opened.db, self._opened.now)
        )

    @call
    def deliver(
        self,
        *,
        tell: Callable[[str], None] = lambda line: None,
        stop: threading.Event | None = None,
    ) -> HooksTold:
        """Tell everybody what they are owed now; `tell` gets a line for each attempt. Raises `LockHeld`
        while another process does so, and `UndecidedCopy` where this copy may not send."""
        opened = self._opened
        with project_lock(opened.settings.database_path, "hook", opened.now, LOCK):
            opened.ensure_may_send()
            return deliver(opened.db, opened.settings, attempt_world(opened, tell, stop))

    @call
    def retry(
        self, *names: str, tell: Callable[[str], None] = lambda line: None
    ) -> tuple[HookStanding, ...]:
        """Try at once what waits or was given up, for those named or everybody; how it stands then.

        Raises `UsageError` for an unknown name, `LockHeld`, and `UndecidedCopy`.
        """
        chosen = [self._named(name) for name in names] or endpoints(self._opened.settings)
        for one in chosen:
            hooks.retry(self._opened.db, one.name, self._opened.now)
        self.deliver(tell=tell)
        named = {one.name for one in chosen}
        return tuple(one for one in self.list() if one.endpoint.name in named)

    @call
    def test(self, name: str) -> HookAnswer:
        """Send an event `alerts.test` at once to that endpoint or command; nothing is kept of it.

        Raises `UsageError` for an unknown name.
        """
        endpoint, world = self._named(name), attempt_world(self._opened)
        number = secrets.token_hex(16)
        data = {"alert": self._opened.settings.alert.name}
        told = body(number, TEST, world.now(), data)
        return attempt(self._opened.settings, world, endpoint, number, told)

    def fresh_secret(self) -> str:
        """A new secret for a webhook; it is not stored."""
        return secret_of(secrets.token_bytes(_OCTETS))

    def _named(self, name: str) -> HookEndpoint:
        there: Sequence[HookEndpoint] = endpoints(self._opened.settings)
        for one in there:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in there) or "none in alerts.toml"
        raise UsageError(f"no hook “{name}”; there are: {known}")
