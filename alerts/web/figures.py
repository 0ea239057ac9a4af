"""The figures of /metrics as families of Prometheus: counts and moments, no address, title or name."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from alerts import __version__
from alerts.library.hub_status import HubStatus
from alerts.library.project import Project
from alerts.library.standing import CheckedMonths
from alerts.store.service_figures import ServiceFigures

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
KEPT = 10.0  # seconds for which figures are kept
PATIENCE = 20  # … or so many times as long as they took to be counted


class AnswerCounts:
    """How many answers were given since the start, by kind of page and status; safe in any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, int]] = Counter()

    def add(self, kind: str, status: int) -> None:
        """Count one answer."""
        with self._lock:
            self._counts[kind, status] += 1

    def all(self) -> Mapping[tuple[str, int], int]:
        """The counts as they are now."""
        with self._lock:
            return dict(self._counts)

    def of_classes(self) -> Mapping[str, int]:
        """The same by what it meant: good, refused (4xx), missing, failed."""
        sums: Counter[str] = Counter()
        for (_, status), number in self.all().items():
            sums[meaning(status)] += number
        return dict(sums)


def meaning(status: int) -> str:
    """What a status means to an admin."""
    if status == 404:
        return "missing"
    return "good" if 0 < status < 400 else "refused" if status < 500 else "failed"


class FigureCache:
    """The figures of a project, counted anew after a while: a long list takes a second to be counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._families: tuple[Metric, ...] = ()
        self._until = 0.0

    def text(self, project: Project, answers: AnswerCounts) -> bytes:
        """The document; raises an error of the tree where the database cannot be read."""
        with self._lock:
            began = time.monotonic()
            if began >= self._until:
                self._families = (
                    *_of_project(project.service.figures(), project.check()),
                    *_of_hub(project.service.hub()),
                )
                took = time.monotonic() - began
                self._until = began + took + max(KEPT, PATIENCE * took)
            families = self._families
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Listed((*_of_process(answers.all()), *families)))
        return generate_latest(registry)


class _Listed(Collector):
    """Families that are known already, as a collector."""

    def __init__(self, families: tuple[Metric, ...]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """The families."""
        return self._families


def _of_process(answers: Mapping[tuple[str, int], int]) -> Iterator[Metric]:
    """What this process knows of itself."""
    yield _by("alerts_build_info", "The version of the program.", "version", {__version__: 1})
    given = CounterMetricFamily(
        "alerts_http_requests", "Answers since the start.", labels=("page", "status")
    )
    for (kind, status), number in sorted(answers.items()):
        given.add_metric((kind, str(status)), number)
    yield given


def _of_project(found: ServiceFigures, checked: CheckedMonths) -> Iterator[Metric]:
    """The figures of the database, and how the months stand."""
    yield _by("alerts_subscribers", "People, by status.", "status", found.subscribers)
    yield _by("alerts_suppressions", "Addresses not mailed.", "reason", found.suppressions)
    yield _by("alerts_issue_deliveries", "Copies of the newest issue.", "state", found.newest)
    yield _by("alerts_notices_open", "Mails to one person, not sent yet.", "state", found.notices)
    yield _one("alerts_sources", "Sources of articles.", found.sources)
    yield _one("alerts_sources_failing", "Sources not read at the last try.", found.failing_sources)
    yield _one("alerts_quarantine_articles", "Articles held as not plausible.", found.quarantine)
    yield _one("alerts_months_owed", "Issues owed and not sent to all.", len(checked.open))
    yield _one(
        "alerts_needs", "What it takes: 0 nobody, 1 only time, 2 a person.", int(checked.needs)
    )
    yield _one(
        "alerts_clock_doubted", "1 where the clock may be wrong.", int(checked.doubt is not None)
    )
    yield _moment(
        "alerts_oldest_queued_timestamp_seconds",
        "When the oldest issue was queued that is not sent to all; 0: none.",
        found.oldest_open,
    )
    yield _moment(
        "alerts_collected_timestamp_seconds",
        "When a source was last read; 0: never.",
        found.collected_at,
    )
    yield _one("alerts_database_bytes", "The size of the database.", found.database_bytes)
    yield _one("alerts_disk_free_bytes", "Free space beside it.", found.disk_free_bytes)


def _of_hub(found: HubStatus | None) -> Iterator[Metric]:
    """A send by a hub; all 0 while nothing is lent to one, or while it does not answer."""
    hub = found or HubStatus()
    states = {"open": hub.open, "leased": hub.leased, "done": hub.done} if found else {}
    yield _one("alerts_hub_lent", "1 while a send by a hub lasts.", int(found is not None))
    yield _one("alerts_hub_silent", "1 where the hub does not answer.", int(bool(hub.fault)))
    yield _by("alerts_hub_deliveries", "Deliveries in the hub.", "state", states)
    yield _one("alerts_hub_leases", "Leases of workers in the hub.", hub.leases)
    yield _one("alerts_hub_workers", "Workers seen in the last minute.", len(hub.workers))
    failing = sum(bool(one.fault) for one in hub.workers)
    yield _one("alerts_hub_workers_failing", "Those whose relay refuses them.", failing)
    yield _by(
        "alerts_hub_rate",
        "The rate of all workers together, in messages a second, by the first domain of a destination.",
        "domain",
        {one.domains[0] if one.domains else "": one.rate for one in hub.rates},
    )
    yield _one("alerts_hub_lag_seconds", "Since the last sign of the control node.", hub.lag)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _moment(name: str, about: str, at: datetime | None) -> Metric:
    return _one(name, about, at.timestamp() if at else 0)


def _by(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=(label,))
    for value, number in values.items():
        family.add_metric((value,), number)
    return family
