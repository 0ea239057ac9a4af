"""`project.relay_reports`: bounces and complaints that a relay reports over HTTP."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from alerts.bounces.relays.proof import Proving
from alerts.bounces.relays.request import RelayBatch, RelayRequest
from alerts.bounces.relays.systems import RELAY_SYSTEMS
from alerts.bounces.relays.take import RelayTaken, take
from alerts.config.hook_declarations import RelayReportsSettings
from alerts.config.secret_files import named_secret
from alerts.config.settings import Settings
from alerts.domain.errors import UsageError
from alerts.library.opened import ProjectPart, call
from alerts.store import relay_events
from alerts.store.relay_events import RelayCount

MOST_CERTIFICATES = 20
FETCHED_WITHIN = timedelta(seconds=10)


class RelayReports(ProjectPart):
    """What relays report."""

    @call
    def take(self, relay: str, batch: RelayBatch) -> RelayTaken:
        """Act on a request that was `read`; its effects are on disk when this returns. Can be repeated."""
        opened = self._opened
        limit = opened.settings.bounces.soft_limit
        return take(opened.db, limit, relay, batch.events, opened.now)

    @call
    def counts(self) -> Sequence[RelayCount]:
        """How much each relay has reported, by kind."""
        return relay_events.counts(self._opened.db)


class RelayReportReader:
    """Proves and reads requests of relays, without the database; keeps the certificates it has fetched.

    `fetch` gives the document at an address of Amazon's; by default it is fetched by the rules of sources.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        fetch: Callable[[str], bytes] | None = None,
    ) -> None:
        self._settings, self._environ = settings, environ
        self._fetch = fetch or self._fetched
        self._certificates: dict[str, bytes] = {}
        self._guard = threading.Lock()

    def knows(self, relay: str) -> bool:
        """Whether that relay is in the settings."""
        return any(one.relay == relay for one in self._settings.relay_reports)

    def read(self, relay: str, request: RelayRequest) -> RelayBatch:
        """The events of a request, once it has proved to be of that relay; confirms a subscription that
        was asked for. Raises `ProofFault`, `InputError`, `SettingsError` and `FetchError`."""
        settings = self._of(relay)
        setting = f"relay_reports: {relay}"
        secret = named_secret(
            self._settings, self._environ, settings.secret_env, settings.secret_file, setting
        )
        system = RELAY_SYSTEMS[relay]
        system.proof(request, Proving(settings, secret, self._certificate))
        batch = system.read(request)
        if batch.confirm:
            self._fetch(batch.confirm)
        return batch

    def _of(self, relay: str) -> RelayReportsSettings:
        for one in self._settings.relay_reports:
            if one.relay == relay:
                return one
        raise UsageError(f"relay_reports: “{relay}” is not in the settings")

    def _certificate(self, address: str) -> bytes:
        with self._guard:
            known = self._certificates.get(address)
        if known is None:
            known = self._fetch(address)
            with self._guard:
                if len(self._certificates) >= MOST_CERTIFICATES:
                    self._certificates.clear()
                self._certificates[address] = known
        return known

    def _fetched(self, address: str) -> bytes:
        from alerts.sources.fetch import Fetcher  # imports httpx2

        quick = replace(self._settings.sources, timeout=FETCHED_WITHIN, retries=1)
        return Fetcher(replace(self._settings, sources=quick)).fetch(address).body
