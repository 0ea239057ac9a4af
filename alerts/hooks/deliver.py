"""Tells endpoints and commands what they are owed, one after the other.

Waits after a failure as `backoff.py` says, and gives up once the waits add up to hooks.give_up_after. An
endpoint that does not answer is asked for nothing else until then, so a pass loses one `patience` with it.
The caller holds the lock of hooks. Each answer is settled before the next event is given.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError, UsageError
from alerts.domain.month import Month
from alerts.hooks import command
from alerts.hooks.answer import HookAnswer
from alerts.hooks.attempts import AttemptWorld
from alerts.hooks.backoff import WAITS, next_wait
from alerts.hooks.endpoint import HookEndpoint, endpoints
from alerts.hooks.payload import payload
from alerts.store import hooks, outbox_figures
from alerts.store.hooks import OwedHook

_TOGETHER = 50  # events read at once
_IN_A_ROW = 3  # failures of an endpoint that answers, after which a pass leaves it
KEPT = timedelta(days=30)  # how long what was settled is kept


@dataclass(frozen=True, slots=True)
class HooksTold:
    """How many events were taken, and how many attempts failed."""

    taken: int = 0
    failed: int = 0


def deliver(db: Database, settings: Settings, world: AttemptWorld) -> HooksTold:
    """Tell everybody what they are owed now."""
    taken = failed = 0
    for endpoint in endpoints(settings):
        told = _endpoint(db, settings, world, endpoint)
        taken, failed = taken + told.taken, failed + told.failed
    hooks.tidy(db, world.now() - KEPT)
    return HooksTold(taken, failed)


def attempt(
    settings: Settings, world: AttemptWorld, endpoint: HookEndpoint, name: str, body: bytes
) -> HookAnswer:
    """Give an event to an endpoint or a command, once."""
    if endpoint.command:
        limit = settings.hooks.timeout
        return command.run(endpoint.command, body, settings.root, world.environ, limit)
    from alerts.hooks import post  # imports httpx2

    try:
        secrets = endpoint.secrets(settings, world.environ)
    except SettingsError as fault:
        return HookAnswer(False, str(fault), silent=True)
    return post.call(endpoint.url, name, body, secrets, world.now(), settings.hooks.patience)


def _endpoint(
    db: Database, settings: Settings, world: AttemptWorld, endpoint: HookEndpoint
) -> HooksTold:
    taken = failed = in_a_row = 0
    while owed := hooks.due(db, endpoint.name, world.now(), _TOGETHER):
        for one in owed:
            if world.stopped():
                return HooksTold(taken, failed)
            body = payload(one, _counts(db, one), addresses=endpoint.addresses)
            answer = attempt(settings, world, endpoint, one.name, body)
            world.tell(f"hook {endpoint.name}: {one.kind} {one.name}: {answer.words}")
            if answer.taken:
                hooks.delivered(db, endpoint.name, one, answer.words, world.now())
                taken, in_a_row = taken + 1, 0
                continue
            failed, in_a_row = failed + 1, in_a_row + 1
            _put_off(db, settings, world, endpoint, one, answer)
            if answer.silent or answer.gone or in_a_row >= _IN_A_ROW:
                return HooksTold(taken, failed)
    return HooksTold(taken, failed)


def _put_off(
    db: Database,
    settings: Settings,
    world: AttemptWorld,
    endpoint: HookEndpoint,
    owed: OwedHook,
    answer: HookAnswer,
) -> None:
    """Keep when an event is tried again, and that its endpoint rests until then if it was silent."""
    now, patience = world.now(), settings.hooks.give_up_after
    wait = next_wait(owed.attempts + 1, patience, world.chance())
    again = None if wait is None or answer.gone else now + max(wait, answer.wait)
    hooks.failed(db, endpoint.name, owed, answer.words, now, again)
    if answer.silent or answer.gone:
        too_old = now - patience if again is None else datetime.fromtimestamp(0, now.tzinfo)
        hooks.pause(db, endpoint.name, again or now + WAITS[-1], too_old, now)


def _counts(db: Database, owed: OwedHook) -> dict[str, int]:
    """The deliveries of the issue by state; of a correction none, as they are part of its issue's."""
    try:
        month = Month.parse(owed.issue)
    except UsageError:
        return {}
    return outbox_figures.counts(db, month)
